"""Two advisors grab the same resident on PostgreSQL, where both really write at once: one wins, the other is told who."""

from __future__ import annotations

import threading

import pytest

from tests.console.desk import running_desk
from tests.console.test_people import Resident
from tests.databases import migrated_postgres

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def desk(postgres_url, tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("desk"), migrated_postgres(postgres_url)) as running:
        yield running


@pytest.mark.parametrize("_again", range(3))
def test_one_wins_and_the_other_is_told(desk, _again):
    who = Resident(desk)
    clients = [desk.login("advisor_c01"), desk.login("advisor_c04")]
    proofs = [client.proof(who.page) for client in clients]
    answers = [None, None]
    together = threading.Barrier(2)

    def grab(n):
        together.wait()
        answers[n] = clients[n].post(f"{who.page}/take", data={"csrf": proofs[n]})

    threads = [threading.Thread(target=grab, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len([reply for reply in who.hears() if reply["kind"] == "handover"]) == 1
