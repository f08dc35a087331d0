"""Where several processes meet in the database, PostgreSQL must behave as SQLite does."""

import pytest

from tests.wechat.test_content import (  # noqa: F401  the same scenarios, on the other database
    test_a_late_answer_does_not_bring_a_second_list_with_a_one,
    test_with_a_case_in_progress_a_picture_is_noted_there_once,
)
from tests.wechat.test_envelope import test_a_nonce_that_comes_with_another_message_is_a_replay  # noqa: F401
from tests.wechat.test_pushing import (  # noqa: F401
    test_a_text_that_a_killed_process_was_sending_is_repeated_and_says_so,
    test_an_answer_stored_while_the_web_process_was_down_is_pushed_when_it_is_up,
    test_many_who_need_a_token_at_once_fetch_one,
    test_two_processes_push_an_answer_once,
)
from tests.wechat.test_quota import test_after_a_message_five_texts_are_the_most  # noqa: F401
from tests.wechat.test_scenarios import (  # noqa: F401
    test_parallel_deliveries_of_one_message_leave_one_message_and_one_answer,
    test_without_permission_the_last_delivery_says_so_and_more_brings_the_answer,
)

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("world", ["postgresql"], indirect=True)]
