"""A running product, a platform that calls it, and a worker; what waits for seconds waits for hundredths of one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.inbox import dispatcher, wechat_delivery
from bot.messages import Outbound
from bot.settings import Settings, WeChatSettings
from bot.storage.tables import Conversation, Reply
from bot.storage.wechat_tables import WeChatMessage, WeChatPart, WeChatWindow
from bot.web import live, wechat
from tests.databases import migrated_postgres, open_migrated
from tests.wechat.platform import APP_ID, SECRET, TOKEN, Platform
from tests.wechat.product import WORKER_TOKEN, Product, Worker

PATIENT, IMPATIENT = 10.0, 0.2


@pytest.fixture(autouse=True)
def scaled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses between looks; a delivery is let go by being cut, not by time."""
    monkeypatch.setattr(wechat_delivery, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(wechat_delivery, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(wechat_delivery, "LONGEST_PAUSE", 0.1)
    monkeypatch.setattr(dispatcher, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(live, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(wechat, "AFTER_PASSIVE", 0.02)
    monkeypatch.setattr(wechat, "LET_GO_AFTER", 100)
    monkeypatch.setattr(wechat, "API_SECONDS", 1.0)


@dataclass
class World:
    """Everything of one scenario."""

    platform: Platform
    worker: Worker
    product: Product
    settings: Settings
    others: list[Product]

    def start(self, **account: object) -> None:
        """Start the product with changed account settings, and tell the platform its address."""
        self.platform.address = self.product.start(**account)

    def deliveries(self) -> int:
        """How many deliveries of messages were admitted."""
        return self.product.read(lambda s: s.execute(sa.select(sa.func.coalesce(sa.func.sum(WeChatMessage.deliveries), 0))).scalar_one())

    def part_states(self) -> set[str]:
        """In which states the parts of answers are."""
        return self.product.read(lambda s: set(s.execute(sa.select(WeChatPart.state)).scalars()))

    def used(self) -> int:
        """How much of the platform's allowances is taken."""
        return self.product.read(lambda s: s.execute(sa.select(sa.func.sum(WeChatWindow.used))).scalar_one())

    def person_says(self, text: str, said_by: str = "advisor") -> None:
        """Store a reply of a person as the console does: nobody asked for it just now."""
        now = datetime.now(timezone.utc)

        def write(session: Session) -> None:
            conversation = session.execute(sa.select(Conversation.id)).scalars().one()
            session.add(Reply(conversation_id=conversation, message_id=None, part=0, body=Outbound(text).to_json(), said_by=said_by, created_at=now))

        self.product.write(write)

    def slowly(self, openid: str, text: str) -> None:
        """Say something whose answer comes after `success`."""
        self.worker.hold(text)
        assert self.platform.deliver(self.platform.text(openid, text)).bodies == ["success"]
        self.worker.release(text)

    def another(self, **account: object) -> Product:
        """Start another web process over the same database."""
        product = Product(self.settings)
        product.start(**account)
        self.others.append(product)
        return product

    def says(self, openid: str, text: str) -> list[str]:
        """Deliver a text and return what the phone shows once everything is quiet."""
        self.platform.deliver(self.platform.text(openid, text))
        self.product.quiet()
        return self.platform.texts(openid)


@pytest.fixture()
def world(request: pytest.FixtureRequest, settings: Settings) -> Iterator[World]:
    """Not started yet: a scenario may first change the account. On SQLite, unless it is asked for `postgresql`."""
    platform = Platform()
    on_postgres = getattr(request, "param", "sqlite") == "postgresql"
    base = replace(settings, database_url=migrated_postgres(request.getfixturevalue("postgres_url"))) if on_postgres else settings
    account = WeChatSettings(TOKEN, APP_ID, SECRET, (), platform.start(), PATIENT)
    settings = replace(base, worker_token=WORKER_TOKEN, wechat=account)
    open_migrated(settings).close()
    product = Product(settings)
    worker = Worker(product.database)
    product.settings = settings = replace(settings, worker_urls=(worker.start(),))
    made = World(platform, worker, product, settings, [])
    yield made
    for each in (product, *made.others):
        each.stop()
    worker.stop()
    platform.stop()
    nothing_was_said_twice(platform)


@pytest.fixture()
def running(world: World) -> World:
    """Started, with all the time in the world for an answer to go back passively."""
    world.start()
    return world


@pytest.fixture()
def impatient(world: World) -> World:
    """Started, with little time for an answer that a scenario holds back."""
    world.start(answer_wait=IMPATIENT)
    return world


def nothing_was_said_twice(platform: Platform) -> None:
    """Whatever a scenario does: no answer reaches a phone twice, unless it says that it is a repetition."""
    for openid, shown in platform.phones.items():
        doubled = [text for text, times in Counter(s.text for s in shown if s.how == "push").items() if times > 1]
        assert not doubled, f"{openid} was told twice: {doubled}"


def long_answer(sentences: int) -> list[Outbound]:
    """An answer of so many sentences of 34 characters."""
    return [Outbound("".join(f"第{n:03d}句：" + "这是一句话，用来看看长的答复怎么分成几段发" + "出去给居民看。" for n in range(1, sentences + 1)))]
