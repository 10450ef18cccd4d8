"""The independent count agrees with the parser on any text."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyarrow import csv

from pipelines.ingest.records import RecordCounter

texts = st.text(st.sampled_from('ab,"\n\r'), max_size=60)


def parsed(text: str) -> tuple[int, int]:
    """Rows with two fields and rows with another number, as Arrow reads them."""
    broken: list[int | None] = []

    def note(row: csv.InvalidRow) -> str:
        broken.append(row.actual_columns)
        return "skip"

    try:
        table = csv.read_csv(
            pa.BufferReader(text.encode()),
            read_options=csv.ReadOptions(column_names=["x", "y"], use_threads=False),
            parse_options=csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
            convert_options=csv.ConvertOptions(column_types={"x": pa.string(), "y": pa.string()}),
        )
    except pa.ArrowInvalid:
        return (0, len(broken))
    return (table.num_rows, len(broken))


@given(texts, st.integers(1, 7))
@example('"a""b",c"d\n"q"r,s\n\r\na,b', 3)
@settings(max_examples=300, deadline=None)
def test_records_are_counted_as_arrow_reads_them_however_the_text_is_cut(text: str, size: int) -> None:
    counter = RecordCounter(2, 1, ",")
    content = text.encode()
    for start in range(0, len(content), size):
        counter.feed(content[start : start + size])
    counter.finish()

    if not counter.open_quote_line:
        assert (counter.good_n, len(counter.broken)) == parsed(text)


def test_lines_of_records_are_physical() -> None:
    counter = RecordCounter(2, 5, ",")
    counter.feed(b'a,b\r\n\r\n"x\ny",b\nc\nd,')
    counter.finish()

    assert counter.take(2).tolist() == [5, 7]
    assert counter.take(9).tolist() == [10]
    assert counter.broken == [9]
    assert counter.longest == (2, 7)
