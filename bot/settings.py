"""Settings: typed, read once at the edge, all gaps reported together."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any, Callable

from environs import Env, EnvError, EnvValidationError
from marshmallow import ValidationError
from marshmallow.validate import Regexp

from bot import secret_values
from bot.errors import BadSetting

ROOT = Path(__file__).resolve().parents[1]
SITE = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?")
HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)")
MAIL = re.compile(r"[^@\s<>]+@[A-Za-z0-9.-]+")
RATE = re.compile(r"[1-9]\d{0,6}/(?:second|minute|hour)")


@dataclass(frozen=True)
class Setting:
    """One line of .env.example: name, default and what it is for."""

    name: str
    default: str
    help: str


DECLARED = (
    Setting("BOT_VAR", "var", "folder of database, keys, models and caches"),
    Setting("DATABASE_URL", "", "empty: SQLite in BOT_VAR; or postgresql://user:password@host/name"),
    Setting("BOT_HOST", "127.0.0.1", "address the web process listens on"),
    Setting("BOT_PORT", "8000", "port the web process listens on"),
    Setting("BOT_WORKERS", "0", "number of dialogue workers on this machine; 0: one for each core, at most four"),
    Setting("BOT_WORKER_URLS", "", "dialogue workers, comma separated; `bot serve` fills it in"),
    Setting("BOT_WORKER_HOST", "127.0.0.1", "address a worker listens on; another than this machine's own only inside the office's network"),
    Setting("BOT_WORKER_TOKEN", "", "what web and workers know each other by; `bot serve` makes one"),
    Setting("BOT_SECRET_KEYS", "", "id:base64 of 32 bytes, newest first, comma separated; empty: made in BOT_VAR; secrets may be file:NAME (deploy/README.md)"),
    Setting("BOT_OFFICE", "office.yml", "the office's own file: communities, advisors, hotlines, service points"),
    Setting("BOT_ANSWER_WAIT", "8", "seconds an HTTP request waits for its answer before it says `pending`"),
    Setting("BOT_WORKER_TIMEOUT", "30", "seconds a worker may take for one message before it counts as hung"),
    Setting("BOT_LAW_INDEX", "true", "build the index of the law search at start, in the background (minutes, once)"),
    Setting("BOT_COOKIE_SECURE", "false", "true behind TLS: the conversation cookie is sent over HTTPS only"),
    Setting("BOT_ALLOWED_HOSTS", "", "names this server is reached by, comma separated; addresses and localhost always are allowed"),
    Setting("BOT_PROXIES", "0", "how many reverse proxies stand in front; so many places from the right X-Forwarded-For is believed"),
    Setting("BOT_FRAME_ANCESTORS", "", "sites that may show the resident page inside theirs, comma separated, e.g. https://www.example.cn; empty: none"),
    Setting("BOT_REQUEST_TIME", "20", "seconds within which a request must have come in; slower senders are cut off"),
    Setting("BOT_RATE_CONVERSATION", "300/minute", "messages in one conversation; empty: no limit"),
    Setting("BOT_RATE_ADDRESS", "900/minute", "requests from one network address, this machine excepted; empty: no limit"),
    Setting("BOT_RATE_ACCOUNT", "600/minute", "requests of one account of the desk; empty: no limit"),
    Setting("BOT_CLAMD", "", "virus scanner for files given to residents: unix:/run/clamav/clamd.ctl or host:port; empty: none"),
    Setting("STAFF_SITE", "", "address staff reach the desk by, for links in notices, e.g. https://desk.example.cn; empty: links without it"),
    Setting("STAFF_QUIET_HOURS", "21:30-07:30", "when only dangers are told, Beijing time; empty: never quiet"),
    Setting("STAFF_DINGTALK_WEBHOOK", "", "Webhook of a DingTalk group robot (自定义机器人); empty: none"),
    Setting("STAFF_DINGTALK_SECRET", "", "the robot's 加签 secret, SEC…"),
    Setting("STAFF_MAIL_HOST", "", "SMTP server for notices to staff; empty: no e-mail"),
    Setting("STAFF_MAIL_PORT", "465", "its port"),
    Setting("STAFF_MAIL_SECURITY", "tls", "tls (from the first byte), starttls, or none for a relay on this machine"),
    Setting("STAFF_MAIL_USER", "", "name to sign in with; empty: no signing in"),
    Setting("STAFF_MAIL_PASSWORD", "", "its password or 授权码"),
    Setting("STAFF_MAIL_FROM", "", "sender of the notices"),
    Setting("STAFF_MAIL_TO", "", "who gets them, comma separated"),
    Setting("STAFF_MAIL_AUTHORITY", "", "file of the mail server's certificate authority, where the office has one of its own"),
    Setting("WECHAT_TOKEN", "", "the Token of the Official Account's page 服务器配置; empty: no WeChat"),
    Setting("WECHAT_APP_ID", "", "the Official Account's AppID"),
    Setting("WECHAT_APP_SECRET", "", "its AppSecret; empty: answers travel as passive replies only"),
    Setting("WECHAT_AES_KEYS", "", "its EncodingAESKey, while it changes both, newest first, comma separated; empty: plain mode (明文)"),
    Setting("WECHAT_API_BASE", "https://api.weixin.qq.com", "where the platform's interface is"),
    Setting("WECHAT_ANSWER_WAIT", "4.3", "seconds a delivery waits for its answer; the platform hangs up after 5"),
)


@dataclass(frozen=True)
class WeChatSettings:
    """One Official Account; without secret nothing can be pushed, without AES keys deliveries come in plain mode."""

    token: str = field(repr=False)
    app_id: str
    app_secret: str = field(repr=False)
    aes_keys: tuple[str, ...] = field(repr=False)
    api_base: str
    answer_wait: float


@dataclass(frozen=True)
class GateSettings:
    """Who may come in by which name, and how often. Rates are like `300/minute`, "" for none."""

    allowed_hosts: tuple[str, ...] = ()
    proxies: int = 0
    frame_ancestors: tuple[str, ...] = ()
    request_time: int = 20
    rate_conversation: str = ""
    rate_address: str = ""
    rate_account: str = ""
    clamd: str = ""


@dataclass(frozen=True)
class NoticeSettings:
    """How staff are told: by a DingTalk group robot, by e-mail, by both. `quiet` is (from, until), the same twice for never."""

    site: str
    quiet: tuple[time, time]
    dingtalk_webhook: str = field(repr=False)
    dingtalk_secret: str = field(repr=False)
    mail_host: str
    mail_port: int
    mail_security: str
    mail_user: str
    mail_password: str = field(repr=False)
    mail_from: str
    mail_to: tuple[str, ...]
    mail_authority: str


@dataclass(frozen=True)
class Settings:
    """What the processes need to know, read from the environment or .env."""

    var: Path
    database_url: str
    host: str
    port: int
    workers: int
    worker_urls: tuple[str, ...]
    worker_host: str
    worker_token: str
    secret_keys: str
    office: Path
    answer_wait: float
    worker_timeout: float
    cookie_secure: bool
    law_index: bool
    gate: GateSettings
    wechat: WeChatSettings | None
    notices: NoticeSettings | None = None


def read_settings(env_file: Path | None = None) -> Settings:
    """Return the settings of this process.

    Raises:
        BadSetting: names every setting that cannot be used, at once.
    """
    env = Env(eager=False)
    path = env_file or ROOT / ".env"
    if path.is_file():
        env.read_env(str(path), recurse=False)
    default = {s.name: s.default for s in DECLARED}
    var, secret = _under_root(env.str("BOT_VAR", default["BOT_VAR"])), {"validate": secret_values.readable}
    values: dict[str, Any] = {
        "var": var,
        "database_url": secret_values.read(env.str("DATABASE_URL", "", **secret)) or f"sqlite:///{var / 'bot.db'}",
        "host": env.str("BOT_HOST", default["BOT_HOST"]),
        "port": env.int("BOT_PORT", int(default["BOT_PORT"]), validate=_port),
        "workers": env.int("BOT_WORKERS", int(default["BOT_WORKERS"]), validate=_at_least(0)) or one_a_core(),
        "worker_urls": tuple(u for u in env.str("BOT_WORKER_URLS", "").split(",") if u),
        "worker_host": env.str("BOT_WORKER_HOST", default["BOT_WORKER_HOST"]),
        "worker_token": secret_values.read(env.str("BOT_WORKER_TOKEN", "", **secret)),
        "secret_keys": secret_values.read(env.str("BOT_SECRET_KEYS", "", **secret)),
        "office": _under_root(env.str("BOT_OFFICE", default["BOT_OFFICE"])),
        "answer_wait": env.float("BOT_ANSWER_WAIT", float(default["BOT_ANSWER_WAIT"])),
        "worker_timeout": env.float("BOT_WORKER_TIMEOUT", float(default["BOT_WORKER_TIMEOUT"])),
        "cookie_secure": env.bool("BOT_COOKIE_SECURE", False),
        "law_index": env.bool("BOT_LAW_INDEX", True),
        "gate": _gate(env, default),
        "wechat": _wechat(env, default),
        "notices": _notices(env, default),
    }
    try:
        env.seal()
    except EnvError as error:
        raise BadSetting(_all_gaps(error)) from error
    return Settings(**values)


def _gate(env: Env, default: dict[str, str]) -> GateSettings:
    rate = {"validate": _rate}
    return GateSettings(
        allowed_hosts=_parts(env.str("BOT_ALLOWED_HOSTS", "").casefold()),
        proxies=env.int("BOT_PROXIES", 0, validate=_at_least(0)),
        frame_ancestors=_parts(env.str("BOT_FRAME_ANCESTORS", "", validate=_sites)),
        request_time=env.int("BOT_REQUEST_TIME", int(default["BOT_REQUEST_TIME"]), validate=_at_least(1)),
        rate_conversation=env.str("BOT_RATE_CONVERSATION", default["BOT_RATE_CONVERSATION"], **rate),
        rate_address=env.str("BOT_RATE_ADDRESS", default["BOT_RATE_ADDRESS"], **rate),
        clamd=env.str("BOT_CLAMD", "", validate=Regexp(r"(unix:/.+|[\w.-]+:\d{1,5})?\Z", error="expected unix:/PATH or host:port")),
        rate_account=env.str("BOT_RATE_ACCOUNT", default["BOT_RATE_ACCOUNT"], **rate),
    )


def _wechat(env: Env, default: dict[str, str]) -> WeChatSettings | None:
    secret = {"validate": secret_values.readable}
    account = WeChatSettings(
        token=secret_values.read(env.str("WECHAT_TOKEN", "", **secret)),
        app_id=env.str("WECHAT_APP_ID", ""),
        app_secret=secret_values.read(env.str("WECHAT_APP_SECRET", "", **secret)),
        aes_keys=_parts(secret_values.read(env.str("WECHAT_AES_KEYS", "", **secret))),
        api_base=env.str("WECHAT_API_BASE", default["WECHAT_API_BASE"]),
        answer_wait=env.float("WECHAT_ANSWER_WAIT", float(default["WECHAT_ANSWER_WAIT"])),
    )
    return account if account.token else None


def _notices(env: Env, default: dict[str, str]) -> NoticeSettings | None:
    host = env.str("STAFF_MAIL_HOST", "").strip()
    # With a server, sender and recipients have to be set.
    addressed: dict[str, Any] = {"validate": _addresses} if host else {"default": ""}
    found = NoticeSettings(
        site=env.str("STAFF_SITE", ""),
        quiet=_quiet(env.str("STAFF_QUIET_HOURS", default["STAFF_QUIET_HOURS"], validate=_hours)),
        dingtalk_webhook=env.str("STAFF_DINGTALK_WEBHOOK", "", validate=_webhook),
        dingtalk_secret=secret_values.read(env.str("STAFF_DINGTALK_SECRET", "", validate=secret_values.readable)),
        mail_host=host,
        mail_port=env.int("STAFF_MAIL_PORT", int(default["STAFF_MAIL_PORT"]), validate=_port),
        mail_security=env.str("STAFF_MAIL_SECURITY", default["STAFF_MAIL_SECURITY"], validate=_security),
        mail_user=env.str("STAFF_MAIL_USER", ""),
        mail_password=secret_values.read(env.str("STAFF_MAIL_PASSWORD", "", validate=secret_values.readable)),
        mail_from=env.str("STAFF_MAIL_FROM", **addressed) or "",
        mail_to=_parts(env.str("STAFF_MAIL_TO", **addressed) or ""),
        mail_authority=env.str("STAFF_MAIL_AUTHORITY", ""),
    )
    return found if found.dingtalk_webhook or found.mail_host else None


def _quiet(text: str) -> tuple[time, time]:
    found = HOURS.fullmatch((text or "").strip())
    return (time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))) if found else (time(0), time(0))


def _all_gaps(error: EnvError) -> str:
    found = error.error_messages if isinstance(error, EnvValidationError) else str(error)
    return f"These settings cannot be used: {found}. Mend them in the environment or .env; .env.example lists all."


def _under_root(path: str) -> Path:
    """Relative paths mean the project's folder, whatever folder a command was called from."""
    return Path(os.path.expanduser(path)) if os.path.isabs(path) else ROOT / path


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _sites(value: str) -> None:
    wrong = [site for site in _parts(value) if not SITE.fullmatch(site)]
    if wrong:
        raise ValidationError(f"expected sites like https://www.example.cn without a path, got {wrong}")


