"""The web process sends notices by itself, beside what it does."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from datetime import datetime, timezone

from bot.ledger.cases import open_case
from tests.builders import make_request
from tests.console.desk import running_desk
from tests.notices.servers import Robot, wait_until


@contextmanager
def robot_in_a_thread():
    """A robot that answers while the test waits."""
    loop, robot = asyncio.new_event_loop(), Robot()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(robot.__aenter__(), loop).result(30)
    yield robot
    asyncio.run_coroutine_threadsafe(robot.__aexit__(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(30)


def test_a_case_that_is_opened_is_told_to_the_group_by_the_running_product(tmp_path):
    settings = {"STAFF_DINGTALK_SECRET": "SECtest", "STAFF_QUIET_HOURS": "", "STAFF_SITE": "https://desk.example.cn"}
    with robot_in_a_thread() as robot, running_desk(tmp_path, STAFF_DINGTALK_WEBHOOK=robot.url, **settings) as desk:
        with desk.database.transaction() as session:
            number = open_case(session, make_request(conversation=None), "GX", datetime.now(timezone.utc)).number
        wait_until(lambda: any(number in said for said in robot.said), seconds=200)
        assert not any("张三" in said or "13800138000" in said for said in robot.said)
        assert "staff_notices_sent_total" in desk.visitor().get("/metrics").text
