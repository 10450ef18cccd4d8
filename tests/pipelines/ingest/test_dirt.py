"""Dirt as real exports have it: nothing is lost, nothing is guessed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.pipelines.ingest.conftest import COLUMNS

if TYPE_CHECKING:
    from tests.pipelines.ingest.conftest import Shop

HEADER = "id,at,what,who,note\n"
TIME = COLUMNS.replace('"at"', '{column = "at", format = "%s"}')


def test_a_zero_byte_in_a_field_is_text_and_costs_no_row(shop: Shop) -> None:
    shop.deliver(
        "a.csv", HEADER + "e1,2026-03-01,vi\0sit,C\x001,a\0b\ne2,2026-03-01,visit,C1,\ne3,2026-03-01,visit,C1,x\n"
    )

    report = shop.take()

    assert (report.rows_n, report.accepted_n) == (3, 3)
    assert shop.rows("SELECT activity, attributes['note'] FROM events ORDER BY event_id") == [
        ("vi\0sit", "a\0b"), ("visit", None), ("visit", "x"),
    ]  # fmt: skip
    assert shop.rows("SELECT value FROM identifiers ORDER BY 1") == [("C\x001",), ("C1",)]


@pytest.mark.parametrize("packing", ['"{}"', "{}"])
def test_a_field_of_ten_megabytes_is_kept_whole(shop: Shop, packing: str) -> None:
    long = "x" * (10 << 20)
    rows = [f"e1,2026-03-01,visit,C1,{packing.format(long)}\n", "e2,2026-03-01,visit,C2,y\n"]
    shop.deliver("a.csv", HEADER + "".join(rows))

    assert shop.take().accepted_n == 2
    assert shop.rows("SELECT length(attributes['note']), line FROM events ORDER BY line") == [(10 << 20, 2), (1, 3)]


def test_a_json_field_of_ten_megabytes_is_kept_whole(shop: Shop) -> None:
    row = {"id": "e1", "at": "2026-03-01", "what": "visit", "who": "C1", "note": "x" * (10 << 20)}
    shop.deliver("a.jsonl", json.dumps(row) + "\n" + json.dumps(row | {"id": "e2", "note": "y"}) + "\n")

    assert shop.take("a.jsonl").accepted_n == 2
    assert shop.rows("SELECT sum(length(attributes['note'])) FROM events") == [((10 << 20) + 1,)]


def test_of_two_equal_keys_in_an_object_the_first_counts(shop: Shop) -> None:
    shop.deliver("a.jsonl", '{"id": "e1", "at": "2026-03-01", "what": "visit", "what": "buy", "who": "C1"}\n')

    assert shop.take("a.jsonl").accepted_n == 1
    assert shop.rows("SELECT activity FROM events") == [("visit",)]


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_marks_and_two_bytes_a_sign_are_recognised_in_json_lines(shop: Shop, mark: str, encoding: str) -> None:
    shop.deliver(
        "a.jsonl", (mark + '{"id": "e1", "at": "2026-03-01", "what": "ordre \u00f8", "who": "C1"}\n').encode(encoding)
    )

    assert shop.take("a.jsonl").accepted_n == 1
    assert shop.rows("SELECT activity FROM events") == [("ordre \u00f8",)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("01.03.26 10:00", "2026-03-01 10:00:00+00"), ("01.03.99 10:00", "1999-03-01 10:00:00+00")],
)
def test_a_year_of_two_digits_lies_between_1969_and_2068(shop: Shop, text: str, expected: str) -> None:
    shop.deliver("a.csv", HEADER + f"e1,{text},visit,C1,\n")

    shop.take(columns=TIME % "%d.%m.%y %H:%M")

    assert shop.rows("SELECT CAST(occurred_at AS VARCHAR) FROM events") == [(expected,)]


def test_years_of_four_digits_are_not_taken_for_two(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + "e1,01.03.2026 10:00,visit,C1,\n")

    assert shop.take(columns=TIME % "%d.%m.%y %H:%M").reasons == {"unreadable_timestamp": 1}


def test_two_digits_without_a_format_are_no_year(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + "e1,26-03-01,visit,C1,\ne2,01.03.26,visit,C1,\ne3,03/01/26,visit,C1,\n")

    assert (shop.take().accepted_n, shop.take().rejected_n) == (0, 3)


def test_a_clock_that_runs_ahead_is_accepted_within_a_day_and_told(shop: Shop) -> None:
    rows = ["e1,2026-06-01T05:00:00Z", "e2,2026-06-01T23:59:59Z", "e3,2026-06-02T00:00:01Z", "e4,2026-05-31T23:00:00Z"]
    shop.deliver("a.csv", HEADER + "".join(f"{row},visit,C1,\n" for row in rows))

    report = shop.take()

    assert (report.accepted_n, report.reasons) == (3, {"in_the_future": 1})
    assert report.notes == ("2 events have a time after this run: a clock runs ahead, or a zone is missing",)


def test_test_traffic_and_robots_are_dropped_by_name_and_counted(shop: Shop) -> None:
    shop.deliver(
        "a.csv",
        "id,at,what,who,mail,agent\n"
        "e1,2026-03-01,visit,C1,anna@shop.example,Mozilla/5.0\n"
        "e2,2026-03-01,visit,C2,qa@test.example,Mozilla/5.0\n"
        "e3,2026-03-01,visit,C3,,Mozilla/5.0 (compatible; Googlebot/2.1)\n"
        "e4,2026-03-01,visit,C4,qa@test.example,HeadlessChrome\n",
    )
    drops = '[[sources.drop]]\nreason = "test"\nwhere = {mail = "*@test.example"}\n'
    drops += '[[sources.drop]]\nreason = "bot"\nwhere = {agent = ["*bot*", "Headless*"]}\n'

    report = shop.take(more=drops)

    assert (report.accepted_n, report.dropped_n) == (1, 3)
    assert shop.rows("SELECT dropped FROM files") == [({"bot": 1, "test": 2},)]


def test_rows_that_end_in_more_delimiters_than_the_header_are_refused_not_shifted(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + "e1,2026-03-01,visit,C1,x,\ne2,2026-03-01,visit,C1,y\n")

    assert shop.take().reasons == {"broken_row": 1}
    assert shop.rows("SELECT event_id FROM events") == [("e2",)]
