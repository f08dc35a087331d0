"""Messages that wait for one worker are read by the model together; each is answered as if it had come alone."""

import asyncio
from dataclasses import replace
from datetime import datetime, timezone

import pytest
import time_machine

from bot.dialogue.meanings import MEANINGS_KEPT, Meanings, meaning_for_a_case
from bot.inbox import stages, store
from bot.legal.cases import Channel
from bot.messages import Inbound

QUESTIONS = ("楼上漏水把我家泡了怎么办", "房东不退押金怎么办", "老板拖欠工资三个月了", "你好", "13800001234", "申请人民调解", "邻居半夜装修吵得睡不着")
NOON = datetime(2026, 3, 2, 4, tzinfo=timezone.utc)


def stored(resident, conversation: str, text: str) -> int:
    inbound = Inbound(Channel.WEB, conversation, "m0", text, datetime.now(timezone.utc), None)
    with resident.database.transaction() as session:
        return store.receive(session, inbound).id


def test_messages_that_wait_together_are_answered_as_they_are_one_by_one(resident):
    alone = [replace(resident, conversation=f"web:alone{number}").says(text, "m0") for number, text in enumerate(QUESTIONS)]
    ids = [stored(resident, f"web:together{number}", text) for number, text in enumerate(QUESTIONS)]

    async def all_at_once():
        return await asyncio.gather(*(resident.channel.handle(message, resident.agent.handle_message) for message in ids))

    outcomes = asyncio.get_event_loop().run_until_complete(all_at_once())
    assert [outcome.state for outcome in outcomes] == ["answered"] * len(ids)
    assert ["\n".join(reply.body.text for reply in outcome.replies) for outcome in outcomes] == alone
    assert not resident.channel._waiting and not resident.channel._read


def test_a_message_given_twice_at_once_is_answered_once(resident):
    message = stored(resident, "web:twice", QUESTIONS[0])

    async def twice():
        return await asyncio.gather(*(resident.channel.handle(message, resident.agent.handle_message) for _ in range(2)))

    asyncio.get_event_loop().run_until_complete(twice())
    with resident.database.reading() as session:
        assert len(store.replies_after(session, "web:twice", 0)) == len(store.replies_to(session, message))
    assert not resident.channel._waiting


def component_of(resident):
    nodes = resident.agent.processor.graph_runner._instantiated_nodes.values()
    return next(node._component for node in nodes if hasattr(node._component, "understand_ahead"))


def test_a_message_that_was_read_while_it_was_being_stored_is_not_read_again(resident):
    text = "隔壁把垃圾堆在我家门口三天了物业说管不了"
    alone = replace(resident, conversation="web:alone").says(text, "m0")
    resident.channel.read_meanwhile(f" {text} ")
    component = component_of(resident)
    assert [kept for kept, _ in component._ahead] == [text]
    assert resident.says(text) == alone
    assert not component._ahead


def test_what_reading_a_message_took_while_it_was_stored_counts_as_its_nlu(resident):
    text = "物业把我家门口的路灯拆了一个星期没人管"
    resident.channel.read_meanwhile(text)
    message = stored(resident, "web:told", text)
    outcome = asyncio.get_event_loop().run_until_complete(resident.channel.handle(message, resident.agent.handle_message))
    before = counted("nlu"), counted("other")
    stages.note(message, outcome.stages, sum(spent for stage, spent in outcome.stages.items() if stage != "ahead"))
    nlu, other = counted("nlu") - before[0], counted("other") - before[1]
    assert nlu == pytest.approx(outcome.stages["ahead"] + outcome.stages["nlu"]) and outcome.stages["ahead"] > 0
    assert other == pytest.approx(0, abs=1e-9)


def counted(stage: str) -> float:
    return next(s.value for m in stages.SECONDS.collect() for s in m.samples if s.name.endswith("_sum") and s.labels["stage"] == stage)


def test_while_somebody_waits_nothing_is_read_meanwhile(resident):
    component = component_of(resident)
    component._ahead = {}
    resident.channel._waiting[1] = None
    resident.channel.read_meanwhile("隔壁把垃圾堆在我家门口三天了")
    assert not component._ahead


class TestMeanings:
    UNDERSTOOD = {"text": "我叫张三，昨天被打了", "topics": [["injury", 0.8]], "card": None, "card_confidence": 0.0,
                  "entities": [{"kind": "name", "value": "张三"}, {"kind": "date", "unit": "day", "value": "2026-03-01", "text": "昨天"}]}  # fmt: skip

    def test_the_meaning_of_a_question_is_known_when_its_case_is_filed_with_no_word_of_it(self):
        meanings = Meanings()
        meanings.keep("我叫张三,昨天被打了", self.UNDERSTOOD)
        found = meanings.of("我叫张三，昨天被打了")
        assert found == {"topics": [["injury", 0.8]], "card": None, "card_confidence": 0.0, "entities": [{"kind": "date", "unit": "day", "value": "2026-03-01"}]}
        assert "张三" not in str(meanings.__dict__)

    def test_the_day_after_it_is_read_again(self):
        meanings = Meanings()
        with time_machine.travel(NOON, tick=False):
            meanings.keep("昨天被打了", self.UNDERSTOOD)
        with time_machine.travel(NOON.replace(day=3), tick=False):
            assert meanings.of("昨天被打了") is None

    def test_only_the_latest_are_kept(self):
        meanings = Meanings()
        for number in range(MEANINGS_KEPT + 50):
            meanings.keep(f"第{number}个问题怎么办", self.UNDERSTOOD)
        assert meanings.of("第0个问题怎么办") is None and meanings.of(f"第{MEANINGS_KEPT + 49}个问题怎么办") is not None

    def test_nothing_is_made_of_nothing(self):
        assert meaning_for_a_case({}) == {}
