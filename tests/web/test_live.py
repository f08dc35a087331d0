"""An open page hears of every reply, whichever process stored it and whenever its transaction ended."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from bot.inbox import store
from bot.messages import Outbound
from bot.web import live
from tests.builders import make_inbound
from tests.conftest import NOON


def test_a_reply_whose_transaction_ends_after_that_of_a_later_one_wakes_its_page(database, monkeypatch):
    monkeypatch.setattr(live, "POLL_SECONDS", 0.01)
    with database.transaction() as session:
        for name in ("web:a", "web:b"):
            store.receive(session, make_inbound(conversation=name))

    async def scenario():
        told = live.Live(database, ThreadPoolExecutor(2))
        a, b = told.listen("web:a"), told.listen("web:b")
        told.start()
        await asyncio.wait_for(a.wait(), 60)  # the first look wakes everybody
        a.clear()
        b.clear()
        if database.is_sqlite:  # one writer at a time
            write(database, "web:b")
        else:
            with database.begin() as slow:
                store.add_reply(slow, "web:a", Outbound("一"), "advisor", NOON)
                write(database, "web:b")
                await asyncio.wait_for(b.wait(), 60)
                assert not a.is_set()
                slow.commit()
        await asyncio.wait_for((b if database.is_sqlite else a).wait(), 60)
        await told.stop()

    asyncio.run(scenario())


def write(database, conversation):
    with database.transaction() as session:
        store.add_reply(session, conversation, Outbound("二"), "advisor", NOON)
