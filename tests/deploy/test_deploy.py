"""The files in deploy/ are read by the programs they are for; where one is missing the test says so and is skipped."""

import re
import shutil
import subprocess
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.settings import DECLARED, ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in (DEPLOY / "systemd").glob("*.service"))
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_reads_the_units(unit, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("NOT TESTED HERE: systemd-analyze is not installed")
    for path in (DEPLOY / "systemd").glob("*.service"):
        (tmp_path / path.name).write_text(path.read_text().replace("/opt/legal-bot/", f"{ROOT}/"))
    done = subprocess.run(["systemd-analyze", "verify", str(tmp_path / unit)], capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if "legal-bot" in line]
    assert done.returncode == 0 and said == [], said


def test_nginx_reads_its_file(tmp_path):
    if not NGINX:
        pytest.skip("NOT TESTED HERE: nginx is not installed")
    certificate(tmp_path)
    site = (DEPLOY / "nginx" / "legal-bot.conf").read_text().replace("/etc/ssl/legal-bot/", f"{tmp_path}/")
    (tmp_path / "site.conf").write_text(re.sub(r"listen (\[::\]:)?(\d+)", r"listen \g<1>18\2", site))
    temporary = " ".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    main = f"pid {tmp_path}/nginx.pid; error_log stderr; events {{}} http {{ access_log off; {temporary} include {tmp_path}/site.conf; }}"
    (tmp_path / "nginx.conf").write_text(main)
    done = subprocess.run([NGINX, "-t", "-q", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True)
    assert done.returncode == 0 and "[warn]" not in done.stderr and "[emerg]" not in done.stderr, done.stderr


@pytest.mark.postgres
def test_postgresql_knows_every_setting_of_its_file(postgres_url):
    named = dict(re.findall(r"^(\w+) = '?([^'\n]+)'?$", (DEPLOY / "postgresql" / "legal-bot.conf").read_text(), re.M))
    with sa.create_engine(postgres_url).connect() as connection:
        units = dict(connection.execute(sa.text("SELECT name, unit FROM pg_settings")).all())
        sizes = [value for name, value in named.items() if units.get(name) in ("8kB", "kB", "MB") and not value.isdigit()]
        assert all(connection.execute(sa.text("SELECT pg_size_bytes(:value)"), {"value": v}).scalar_one() > 0 for v in sizes)
    assert len(named) > 15 and set(named) - set(units) == set()


def test_what_the_units_start_exists_and_takes_its_settings_from_the_environment():
    for unit in UNITS:
        text = (DEPLOY / "systemd" / unit).read_text()
        assert "EnvironmentFile=/etc/legal-bot.env" in text and "ProtectSystem=strict" in text
        module = re.search(r"-m (bot[\w.]+)", text)
        assert module is None or (ROOT / f"{module.group(1).replace('.', '/')}.py").exists()
    names = {s.name for s in DECLARED}
    assert {"BOT_WORKER_URLS", "BOT_PROXIES", "BOT_COOKIE_SECURE", "BOT_WORKER_HOST"} <= names


def test_open_pages_are_passed_on_unbuffered_and_messages_may_be_sent_again():
    site = (DEPLOY / "nginx" / "legal-bot.conf").read_text()
    events = site[site.index("location = /api/chat/events") :]
    assert "proxy_buffering off" in events[: events.index("}")]
    messages = site[site.index("location = /api/chat/messages") :]
    assert "non_idempotent" in messages[: messages.index("}")] and "limit_req " in messages[: messages.index("}")]


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "legal-bot.example")])
    begin = datetime(2026, 1, 1)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(begin).not_valid_after(begin + timedelta(days=36500)).sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(pem)
