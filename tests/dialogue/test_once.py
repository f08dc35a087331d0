"""A message is answered wholly and once, whatever fails on the way."""

import pytest
import sqlalchemy as sa

from bot.inbox import store
from bot.storage.tables import Case, Message, Tracker
from tests.dialogue.test_intake import cases, fill_in


def waiting(resident):
    with resident.database.reading() as session:
        return session.execute(sa.select(sa.func.count()).select_from(Message).where(Message.state == "waiting")).scalar_one()


def test_when_the_commit_fails_nothing_happened_and_the_retry_files_one_case(resident, monkeypatch):
    fill_in(resident)
    from bot.storage.unit import Unit

    def broken(self):
        raise sa.exc.OperationalError("COMMIT", {}, Exception("disk full"))

    with monkeypatch.context() as patched:
        patched.setattr(Unit, "commit", broken)
        assert resident.says("确认提交", external_id="confirm") == ""
    assert cases(resident) == [] and waiting(resident) == 1
    assert "GX" in resident.says("确认提交", external_id="confirm")
    assert len(cases(resident)) == 1 and waiting(resident) == 0


def test_when_an_action_fails_nothing_is_half_done(resident, monkeypatch):
    fill_in(resident)
    import actions.intake

    def broken(*_arguments, **_named):
        raise RuntimeError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(actions.intake, "open_case", broken)
        assert resident.says("确认提交", external_id="confirm") == ""
    assert "GX" in resident.says("确认提交", external_id="confirm")


def test_a_tracker_that_cannot_be_read_is_never_overwritten(resident, monkeypatch):
    resident.says("房东不退押金怎么办")
    trackers = resident.agent.tracker_store
    with resident.database.reading() as session:
        before = session.execute(sa.select(Tracker.version, Tracker.body)).one()

    def broken(_sender):
        raise sa.exc.OperationalError("SELECT", {}, Exception("the database is away"))

    with monkeypatch.context() as patched:
        patched.setattr(trackers, "_retrieve", broken)
        assert resident.says("需要什么证据", external_id="m") == ""
    with resident.database.reading() as session:
        assert session.execute(sa.select(Tracker.version, Tracker.body)).one() == before
    assert "请留好" in resident.says("需要什么证据", external_id="m")


def test_an_answer_by_another_worker_is_not_given_twice(resident, monkeypatch):
    with resident.database.transaction() as session:
        from tests.builders import make_inbound

        stored = store.receive(session, make_inbound("你好", conversation="web:resident", external_id="m"))
        store.answer(session, stored, [], stored.received_at)
    assert resident.says("你好", external_id="m") == ""
    with resident.database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(Case)).scalar_one() == 0


@pytest.mark.parametrize("version", [7])
def test_a_stale_memory_is_noticed(resident, version):
    resident.says("你好")
    with resident.database.transaction() as session:
        session.execute(sa.update(Tracker).values(version=version))
    assert resident.says("谢谢") != ""
