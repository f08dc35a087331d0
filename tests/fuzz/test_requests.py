"""A short bombardment of every route; `make fuzz` runs the long one."""

from tests.fuzz.requests import bombard


def test_no_request_to_any_route_ends_in_a_server_error(tmp_path):
    found = bombard(tmp_path, count=1500, seed=3)
    assert found["failures"] == []
    assert found["routes"] > 30 and found["statuses"].get("200", 0) > 50, found["statuses"]
