"""JSON as interfaces and exporters write it: a list, a page that wraps one, one record over many lines."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from schemas.errors import SourceError

if TYPE_CHECKING:
    from tests.pipelines.ingest.conftest import Shop

ROWS: list[dict[str, Any]] = [
    {"id": "e1", "at": "2026-03-01T10:00:00Z", "what": "visit", "who": "C1", "amount": 1.50},
    {"id": "e2", "at": "2026-03-01T11:00:00Z", "what": "ordre \u00f8", "who": "C2", "list": [{"a": "},"}]},
]
EVENTS = "SELECT event_id, activity, line FROM events ORDER BY event_id"
EXPECTED = [("e1", "visit", 1), ("e2", "ordre \u00f8", 2)]
PAGES = {
    "a list": ROWS,
    "OData": {"@odata.context": "https://x", "value": ROWS, "@odata.nextLink": "https://y"},
    "Zendesk": {"tickets": ROWS, "next_page": None, "count": 2, "end_of_stream": True},
    "HubSpot": {"results": ROWS, "paging": {"next": {"after": "2"}}},
    "Typeform": {"total_items": 2, "page_count": 1, "items": ROWS},
    "Intercom": {"type": "list", "data": ROWS, "pages": {"page": 1}, "total_count": 2, "has_more": False},
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("page", PAGES)
def test_lists_and_pages_are_recognised(shop: Shop, page: str, indent: int | None) -> None:
    shop.deliver("a.json", json.dumps(PAGES[page], indent=indent, ensure_ascii=False))

    report = shop.take("a.json")

    assert (report.rows_n, report.accepted_n) == (2, 2)
    assert shop.rows(EVENTS) == EXPECTED
    assert shop.rows("SELECT attributes FROM events WHERE event_id = 'e1'") == [({"amount": "1.5"},)]


@pytest.mark.parametrize("rows_n", [199, 200, 201])
def test_a_small_file_is_read_once_and_a_bigger_one_whole(shop: Shop, rows_n: int) -> None:
    records = [{"id": f"e{n}", "at": "2026-03-01T10:00:00Z", "what": "visit", "who": f"C{n}"} for n in range(rows_n)]
    shop.deliver("a.jsonl", "\n".join([*(json.dumps(record) for record in records), "[1]"]))

    report = shop.take("a.jsonl")

    assert (report.rows_n, report.accepted_n, report.reasons) == (rows_n + 1, rows_n, {"broken_row": 1})


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_documents_come_in_every_encoding_and_packed(shop: Shop, encoding: str) -> None:
    shop.deliver("a.json.gz", gzip.compress(json.dumps(ROWS, ensure_ascii=False).encode(encoding)))

    shop.take("a.json.gz")

    assert shop.rows(EVENTS) == EXPECTED


def test_records_printed_over_many_lines_are_records(shop: Shop) -> None:
    shop.deliver("a.json", "\n".join(json.dumps(row, indent=2) for row in ROWS))

    assert shop.take("a.json").accepted_n == 2


def test_lines_stay_lines_and_one_line_may_be_one_row(shop: Shop) -> None:
    shop.deliver("lines.json", json.dumps(ROWS[0]) + "\n" + json.dumps(ROWS[1]) + "\n")
    shop.deliver("one.json", json.dumps(ROWS[1] | {"id": "e3"}))

    assert (shop.take("*.json").accepted_n, shop.take("*.json").rows_n) == (3, 3)


def test_the_settings_tell_where_the_records_are(shop: Shop) -> None:
    shop.deliver("a.json", json.dumps({"meta": {"id": 7}, "result": {"users": [{"id": 1}], "elements": ROWS}}))
    told = '[sources.read]\nrecords = "{}"\n'

    assert shop.take("a.json", more=told.format("result.elements")).accepted_n == 2
    with pytest.raises(SourceError, match=r"there is no list 'result.elemnts'"):
        shop.take("a.json", more=told.format("result.elemnts"))


def test_a_page_with_several_lists_asks_which(shop: Shop) -> None:
    shop.deliver("a.json", json.dumps({"users": [{"id": 1}], "tickets": ROWS, "count": 2}))

    with pytest.raises(SourceError, match=r'several lists: users, tickets; .*records = "users"'):
        shop.take("a.json")
    assert shop.take("a.json", more='[sources.read]\nrecords = "tickets"\n').accepted_n == 2


@pytest.mark.parametrize("content", ["[]", '{"results": [], "count": 0}', "[\n]\n"])
def test_a_document_without_a_record_is_empty(shop: Shop, content: str) -> None:
    shop.deliver("a.json", content)

    report = shop.take("a.json")

    assert (report.rows_n, report.notes[-1:]) == (0, ("a.json: the file is empty",))


def test_elements_that_are_no_objects_are_refused_one_by_one(shop: Shop) -> None:
    shop.deliver("a.json", json.dumps([ROWS[0], "Secret", ROWS[1], [1], None]))

    report = shop.take("a.json")

    assert (report.accepted_n, report.reasons) == (2, {"broken_row": 3})
    assert shop.rows("SELECT line FROM rejected_rows ORDER BY line") == [(2,), (4,), (5,)]
    assert "Secret" not in str(shop.rows("SELECT * FROM rejected_rows"))


@pytest.mark.parametrize("cut", [-1, -40])
def test_a_document_that_is_cut_off_is_refused_whole(shop: Shop, cut: int) -> None:
    shop.deliver("a.json", json.dumps(ROWS)[:cut])

    with pytest.raises(SourceError, match=r"a.json: the document is cut off"):
        shop.take("a.json")
    assert shop.rows("SELECT count(*) FROM events") == [(0,)]


def test_a_form_makes_no_new_rows(shop: Shop) -> None:
    """Without an event id a row is known by its content, however it is printed."""
    columns = '[sources.columns]\noccurred_at = "at"\nactivity = "what"\nidentities = {c = "who"}\n'
    for indent in (None, 1, 4):
        shop.deliver(f"{indent}.json", json.dumps(ROWS, indent=indent))

    report = shop.take("*.json", columns=columns)

    assert (report.accepted_n, report.duplicate_n) == (2, 4)


def test_a_long_document_is_streamed(shop: Shop) -> None:
    from pipelines.ingest.deliveries import Delivery
    from pipelines.ingest.readers.json_documents import JsonDocument

    peaks = []
    for rows_n in (20_000, 20_000, 80_000):  # the first one also loads libraries
        path = shop.deliver("a.json", json.dumps([ROWS[0] | {"note": "x" * 1_000}] * rows_n))
        tracemalloc.start()
        document = JsonDocument(Delivery(path, "a.json"), "utf-8", ())
        assert sum(batch.num_rows for batch in document.reader()) == rows_n
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        document.close()

    assert peaks[2] < 1.5 * peaks[1]
