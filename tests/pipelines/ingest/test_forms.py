"""The same rows in every form of file."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pytest
import xlsxwriter

if TYPE_CHECKING:
    from tests.pipelines.ingest.conftest import Shop

ROWS = [("e1", "2026-03-01T10:00:00Z", "visit", "C1", "Bodø"), ("e2", "2026-03-01T11:00:00Z", "ordre", "C2", "a, b")]
NAMES = ("id", "at", "what", "who", "place")
TEXT = "".join(";".join(row) + "\n" for row in (NAMES, *ROWS))
EVENTS = "SELECT event_id, CAST(occurred_at AS VARCHAR), activity, attributes['place'] FROM events ORDER BY event_id"
EXPECTED = [("e1", "2026-03-01 10:00:00+00", "visit", "Bodø"), ("e2", "2026-03-01 11:00:00+00", "ordre", "a, b")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_are_recognised(shop: Shop, encoding: str, ends: str) -> None:
    shop.deliver("a.csv", TEXT.replace("\n", ends).encode(encoding))

    report = shop.take()

    assert shop.rows(EVENTS) == EXPECTED
    assert "a.csv: fields end with ';'" in report.notes


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: pa.compress(data, "zstd", asbytes=True)])
@pytest.mark.parametrize("name", ["a.csv.gz", "a.csv.zst", "a.csv"])
def test_packed_text_is_told_by_its_bytes_and_not_by_its_name(shop: Shop, pack: object, name: str) -> None:
    assert callable(pack)
    shop.deliver(name, pack(TEXT.encode()))

    shop.take("a.csv*")

    assert shop.rows(EVENTS) == EXPECTED


def test_quotes_doubled_quotes_and_line_breaks_in_fields_keep_the_physical_line(shop: Shop) -> None:
    lines = [
        'e1,2026-03-01,"say ""hi""\r\nand\r\n\r\ngo",C1',
        "",
        'e2,2026-03-02,5" pipe,C2',
        "e3,,x,C3",
        '"e4",2026-03-02,"",C4',
    ]
    shop.deliver("a.csv", '"id",at,"what",who\r\n' + "\r\n".join(lines))

    report = shop.take()

    assert report.rows_n == 4
    assert shop.rows("SELECT line, activity FROM events ORDER BY line") == [
        (2, 'say "hi"\r\nand\r\n\r\ngo'), (7, '5" pipe'),
    ]  # fmt: skip
    assert shop.rows("SELECT line, reason_code FROM rejected_rows ORDER BY line") == [
        (8, "missing_timestamp"), (9, "missing_activity"),
    ]  # fmt: skip


def test_decimal_commas_become_points_where_numbers_have_them(shop: Shop) -> None:
    shop.deliver("a.csv", "id;at;what;who;amount;note\ne1;2026-03-01;pay;C1;12,50;1,2 or 3\n")

    report = shop.take()

    assert shop.rows("SELECT attributes FROM events") == [({"amount": "12.50", "note": "1,2 or 3"},)]
    assert "a.csv: numbers have ','" in report.notes


def test_names_of_columns_may_be_doubled_empty_or_equal_but_for_case(shop: Shop) -> None:
    shop.deliver("a.csv", "id,at,what,who,x,x,,X\ne1,2026-03-01,visit,C1,1,2,3,4\n")

    shop.take()

    assert shop.rows("SELECT attributes FROM events") == [({"x": "1", "x_6": "2", "column_7": "3", "X": "4"},)]


def test_more_header_rows_are_passed_over_and_none_gives_numbered_columns(shop: Shop) -> None:
    shop.deliver("a.csv", 'id,at,what,who\n"the\nid",when,"what, then",whom\n{},{},{},{}\ne1,2026-03-01,visit,C1\n')
    shop.take(more="[sources.read]\nheader_rows = 3\n")
    assert shop.rows("SELECT line, event_id FROM events") == [(5, "e1")]

    shop.deliver("b.csv", "e2,2026-03-01,visit,C1\n")
    columns = '[sources.columns]\nevent_id = "column_1"\noccurred_at = "column_2"\nactivity = "column_3"\n'
    shop.take("b.csv", columns + 'identities = {c = "column_4"}\n[sources.read]\nheader_rows = 0\n')
    assert shop.rows("SELECT line FROM events WHERE event_id = 'e2'") == [(1,)]


def test_json_lines_are_flattened_with_dots_and_key_value_lists_by_their_keys(shop: Shop) -> None:
    first = {
        "event_timestamp": "1772359200123456", "event_name": "page_view", "user": {"pseudo": "P1"}, "n": 3, "ok": True,
        "event_params": [
            {"key": "ga_session_id", "value": {"int_value": "9223372036854775807"}},
            {"key": "page", "value": {"string_value": "/a"}},
        ],
        "items": [{"sku": "a"}], "nothing": None, "dotted.name": "x",
    }  # fmt: skip
    second = {"event_timestamp": "1772359300123456", "event_name": "purchase", "user": {"pseudo": "P1", "id": "U1"}}
    shop.deliver("a.jsonl", "\n".join([json.dumps(first), "", "{broken", "[1]", json.dumps(second)]))
    columns = '[sources.columns]\noccurred_at = {column = "event_timestamp", unit = "us"}\nactivity = "event_name"\n'
    columns += 'session_id = "event_params.ga_session_id"\nidentities = {user = "user.id", cookie = "user.pseudo"}\n'

    report = shop.take("a.jsonl", columns)

    assert (report.rows_n, report.accepted_n, report.reasons) == (4, 2, {"broken_row": 2})
    [(_, session, keys, attributes), (_, none, more_keys, empty)] = shop.rows(
        "SELECT line, length(session_id), map_keys(ids), attributes FROM events ORDER BY line"
    )
    assert (session, keys) == (20, ["cookie"])
    assert attributes == {
        "n": "3", "ok": "true", "items": '[{"sku":"a"}]', "dotted.name": "x", "event_params.page": "/a",
    }  # fmt: skip
    assert (none, more_keys, empty) == (None, ["user", "cookie"], {})
    assert shop.rows("SELECT line FROM rejected_rows ORDER BY line") == [(3,), (4,)]


def test_a_column_that_no_json_row_has_is_noted_unless_no_event_can_do_without_it(shop: Shop) -> None:
    shop.deliver("a.jsonl", '{"id": "e1", "at": "2026-03-01", "what": "visit", "who": "C1"}\n')

    report = shop.take("a.jsonl", 'columns = {event_id = "id", occurred_at = "at", activity = "what",'
                       ' identities = {c = "who", d = "whom"}}\n')  # fmt: skip

    assert report.notes == ("a.jsonl: no row has 'whom'",)
    assert report.accepted_n == 1


def test_parquet_is_read_with_types_as_text_and_nested_columns_flattened(shop: Shop) -> None:
    frame = pl.DataFrame({
        "id": ["e1"], "at": [datetime(2026, 3, 1, 10, tzinfo=UTC)], "what": ["visit"], "who": [17], "amount": [1.5],
        "none": pl.Series([None], dtype=pl.String),
    })  # fmt: skip
    frame.write_parquet(shop.root / "flat.parquet")
    frame.with_columns(geo=pl.struct(city=pl.lit("Oslo"), code=pl.lit(1)), id=pl.lit("e2")).write_parquet(
        shop.root / "nested.parquet"
    )

    report = shop.take("*.parquet")

    assert (report.rows_n, report.accepted_n) == (2, 2)
    rows = shop.rows("SELECT CAST(occurred_at AS VARCHAR), line, attributes FROM events ORDER BY event_id")
    assert rows == [
        ("2026-03-01 10:00:00+00", 1, {"amount": "1.5"}),
        ("2026-03-01 10:00:00+00", 1, {"amount": "1.5", "geo.city": "Oslo", "geo.code": "1"}),
    ]


def _workbook(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Data")
    book.add_worksheet("Other").write(0, 0, "else")
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(2, 0, ["id", "at", "what", "who", "n"])
    sheet.write_row(3, 0, ["e1", None, "visit", "C1", 2.5])
    sheet.write_datetime(3, 1, datetime(2026, 3, 1, 10), day)
    sheet.write_row(5, 0, ["e2", "2026-03-02T10:00:00Z", "visit", "C1"])
    book.close()


def test_a_sheet_is_read_by_its_row_numbers_and_empty_rows_are_none(shop: Shop) -> None:
    _workbook(shop.root / "a.xlsx")

    report = shop.take("a.xlsx", zone="Europe/Oslo")

    assert (report.rows_n, report.accepted_n) == (2, 2)
    assert report.notes == ("a.xlsx: read the first sheet, 'Data'",)
    assert shop.rows("SELECT line, CAST(occurred_at AS VARCHAR), attributes FROM events ORDER BY line") == [
        (4, "2026-03-01 09:00:00+00", {"n": "2.5"}), (6, "2026-03-02 10:00:00+00", {}),
    ]  # fmt: skip


XES = """<?xml version="1.0"?>
<log xmlns="http://www.xes-standard.org/"><string key="origin" value="x"/>
<trace><string key="concept:name" value="NA"/><string key="region" value="north"/>
<event><string key="concept:name" value="visit"/><date key="time:timestamp" value="2026-03-01T10:00:00.000+02:00"/>
<string key="org:resource" value="R1"><string key="role" value="clerk"/></string></event>
<event><string key="concept:name" value="visit"/><date key="time:timestamp" value="2026-03-01T10:00:00.000+02:00"/>
</event></trace><trace><event><string key="concept:name" value="visit"/>
<date key="time:timestamp" value="2026-03-01T10:00:00"/></event></trace></log>"""


@pytest.mark.parametrize("name", ["a.xes", "a.xes.gz"])
def test_xes_events_carry_their_trace_and_their_number(shop: Shop, name: str) -> None:
    shop.deliver(name, gzip.compress(XES.encode()) if name.endswith("gz") else XES)
    text = f'[workspace]\nname = "T"\n[[sources]]\nname = "log"\nkind = "xes"\npath = "{name}"\n'

    report = shop.take_settings(text)

    assert (report.rows_n, report.accepted_n, report.reasons) == (3, 2, {"missing_identity": 1})
    assert shop.rows("SELECT line, CAST(occurred_at AS VARCHAR), attributes FROM events ORDER BY line") == [
        (1, "2026-03-01 08:00:00+00", {"case:region": "north", "org:resource": "R1", "org:resource.role": "clerk"}),
        (2, "2026-03-01 08:00:00+00", {"case:region": "north"}),
    ]
    assert shop.rows("SELECT id_type, value FROM identifiers") == [("case", "NA")]
