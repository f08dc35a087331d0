"""What the desk gives reaches a phone on WeChat: times to choose by number, a pick-up code instead of a file."""

from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot.errors import BadInput
from bot.inbox.appointments import appointments_of, propose
from bot.inbox.attachments import MOST_A_DAY, claim_file, give_file
from bot.inbox.handover import give_back
from bot.legal.appointments import time_words
from bot.legal.attachments import check_file
from bot.legal.cases import Role
from bot.storage.desk_tables import Attachment
from tests.unit.test_attachments import PDF
from tests.wechat.test_content import with_person


def test_a_number_chooses_one_of_the_proposed_times_also_after_the_person_has_gone(running):
    conversation, now = with_person(running, "o1"), datetime.now(timezone.utc)
    first, second = (now + timedelta(days=days) for days in (2, 3))
    running.product.write(lambda s: propose(s, conversation, "a01", Role.ADVISOR, [first, second], 60, "示例社区一便民大厅", now))
    running.product.quiet()
    offered = running.platform.pushed("o1")[-1]
    assert f"1. 选{time_words(first)}" in offered and "3. 都不方便" in offered
    running.says("o1", "2")
    running.product.quiet()
    assert any("约好了" in text and time_words(second) in text for text in running.platform.texts("o1"))
    assert running.product.read(lambda s: appointments_of(s, conversation)[0].chosen) == second
    running.product.write(lambda s: give_back(s, conversation, "a01", "", now))
    assert running.worker.asked == ["转人工"]


def test_an_account_gives_so_many_files_a_day_and_no_more(running):
    conversation, now = with_person(running, "o1"), datetime.now(timezone.utc)

    def give(session, at):
        return give_file(session, conversation, "a01", Role.ADVISOR, check_file("告知书.pdf", PDF), at)

    def as_many_as_allowed(session):
        give(session, now)
        [first] = session.execute(sa.select(Attachment.__table__).where(Attachment.sent_by == "a01")).mappings()
        session.add_all(Attachment(**{**first, "id": None, "token": f"t{n}"}) for n in range(MOST_A_DAY - 1))

    running.product.write(as_many_as_allowed)
    with pytest.raises(BadInput, match="一天最多"):
        running.product.write(lambda s: give(s, now + timedelta(hours=23)))
    running.product.write(lambda s: give(s, now + timedelta(hours=25)))


def test_a_file_comes_as_a_pick_up_code_without_its_name(running):
    conversation, now = with_person(running, "o1"), datetime.now(timezone.utc)
    running.product.write(lambda s: give_file(s, conversation, "a01", Role.ADVISOR, check_file("张三的告知书.pdf", PDF), now))
    running.product.quiet()
    told = running.platform.pushed("o1")[-1]
    assert "领取码" in told and "张三" not in told
    code = told.split("领取码 ")[1][:10]
    assert running.product.write(lambda s: claim_file(s, code, "visitor", now)) is not None
