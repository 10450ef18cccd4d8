from __future__ import annotations

import time

import pytest

from pipelines.report.text import clean, short, width, wrap


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("  two\n lines\t here ", "two lines here"),
        ("turned \u202etxet\u202c back", "turned txet back"),
        ("\ufeffmark\u200f and \x00null\x1b[31m", "mark and null[31m"),
        ("family \U0001f468\u200d\U0001f469\u200d\U0001f467", "family \U0001f468\u200d\U0001f469\u200d\U0001f467"),
    ],
)
def test_cleaning_keeps_what_can_be_read_and_drops_what_turns_or_hides_it(text: str, result: str) -> None:
    assert clean(text) == result


def test_a_text_that_is_too_long_ends_with_an_ellipsis() -> None:
    assert short("abcdefghij", 5) == "abcd…"
    assert short("abcde", 5) == "abcde"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Pay", ("Pay",)),
        ("Pay the first invoice", ("Pay the first", "invoice")),
        ("Kredittvurderingsgodkjenning", ("Kredittvurde-", "ringsgodkjen-", "ning")),
        ("", ()),
    ],
)
def test_lines_break_between_words_and_else_where_a_syllable_begins(text: str, lines: tuple[str, ...]) -> None:
    assert wrap(text, 85, 11.5, 3, is_bold=True) == lines


@pytest.mark.parametrize(
    "text", ["Tjänstetillgänglighetsbekräftelse nu", "W" * 500, "a " * 250, "日本語の長い題名" * 9]
)
@pytest.mark.parametrize("widest", [40, 85, 200])
def test_no_line_is_wider_than_asked_and_none_is_beyond_the_last(text: str, widest: float) -> None:
    lines = wrap(text, widest, 11.5, 3)
    assert len(lines) <= 3
    assert max(width(line, 11.5) for line in lines) <= widest


def test_a_text_a_hundred_times_too_long_costs_no_more_than_what_is_seen_of_it() -> None:
    began = time.process_time()
    lines = wrap("x" * 1_000_000, 85, 11.5, 3)
    assert time.process_time() - began < 0.5
    assert lines == wrap("x" * 500, 85, 11.5, 3)
    assert lines[-1].endswith("…")


def test_a_number_in_groups_is_not_broken_between_lines() -> None:
    told = "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567 kundereiser"
    assert clean(f"  {told}\n") == told
    assert wrap(told, 70, 12, 2) == tuple(told.split(" "))