def _rate(value: str) -> None:
    if value and not RATE.fullmatch(value):
        raise ValidationError(f"expected a number a second, minute or hour, like 300/minute, got {value!r}")


def _hours(value: str) -> None:
    if value.strip() and not HOURS.fullmatch(value.strip()):
        raise ValidationError(f"expected hours like 21:30-07:30, got {value!r}")


def _webhook(value: str) -> None:
    # The robot's token stands in the address: it never goes over a network in the clear.
    if value and not value.startswith(("https://", "http://127.0.0.1:")):
        raise ValidationError("expected an https:// address")


def _addresses(value: str) -> None:
    wrong = [part for part in _parts(value) or ("",) if not MAIL.fullmatch(part)]
    if wrong:
        raise ValidationError(f"expected mail addresses, needed with STAFF_MAIL_HOST, got {wrong}")


def _security(value: str) -> None:
    if value not in ("tls", "starttls", "none"):
        raise ValidationError(f"expected tls, starttls or none, got {value!r}")


def _at_least(least: int) -> Callable[[int], None]:
    def check(value: int) -> None:
        if value < least:
            raise ValidationError(f"expected {least} or more")

    return check


def one_a_core() -> int:
    """Return the number of cores this process may use, four at most: a worker takes some 350 MB."""
    return min(4, len(os.sched_getaffinity(0)))


def _port(value: int) -> None:
    if not 0 <= value <= 65535:
        raise ValidationError("expected a port from 0 to 65535")
