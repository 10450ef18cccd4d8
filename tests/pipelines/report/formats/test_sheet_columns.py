from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.language import speaking, told_number
from pipelines.privacy.withheld import small
from pipelines.report import columns
from pipelines.report.formats.workbook.columns import DATE, Cell, sheet_columns
from pipelines.report.formats.workbook.measure import lines_n
from pipelines.report.formats.workbook.names import SheetNames, link
from pipelines.report.formats.workbook.number_formats import as_told, duration_format
from pipelines.report.numbers import count, duration, share
from pipelines.report.tables import DataTable, Record, Shown

OSLO = ZoneInfo("Europe/Oslo")


def table(records: tuple[Record, ...], *shown: Shown) -> DataTable:
    return DataTable("t", "T", records, shown)


def test_a_share_with_its_interval_becomes_three_columns_of_numbers() -> None:
    records: tuple[Record, ...] = (
        {"leave": 0.25, "leave_low": 0.22, "leave_high": 0.28, "refused": None},
        {"leave": None, "leave_low": None, "leave_high": None, "refused": "too few"},
    )

    def told(r: Record) -> str:
        return "not told: too few" if r["refused"] else "25% (22–28%)"

    rate = columns.interval("Leave here (95%)", "leave", "leave_low", "leave_high")
    made = sheet_columns(table(records, Shown(rate.heading, lambda r: rate.text(r) if told(r)[0] == "2" else told(r),
                                              is_number=True)), OSLO)  # fmt: skip

    assert [column.heading for column in made] == ["Leave here", "Leave here, 95% from", "Leave here, 95% to"]
    assert [column.cells for column in made] == [
        (Cell(0.25, "0.0%"), Cell("not told: too few")),
        (Cell(0.22, "0.0%"), Cell(None)),
        (Cell(0.28, "0.0%"), Cell(None)),
    ]
    assert [column.is_main for column in made] == [True, False, False]


def test_what_the_page_does_not_tell_is_folded_behind_what_it_tells() -> None:
    made = sheet_columns(table(({"a": "x", "b": 7, "c": None},), columns.text("A", "a")), OSLO)

    assert [(column.heading, column.is_more) for column in made] == [("A", False), ("b", True)]


def test_a_number_that_is_withheld_is_told_and_never_the_one_that_stands_in_for_it() -> None:
    (made,) = sheet_columns(table(({"n": small(5)}, {"n": 12}), columns.number("N", "n")), OSLO)

    assert made.cells == (Cell("< 5"), Cell(12, "#,##0"))


def test_a_moment_is_a_date_of_the_zone_and_what_stands_for_none_is_a_text() -> None:
    records: tuple[Record, ...] = ({"at": datetime(2026, 4, 30, 22, 30, tzinfo=UTC)}, {"at": None})

    (made,) = sheet_columns(table(records, columns.date("Since", "at", OSLO, "ever")), OSLO)

    assert made.cells == (Cell(datetime(2026, 5, 1, 0, 30), DATE), Cell("ever"))  # sheets have no zones


def test_seconds_that_are_told_as_a_duration_are_one_whatever_their_column_is_called() -> None:
    told = Shown("Amount", lambda r: duration(r["amount"]), is_number=True)  # type: ignore[arg-type]  # it is a number

    (made,) = sheet_columns(table(({"amount": 1_209_600.0},), told), OSLO)

    assert made.cells == (Cell(14.0, '#,##0.0 "days"'),)


def test_numbers_below_each_other_have_equally_many_decimals() -> None:
    (made,) = sheet_columns(table(({"x": 2.5}, {"x": 12.0}, {"x": 0}), columns.number("X", "x", "{:.3g}".format)), OSLO)

    assert [cell.number_format for cell in made.cells] == ["#,##0.0"] * 3


@pytest.mark.parametrize(
    ("value", "told", "number_format"),
    [
        (0.256, "26%", "0.0%"),
        (0.4, "at least 40%", '"at least" 0.0%'),
        (0.283, "+28.3 points (+25.1 to +31.6)", "+0.0%;-0.0%;0.0%"),
        (96_867.2, "NOK 96,900", '"NOK" #,##0'),
        (39.98, "40 days", '#,##0 "days"'),
        (0.02, "0.02", "#,##0.00"),
        (3e-7, "<0.001", "#,##0.000"),
        (17, "17", "#,##0"),
        (0.0, "0 points", ""),
        (5, "–", ""),
        (1_209_600, "2 weeks", ""),
        (5, '5 "x"; [Red]', '#,##0 "x [Red]"'),
    ],
)
def test_a_number_looks_as_the_page_tells_it(value: float, told: str, number_format: str) -> None:
    assert as_told(value, told) == number_format


@pytest.mark.parametrize("language", ["en", "nb", "sv", "da"])
def test_number_formats_are_the_same_in_every_language(language: str) -> None:
    with speaking(language):
        assert as_told(0.256, share(0.256)) == "0.0%"
        assert as_told(0.025, share(0.025)) == "0.0%"
        assert as_told(17_425, count(17_425)) == "#,##0"
        assert as_told(1_234.5, told_number("1,234.5")) == "#,##0.0"


@pytest.mark.parametrize(
    ("seconds", "is_business", "number_format"),
    [
        (30, False, '[s]" s"'),
        (600, False, '[m]" min"'),
        (10_000, False, '[h]" h "mm" min"'),
        (200_000, False, '#,##0.0 "days"'),
        (-200_000, False, '+#,##0.0 "days";-#,##0.0 "days";#,##0.0 "days"'),
        (200_000, True, '[h]:mm "business h"'),
    ],
)
def test_durations_are_days_to_a_spreadsheet_and_look_like_their_length(
    seconds: float, is_business: bool, number_format: str
) -> None:
    told = "56 business h" if is_business else duration(abs(seconds))
    assert duration_format(seconds, told, is_business) == number_format


def test_names_of_sheets_are_allowed_short_and_each_there_once() -> None:
    names = SheetNames()

    given = [
        names(text) for text in ("1 The ledger: from [planned] to actual", "A/B*?", "a b", "History", "'", "x" * 40)
    ]

    assert given == ["1 The ledger from planned to", "A B", "a b 2", "History 2", "-", "x" * 31]
    assert link("Kari's") == "internal:'Kari''s'!A1"


@pytest.mark.parametrize(("text", "lines"), [("", 1), ("short", 1), ("one two three four five six " * 3, 4)])
def test_rows_are_as_high_as_their_lines(text: str, lines: int) -> None:
    assert lines_n(text, 20) == lines
