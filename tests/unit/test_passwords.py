"""Passwords of staff, and the six digits."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.legal.one_time_codes import STEP_SECONDS, code, matching_step, new_secret, setup_link, step_of
from bot.legal.passwords import first_password, what_is_wrong

# RFC 6238, appendix B, the SHA-1 rows: seconds since 1970 → the last six of eight digits; the secret is "12345678901234567890".
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_VECTORS = [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130")]
NOW = datetime(2026, 3, 16, 4, 0, 10, tzinfo=timezone.utc)


@pytest.mark.parametrize("password", ["樟树下的那张石桌子2026", "correct horse battery", "Kd8-pq2m-zz9w", "一二三四五六七八九十甲乙", "🦊 crosses the river"])
def test_a_sentence_of_ones_own_is_taken(password):
    assert what_is_wrong(password, "a01") is None


@pytest.mark.parametrize("password, why", [
    ("短了", "至少"), ("elevenchars", "至少"), ("x" * 129, "最多"),
    ("aaaaaaaaaaaa", "常见"), ("123456789012", "常见"), ("abcdefghijkl", "常见"), ("password2026", "常见"), ("Password!!!!", "常见"),
    ("qwertyuiop123", "常见"), ("1q2w3e4r5t6y", "常见"), ("1qaz2wsx3edc", "常见"), ("zaq12wsxcde3", "常见"), ("asdfghjkl;lkjhg", "常见"), ("abc123abc123", "常见"), ("admin2026!!!", "常见"), ("my-a01-is-here", "账号名"), ("tab\tand\x00zero..", "控制字符"),
])
def test_short_common_and_telling_passwords_are_refused_and_told_why(password, why):
    assert why in what_is_wrong(password, "a01")


@pytest.mark.parametrize("password", ["minecraft123", "Christopher1", "SanFrancisco", "4815162342lost"])
def test_what_is_among_the_commonest_of_known_breaches_is_refused_though_no_rule_meets_it(password):
    assert "常见" in what_is_wrong(password, "a01")


def test_a_first_password_keeps_the_rules_and_never_comes_twice():
    made = {first_password() for _ in range(200)}
    assert len(made) == 200 and all(what_is_wrong(p, "a01") is None for p in made)


@pytest.mark.parametrize("second, digits", RFC_VECTORS)
def test_digits_are_those_of_the_rfc(second, digits):
    assert code(RFC_SECRET, second // STEP_SECONDS) == digits


def test_digits_are_taken_half_a_minute_early_or_late_and_no_more():
    step = step_of(NOW)
    assert [matching_step(RFC_SECRET, code(RFC_SECRET, step + n), NOW, None) for n in (-2, -1, 0, 1, 2)] == [None, step - 1, step, step + 1, None]


def test_digits_count_once_and_older_ones_not_any_more():
    step = step_of(NOW)
    assert matching_step(RFC_SECRET, code(RFC_SECRET, step), NOW, last_used=step) is None
    assert matching_step(RFC_SECRET, code(RFC_SECRET, step - 1), NOW, last_used=step) is None
    assert matching_step(RFC_SECRET, code(RFC_SECRET, step + 1), NOW + timedelta(seconds=30), last_used=step) == step + 1


@given(st.text(max_size=12))
def test_what_is_not_the_code_is_never_taken_and_never_breaks(typed):
    step = step_of(NOW)
    right = {code(RFC_SECRET, step + n) for n in (-1, 0, 1)}
    assert (matching_step(RFC_SECRET, typed, NOW, None) is not None) == ("".join(typed.split()) in right)


def test_an_app_can_be_set_up_by_link():
    secret = new_secret()
    assert len(secret) == 32 and secret != new_secret()
    assert setup_link(secret, "a01", "示例区").startswith("otpauth://totp/%E7%A4%BA") and f"secret={secret}" in setup_link(secret, "a01", "示例区")
