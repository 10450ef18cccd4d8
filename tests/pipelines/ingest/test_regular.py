"""The fast reading of regular text gives what the parser gives, and leaves to the parser what is not regular."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.ingest import regular, text
from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.readers.delimited import TextRows
from pipelines.ingest.regular import regular_rows
from pipelines.settings import Read
from schemas.errors import SourceError

Rows = list[tuple[object, ...]]
fields = st.text(st.sampled_from('aæ€x "'), max_size=20)
lines = st.one_of(
    st.lists(fields, min_size=2, max_size=2).map(",".join),
    st.sampled_from(["", "a", "a,b,c", '"a\nb",c', '"a""b",c', "a\rb,c", ",", "a,b\r"]),
)


def read(content: str, block: int, is_fast: bool) -> tuple[Rows, list[tuple[int, str]], int] | str:
    """Rows with their lines, broken records, and how many were counted; or what is wrong with the file."""
    reading = regular_rows if is_fast else (lambda *_: None)
    with TemporaryDirectory() as folder, patch.object(text, "BLOCK", block):
        path = Path(folder) / "a.csv"
        path.write_bytes(b"x,y\n" + content.encode())
        with patch.object(regular, "regular_rows", reading), duckdb.connect() as con:
            try:
                rows = TextRows(Delivery(path, "a.csv"), "utf-8", Read(delimiter=","))
                landing = rows.landing("landed")
                con.register("landed", rows.reader())
                found = con.sql("SELECT * FROM landed").fetchall()
                rows.settle(landing, len(found))
            except (SourceError, duckdb.Error) as error:
                return str(getattr(rows, "failure", None) or error)
            finally:
                rows.close()
    return found, [(row.line, row.reason) for row in landing.broken], landing.records_n


@given(
    st.lists(lines, max_size=12).map("\n".join),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.integers(16, 90),
)
@example("a,b\nc,d\re,f", "\n", True, 16)
@settings(max_examples=120, deadline=None)
def test_text_is_read_as_the_parser_reads_it_however_it_is_cut(
    content: str, end: str, is_ended: bool, block: int
) -> None:
    content = (content + "\n" * is_ended).replace("\n", end)

    assert read(content, block, is_fast=True) == read(content, block, is_fast=False)


def test_every_length_of_field_at_every_place_is_read_whole() -> None:
    rows = [("æ" * (size % 3) + "x" * size, "y" * (40 - size)) for size in range(41)]
    content = "".join(f"{left},{right}\r\n" for left, right in rows)

    columns = regular_rows(content.encode(), 2, ",", is_quoted=True)

    assert columns is not None
    assert list(zip(*(column.to_pylist() for column in columns), strict=True)) == rows


@pytest.mark.parametrize(
    "text", ["a,b\n\nc,d\n", "a,b\nc\n", "a,b,c\n", 'a,"b"\n', "a,b\rc,d\n", "a,b\r\nc,d\n", "a,b\nc,d"]
)
def test_what_is_not_regular_is_left_alone(text: str) -> None:
    assert regular_rows(text.encode(), 2, ",", is_quoted=True) is None


def test_a_quote_is_a_character_where_it_has_no_meaning() -> None:
    columns = regular_rows(b'{"a": 1}\n', 1, "\x01", is_quoted=False)

    assert columns is not None
    assert columns[0].to_pylist() == ['{"a": 1}']
