"""The web process is small, so that several fit beside the workers. Papers and reports load their writer when the first one is asked for."""

import subprocess
import sys
from pathlib import Path

from tests.console.desk import running_desk
from tests.web.talk import Speaker

MOST = 120 * 1024  # kB


def resident_kb(pid):
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1])


def test_the_web_process_knows_no_rasa():
    probe = "import bot.web.app, sys; sys.exit(any(m.split('.')[0] in ('rasa', 'rasa_sdk', 'tensorflow') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", probe]).returncode == 0


def test_it_stays_small_while_residents_talk_and_advisors_work(tmp_path):
    with running_desk(tmp_path) as desk:
        speaker = Speaker(desk.url)
        speaker.says("楼上漏水泡坏了我家天花板怎么办")
        assert len(speaker.history()["said"]) == 1
        advisor, office = desk.login("advisor_c01"), desk.login("office")
        pages = [(advisor, "/console/queue"), (advisor, "/console/services"), (office, "/console/office"), (office, "/console/office/report")]
        for who, page in (*pages, *pages):
            assert who.get(page).status_code == 200, page
        assert resident_kb(desk.process.pid) < MOST
