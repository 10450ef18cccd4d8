"""Silences of several systems at once are no gap in what was seen; silences of one are."""

from __future__ import annotations

import pytest

from pipelines.compare.silences import not_at_once
from pipelines.compare.spans import Span
from pipelines.study import FOREVER_US
from schemas.words import Blindness

DAY = 86_400_000_000


def silent(target: int, from_d: int, until_d: int | None, source: str) -> Span:
    until = FOREVER_US if until_d is None else until_d * DAY
    return Span(target, from_d * DAY, until, Blindness.SUDDEN_ZERO, source)


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ([(1, 10, 12, "crm"), (2, 10, 12, "web")], []),
        ([(1, 10, 12, "crm"), (2, 11, 14, "web"), (3, 40, 43, "web")], [3]),
        ([(1, 10, 12, "crm"), (2, 10, 12, "crm")], [1, 2]),
        ([(1, 10, 14, "crm"), (2, 13, 17, "web")], [1, 2]),
        ([(1, 10, None, "crm"), (2, 30, None, "web")], [1, 2]),
        ([(1, 10, None, "crm"), (2, 30, 33, "web")], [1, 2]),
    ],
    ids=["both at once", "half of the shorter", "one system", "hardly together", "both still", "one still"],
)
def test_systems_do_not_lose_a_touchpoint_each_at_once(
    found: list[tuple[int, int, int | None, str]], kept: list[int]
) -> None:
    assert [span.target for span in not_at_once([silent(*each) for each in found])] == kept
