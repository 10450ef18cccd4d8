"""Root causes as sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.causes import Cause
from pipelines.compare.cause_words import cause_said

CAUSE = Cause("device", "iOS 19", 400, 180, 0.83, 0.45, 0.021, 21.4, 15.2, 30.1, 1e-9)
RATES = "it shows for 45% of those on iOS 19, 2.1% of others: 21.4 times as often (95% interval 15.2 to 30.1)"


def test_a_cause_says_how_many_since_when_and_how_much_more_often() -> None:
    said = cause_said(CAUSE, "failed", "Pay", date(2026, 3, 12))
    assert said == f"83% of failed “Pay” are on iOS 19 since 12 Mar 2026; {RATES}"


def test_without_a_day_it_goes_as_far_as_the_data() -> None:
    assert cause_said(CAUSE, "failed", "Pay", None) == f"83% of failed “Pay” are on iOS 19; {RATES}"


def test_what_nobody_else_has_is_at_least_so_much_more_often() -> None:
    alone = replace(CAUSE, lift=None, lift_high=None, others_exposure=0.0, share_of_exposed=1.0)
    assert cause_said(alone, "ping_pong", "Pay", None).endswith("; nobody else has it (at least 15.2 times as often)")


@pytest.mark.parametrize(
    ("attribute", "value", "said"),
    [
        ("hour", "09", "between 9 and 10 o’clock"),
        ("hour", "23", "between 23 and 24 o’clock"),
        ("weekday", "Monday", "on a Monday"),
        ("campaign_name", "spring", "with campaign name spring"),
        ("touchpoint", "verify_sms", "at verify_sms"),
    ],
)
def test_attributes_read_as_people_say_them(attribute: str, value: str, said: str) -> None:
    cause = replace(CAUSE, attribute=attribute, value=value)
    assert f"83% of failed “Pay” are {said};" in cause_said(cause, "failed", "Pay", None)
