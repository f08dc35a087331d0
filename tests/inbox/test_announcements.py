"""A worker hears what a message says while it is being stored; whoever has no token is not heard, and nobody waits for an answer."""

import asyncio
import json
import socket

import pytest

from bot.inbox import announcements
from bot.inbox.announcements import MOST_BYTES, Announcer

TOKEN, TEXT = "secret", "楼上漏水怎么办"


def heard(*tellings) -> list[str]:
    """What a worker that listens has heard when all was told, and then one last word."""

    async def work() -> list[str]:
        said: list[str] = []
        over = asyncio.Event()

        def read(text: str) -> None:
            over.set() if text == "over" else said.append(text)

        transport = await announcements.listen("127.0.0.1", 0, TOKEN, read)
        port = transport.get_extra_info("sockname")[1]
        for tell in (*tellings, announced("over")):
            tell(port)
        await asyncio.wait_for(over.wait(), 10)
        transport.close()
        return said

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work())
    finally:
        loop.close()


def announced(text: str, token: str = TOKEN):
    def tell(port: int) -> None:
        announcer = Announcer("127.0.0.1", port, token)
        announcer.tell(text)
        announcer.close()

    return tell


def raw(data: bytes):
    def send(port: int) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
            plain.sendto(data, ("127.0.0.1", port))

    return send


def test_what_a_message_says_is_heard():
    assert heard(announced(TEXT), announced("谢谢")) == [TEXT, "谢谢"]


def test_without_the_token_nobody_is_heard():
    assert heard(announced(TEXT, token=""), announced(TEXT, token="other"), raw(json.dumps({"text": TEXT}).encode())) == []


@pytest.mark.parametrize("data", [b"", b"\xff\x00", b"[]", b"1", b'"x"', b'{"token": "secret"}', b"[" * 5000, '{"token": "秘密", "text": "x"}'.encode()])
def test_what_is_none_of_ours_is_passed_over(data):
    assert heard(raw(data), announced(TEXT)) == [TEXT]


def test_what_is_very_long_is_not_announced():
    assert heard(announced("长" * MOST_BYTES), announced("\ud800")) == ["?"]


def test_an_announcement_that_nobody_hears_changes_nothing():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    announcer = Announcer("127.0.0.1", port, TOKEN)
    announcer.tell(TEXT)
    announcer.tell(TEXT)  # the second is told that nobody listens
    announcer.close()


def test_no_name_is_looked_up_while_residents_wait():
    assert heard(lambda port: Announcer("localhost", port, TOKEN).tell(TEXT)) == []
