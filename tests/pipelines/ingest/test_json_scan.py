"""Records of a document are found exactly, however it is printed and wherever it is cut into blocks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.json_scan import RecordScanner
from pipelines.ingest.readers.json_documents import members_of

Json = Any
SCALARS = st.none() | st.booleans() | st.integers() | st.text('a"\\[]{},:ø\n', max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["items", "x", '"']), inner, max_size=3)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from(["id", "items"]), VALUES, min_size=1)


def scanned(text: str, path: tuple[str, ...] | None, size: int) -> tuple[list[Json], RecordScanner]:
    scanner, data = RecordScanner(path), text.encode()
    records = [record for at in range(0, len(data), size) for record in scanner.feed(data[at : at + size])]
    return [json.loads(record) for record in records], scanner


@given(st.lists(VALUES, max_size=4), VALUES, VALUES, st.sampled_from([None, 1]), st.sampled_from([1, 2, 3, 7, 999]))
def test_the_elements_of_one_list_are_the_records(
    records: list[Json], before: Json, after: Json, indent: int | None, size: int
) -> None:
    for document, path in (
        (records, ()),
        ({"count": before, "items": records, "next": after}, ("items",)),
        ({"a": before, "data": {"x": after, "items": records}, "b": [{"items": [9]}]}, ("data", "items")),
    ):
        found, scanner = scanned(json.dumps(document, indent=indent, ensure_ascii=False), path, size)
        assert (found, scanner.records_n) == (records, len(records))
        assert scanner.is_whole
        assert scanner.has_list


@given(st.lists(OBJECTS, max_size=4), st.sampled_from([None, 1]), st.sampled_from([1, 3, 999]))
def test_values_one_after_another_are_records(records: list[Json], indent: int | None, size: int) -> None:
    text = "\n".join(json.dumps(record, indent=indent) for record in records)
    assert scanned(text, None, size)[0] == records


@pytest.mark.parametrize(
    ("text", "path"), [('[{"a": 1}', ()), ('{"items": [{"a": "', ("items",)), ('{"items": [1]', ("items",))]
)
def test_a_document_that_is_cut_off_is_not_whole(text: str, path: tuple[str, ...]) -> None:
    assert not scanned(text, path, 999)[1].is_whole


def test_a_list_that_is_not_there_is_missed() -> None:
    assert not scanned('{"data": {"tickets": [1]}}', ("tickets",), 999)[1].has_list


@pytest.mark.parametrize(
    ("text", "members", "is_closed"),
    [
        ('{"count": 1, "results": [{"a": [{}]}]}', [("count", "other"), ("results", "records")], True),
        ('{"value": [], "n": [1], "o": {"x": [{}]}}', [("value", "records"), ("n", "other"), ("o", "other")], True),
        ('{"a": "[{", "b": [ {', [("a", "other"), ("b", "records")], False),
    ],
)
def test_members_of_an_object_are_told_apart(text: str, members: list[tuple[str, str]], is_closed: bool) -> None:
    assert members_of(text.encode()) == (members, is_closed)
