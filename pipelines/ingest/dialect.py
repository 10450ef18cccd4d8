"""How a delimited text is written: its delimiter, its decimal mark and where its header ends."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.settings import Read

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_BYTES = 256 << 10
_SAMPLE_ROWS = 200
_COMMA_NUMBER, _POINT_NUMBER = re.compile(r"[-+]?\d+,\d+"), re.compile(r"[-+]?\d+\.\d+")


@dataclass(frozen=True)
class Dialect:
    """How one file is written.

    Attributes:
        delimiter: Between fields.
        decimal: Mark in numbers, "." or ",".
        names: Column names as delivered; doubled names and empty ones are numbered.
        header_bytes: Bytes before the first row of data.
        first_line: Physical line of the first row of data.
    """

    delimiter: str
    decimal: str
    names: tuple[str, ...]
    header_bytes: int
    first_line: int


def recognise_dialect(head: bytes, read: Read, extension: str) -> Dialect:
    """The dialect of a UTF-8 text by its first bytes, where the settings do not tell it."""
    sample = head[:_SAMPLE_BYTES].decode("utf-8", "ignore")
    delimiter = read.delimiter or _delimiter_of(sample, "\t" if extension == ".tsv" else ",")
    header, header_bytes, lines = _header_of(head.decode("utf-8", "ignore"), delimiter, read.header_rows)
    rows = _rows(sample, delimiter)[max(read.header_rows, 0) : _SAMPLE_ROWS]
    width = len(rows[0]) if rows else 0
    names = read.names or _unique(header if read.header_rows else [""] * width)
    return Dialect(delimiter, read.decimal or _decimal_of(rows, delimiter), names, header_bytes, lines + 1)


def _delimiter_of(sample: str, otherwise: str) -> str:
    """The delimiter under which most rows have the same number of fields, and more than one."""
    best, best_score = otherwise, (0.0, 0)
    for delimiter in _DELIMITERS:
        rows = _rows(sample, delimiter)[:_SAMPLE_ROWS]
        rows = rows[:-1] if len(rows) > 1 else rows  # the sample may end inside a row
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if widths:
            width, agreeing = widths.most_common(1)[0]
            score = (agreeing / len(rows), width)
            best, best_score = (delimiter, score) if score > best_score else (best, best_score)
    return best


def _decimal_of(rows: list[list[str]], delimiter: str) -> str:
    if delimiter == ",":
        return "."
    fields = [field for row in rows for field in row]
    has_comma = any(_COMMA_NUMBER.fullmatch(field) for field in fields)
    return "," if has_comma and not any(_POINT_NUMBER.fullmatch(field) for field in fields) else "."


def _header_of(text: str, delimiter: str, rows_n: int) -> tuple[list[str], int, int]:
    """The first header row, the bytes of all header rows, and the lines that they take."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for found in re.finditer(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", text):
            taken.append(found[0])
            yield found[0]

    header: list[str] = []
    seen = 0
    reader = csv.reader(lines(), delimiter=delimiter)
    while seen < rows_n:
        row = next(reader, None)
        if row is None:
            break
        if row:
            header = header or row
            seen += 1
    return header, sum(len(line.encode()) for line in taken), len(taken)


def _rows(sample: str, delimiter: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(sample.splitlines(keepends=True), delimiter=delimiter) if row]
    except csv.Error:  # a field beyond csv's limit: the parser itself will tell
        return []


def _unique(names: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for place, raw in enumerate(names, start=1):
        name = raw.strip() or f"column_{place}"
        found.append(name if name not in found else f"{name}_{place}")
    return tuple(found)
