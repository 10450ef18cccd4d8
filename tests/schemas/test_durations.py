from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.durations import LONGEST_S, duration, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90s", 90), ("30m", 1_800), ("2h", 7_200), ("21d", 1_814_400), ("2w", 1_209_600), (" 1 h ", 3_600)],
)
def test_a_duration_is_a_number_and_a_unit(text: str, expected: int) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text", ["", "2", "h", "0s", "-1h", "1.5h", "2 fortnights", "1h30m", "999999999999w", "٣h", "1H", "P1D"]
)
def test_anything_else_is_refused_with_what_was_wanted(text: str) -> None:
    with pytest.raises(ValueError, match="a duration such as 30m"):
        seconds(text)


@given(st.integers(1, LONGEST_S))
def test_what_is_written_is_read_again(length_s: int) -> None:
    assert seconds(duration(length_s)) == length_s
