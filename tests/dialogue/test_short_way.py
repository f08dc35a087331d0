"""The short way through Sanic for a message: the same answers as the long one, and everything unusual goes the long one."""

import asyncio
import json
from time import monotonic

import pytest
from sanic import Sanic, response

from bot.dialogue.short_way import ShortWay, read_request

BODY = b'{"message":7}'


def request(body: bytes = BODY, token: str = "secret") -> bytes:
    head = f"POST /webhooks/inbox/messages HTTP/1.1\r\nHost: here\r\nX-Worker-Token: {token}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Inbox:
    """Stands where the channel stands; says which way a request came by whether Sanic's route was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.by_sanic = 0
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def take(self, token, message):
        self.asked.append((token, message))
        await self.go_on.wait()
        if message == 13:
            raise RuntimeError("a bug")
        return (200, {"state": "answered", "replies": ["好"]}) if token == "secret" else (403, {"error": "no"})


async def served(work, keep_alive=60):
    """Return what `work(inbox, reader, writer, protocols)` returns, of a server on this machine."""
    Sanic.test_mode = True
    app = Sanic(f"short_way_{id(work)}", configure_logging=False)
    app.config.KEEP_ALIVE_TIMEOUT = keep_alive
    inbox = app.ctx.inbox = Inbox()

    @app.post("/webhooks/inbox/messages")
    async def messages(asked):
        inbox.by_sanic += 1
        status, told = await inbox.take(asked.headers.get("X-Worker-Token", ""), int(asked.json["message"]))
        return response.json(told, status=status)

    server = await app.create_server(host="127.0.0.1", port=0, protocol=ShortWay, return_asyncio_server=True, access_log=False)
    await server.startup()
    reader, writer = await asyncio.open_connection(*server.server.sockets[0].getsockname()[:2])
    try:
        return await asyncio.wait_for(work(inbox, reader, writer, server.connections), 10)
    finally:
        writer.close()
        server.close()


async def answer(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.split("content-length:")[1].split("\r\n")[0])
    return int(head.split()[1]), json.loads(await reader.readexactly(length))


def test_a_message_is_answered_without_sanic_many_on_one_connection():
    async def work(inbox, reader, writer, _):
        answers = []
        for _ in range(3):
            writer.write(request())
            answers.append(await answer(reader))
        return answers, inbox.by_sanic, inbox.asked

    answers, by_sanic, asked = asyncio.run(served(work))
    assert answers == [(200, {"state": "answered", "replies": ["好"]})] * 3
    assert (by_sanic, asked) == (0, [("secret", 7)] * 3)


def test_a_wrong_token_is_refused_on_both_ways():
    async def work(inbox, reader, writer, _):
        writer.write(request(token="guess"))
        short = await answer(reader)
        writer.write(request(token="guess")[:40])
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.write(request(token="guess")[40:])
        return short, await answer(reader), inbox.by_sanic

    assert asyncio.run(served(work)) == ((403, {"error": "no"}), (403, {"error": "no"}), 1)


def test_in_pieces_it_goes_sanics_way_and_the_next_one_the_short_way_again():
    async def work(inbox, reader, writer, _):
        whole = request()
        for start in range(0, len(whole), 50):
            writer.write(whole[start : start + 50])
            await writer.drain()
            await asyncio.sleep(0.005)
        pieces = await answer(reader)
        writer.write(whole)
        return pieces == await answer(reader), inbox.by_sanic

    assert asyncio.run(served(work)) == (True, 1)


def test_neither_the_clock_of_idle_connections_nor_a_worker_that_ends_hangs_up_on_a_message_in_hand():
    async def work(inbox, reader, writer, connections):
        while not connections:
            await asyncio.sleep(0)
        (connection,) = connections
        connection._time = monotonic() - 59  # a line that lay idle for nearly as long as it may
        inbox.go_on.clear()
        writer.write(request())
        while not inbox.asked:
            await asyncio.sleep(0)
        assert monotonic() - connection._time < 30, "the message has the whole time for itself"
        connection.check_timeouts()
        assert connection.close_if_idle() is False, "a worker that ends finishes what is in its hand"
        inbox.go_on.set()
        return await answer(reader)

    assert asyncio.run(served(work))[0] == 200


def test_an_unforeseen_failure_breaks_the_line_at_once():
    async def work(_inbox, reader, writer, _):
        writer.write(request(b'{"message":13}'))
        return await reader.read()

    assert asyncio.run(served(work)) == b""


@pytest.mark.parametrize("data", [request()[:-1], request() + b"more", request(b"[1]"), request(b"{}"), request(b'{"message":"x"}'), request(b"\xff")])
def test_what_is_not_exactly_that_request_is_left_to_sanic(data):
    assert read_request(data) is None


def test_the_request_of_the_worker_line_is_read():
    assert read_request(request(b'{"message":12}')) == ("secret", 12)
