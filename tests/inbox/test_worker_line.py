"""The line to a worker: what is certain about a message when the line breaks."""

import asyncio

import pytest

from bot.inbox.worker_line import WorkerGone, WorkerLine, WorkerLost


async def listening(handler):
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def run(work):
    return asyncio.new_event_loop().run_until_complete(work)


def answering(body=b'{"state":"answered"}'):
    seen = []

    async def handler(reader, writer):
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            seen.append((head, await reader.readexactly(length)))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    return handler, seen


def test_one_connection_carries_many_messages_and_the_token():
    async def work():
        handler, seen = answering()
        server, url = await listening(handler)
        line = WorkerLine(url, "secret", 5)
        answers = [await line.post(n) for n in (1, 2, 3)]
        line.close()
        server.close()
        return answers, seen

    answers, seen = run(work())
    assert answers == [(200, {"state": "answered"})] * 3
    assert [body for _, body in seen] == [b'{"message":1}', b'{"message":2}', b'{"message":3}']
    assert all(b"X-Worker-Token: secret\r\n" in head for head, _ in seen)


def test_nobody_listening_means_the_message_was_never_seen():
    async def work():
        server, url = await listening(answering()[0])
        server.close()
        await server.wait_closed()
        await WorkerLine(url, "", 5).post(1)

    with pytest.raises(WorkerGone):
        run(work())


def test_a_line_that_breaks_with_the_message_on_it_says_so():
    async def hang_up(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async def work():
        _, url = await listening(hang_up)
        await WorkerLine(url, "", 5).post(1)

    with pytest.raises(WorkerLost):
        run(work())


def test_a_worker_that_ended_while_the_line_was_idle_is_gone_and_not_lost():
    async def work():
        writers = []
        inner, _ = answering()

        async def handler(reader, writer):
            writers.append(writer)
            await inner(reader, writer)

        server, url = await listening(handler)
        line = WorkerLine(url, "", 5)
        await line.post(1)
        server.close()
        writers[0].close()
        while line._idle[0].is_open:
            await asyncio.sleep(0)
        await line.post(2)

    with pytest.raises(WorkerGone):
        run(work())


def test_an_answer_in_many_pieces_is_put_together():
    whole = b"HTTP/1.1 500 Internal Server Error\r\nserver: x\r\nContent-Length: 9\r\nconnection: close\r\n\r\n" + b'{"a":"b"}'

    async def slow(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        for place in range(len(whole)):
            writer.write(whole[place : place + 1])
            await writer.drain()
            await asyncio.sleep(0)

    async def work():
        _, url = await listening(slow)
        return await WorkerLine(url, "", 5).post(1)

    assert run(work()) == (500, {"a": "b"})


@pytest.mark.parametrize("said", [b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 20_000, b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
                                  b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{a}"])  # fmt: skip
def test_what_is_no_answer_of_a_worker_is_a_line_that_broke(said):
    async def other(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)

    async def work():
        _, url = await listening(other)
        await WorkerLine(url, "", 5).post(1)

    with pytest.raises(WorkerLost):
        run(work())


def test_an_answer_that_does_not_come_is_a_timeout():
    async def silent(reader, writer):
        await reader.read()

    async def work():
        _, url = await listening(silent)
        await WorkerLine(url, "", 0.05).post(1)

    with pytest.raises(asyncio.TimeoutError):
        run(work())


@pytest.mark.parametrize("url", ["https://127.0.0.1:1", "127.0.0.1:1", "http://127.0.0.1"])
def test_an_address_that_is_none_is_said_at_start(url):
    with pytest.raises(ValueError, match="BOT_WORKER_URLS"):
        WorkerLine(url, "", 1)
