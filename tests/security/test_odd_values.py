"""A value that no column can hold is refused as the request it is, and is no server error."""

import pytest


@pytest.mark.parametrize("path", ["/console/roster/absence/99999999999999999999/cancel", "/api/chat/events?conversation=c1&after=99999999999999999999"])
def test_a_number_of_twenty_digits_is_refused(desk, path):
    client = desk.login("office")
    answer = client.fill(path) if "/console/" in path else client.get(path)
    assert 400 <= answer.status_code < 500, answer.status_code
