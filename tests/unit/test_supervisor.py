"""The supervisor ends what hangs; the fault laboratory tests the whole of it."""

import sys
import time

import pytest

from bot.supervisor import Child

TAKES_AND_SAYS_NOTHING = """
import socket, sys
s = socket.socket(); s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(16)
kept = []
while True: kept.append(s.accept())
"""
SAYS_IT_IS_NOT_READY = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_response(503); self.end_headers()
    def log_message(self, *a): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


@pytest.fixture()
def child(request):
    from tests.conftest import _free_port

    port = _free_port()
    made = Child("x", [sys.executable, "-c", request.param, str(port)], {"PATH": ""}, url=f"http://127.0.0.1:{port}/ready")
    made.start()
    yield made
    made.process.kill()
    made.process.wait()


def watch(child, seconds, patience):
    end = time.monotonic() + seconds
    while time.monotonic() < end and child.process.poll() is None:
        child.end_if_hung(patience)


@pytest.mark.parametrize("child", [TAKES_AND_SAYS_NOTHING], indirect=True)
def test_a_process_that_takes_connections_and_says_nothing_is_killed(child):
    watch(child, 60, patience=1)
    assert child.process.poll() == -9


@pytest.mark.parametrize("child", [SAYS_IT_IS_NOT_READY], indirect=True)
def test_one_that_says_it_is_not_ready_is_left_alone(child):
    watch(child, 6, patience=0.1)
    assert child.process.poll() is None


@pytest.mark.parametrize("child", ["import time; time.sleep(600)"], indirect=True)
def test_one_that_is_still_starting_is_left_alone(child):
    watch(child, 6, patience=0.1)
    assert child.process.poll() is None


def test_each_start_after_the_first_is_counted():
    child = Child("x", [sys.executable, "-c", "pass"], {"PATH": ""})
    for expected in (0, 1):
        child.start()
        child.process.wait()
        assert child.restarts == expected
