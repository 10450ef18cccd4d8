"""Questions in SQL to the published snapshot: they can read it, and do nothing else."""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from itertools import count as numbers
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
from markupsafe import Markup

from pipelines.explore.html import framed
from pipelines.language import tr, trn
from pipelines.report.numbers import count
from pipelines.report.svg import el
from pipelines.report.tables import harmless
from schemas.errors import TerrengError, UsageError
from schemas.tables import TABLES

if TYPE_CHECKING:
    from pipelines.explore.desk import Desk

LONGEST_S = 20.0  # a question that takes longer is mostly a mistake in a join
MOST_ROWS = 1_000
MOST_LETTERS = 2_000  # of one cell
FIRST = """SELECT touchpoint, status, count(*) AS journeys
FROM journeys
WHERE rule = 'default'
GROUP BY ALL
ORDER BY journeys DESC"""
_READS = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        frame: Its rows.
        is_cut: Whether there are more.
        seconds: How long it took.
        trouble: Why there is no answer.
    """

    frame: pl.DataFrame | None = None
    is_cut: bool = False
    seconds: float = 0.0
    trouble: TerrengError | None = None


def ask(desk: Desk, question: str, longest_s: float = LONGEST_S) -> Answer:
    """Ask the published snapshot.

    Args:
        desk: What is looked into.
        question: One statement that reads; "": nothing is asked.
        longest_s: After how long it is broken off.
    """
    from pipelines.warehouse import reader

    if not question.strip():
        return Answer()
    began = time.monotonic()
    try:
        with reader(desk.settings) as connection, _broken_off(connection, longest_s):
            frame = _read(connection, question, longest_s)
    except TerrengError as trouble:
        return Answer(trouble=trouble, seconds=time.monotonic() - began)
    return Answer(frame.head(MOST_ROWS), frame.height > MOST_ROWS, time.monotonic() - began)


def _read(connection: duckdb.DuckDBPyConnection, question: str, longest_s: float) -> pl.DataFrame:
    try:
        statements = connection.extract_statements(_typed(question))
        if len(statements) != 1 or statements[0].type not in _READS:
            raise UsageError(
                got=tr("a statement that does more than read, or several"),
                wanted=tr("one SELECT"),
                hint=tr("nothing can be changed here; what you find is yours to download"),
            )
        connection.execute(statements[0])
        names = [name for name, *_ in connection.description or ()]
        rows = [[_plain(value) for value in row] for row in islice(_rows(connection), MOST_ROWS + 1)]
    except duckdb.InterruptException as error:
        raise UsageError(
            got=tr("a question that takes longer than {seconds} seconds", seconds=f"{longest_s:.0f}"),
            wanted=tr("one that is answered sooner"),
            hint=tr("narrow it down with WHERE, or look at fewer columns"),
        ) from error
    except duckdb.Error as error:
        raise UsageError(got=str(error), wanted=tr("SQL as DuckDB understands it")) from error
    except OverflowError as error:  # an interval of ten million years
        raise UsageError(got=str(error), wanted=tr("SQL as DuckDB understands it")) from error
    return _frame(names, rows)


def _typed(question: str) -> str:
    """A question without halves of letters, which a browser can send and nobody can read."""
    return question.encode(errors="replace").decode()


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    """Rows one by one: of those that are too long for a page only one is held at a time."""
    while (row := connection.fetchone()) is not None:
        yield row


@contextmanager
def _broken_off(connection: duckdb.DuckDBPyConnection, longest_s: float) -> Iterator[None]:
    timer = threading.Timer(longest_s, connection.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _frame(names: list[str], rows: list[list[Any]]) -> pl.DataFrame:
    """Rows as a frame; of columns of one name all but the first get a number behind."""
    columns: dict[str, list[Any]] = {}
    for place, name in enumerate(names):
        free = next(each for each in chain([name], (f"{name}_{n}" for n in numbers(2))) if each not in columns)
        columns[free] = [row[place] for row in rows]
    return pl.DataFrame({name: _series(name, values) for name, values in columns.items()})


def _series(name: str, values: list[Any]) -> pl.Series:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} or kinds <= {bool}:
        is_large = any(isinstance(value, int) and abs(value) >= 2**63 for value in values)
        if not is_large:
            return pl.Series(name, values, dtype=None if kinds else pl.String, strict=False)
    return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)


def _plain(value: Any) -> Any:
    """A value that a table on a page can hold."""
    match value:
        case None | bool() | int() | float():
            return value
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date():
            return value.isoformat()
        case _:
            text = str(value)
            return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"


def told(answer: Answer) -> str:
    """What to know of an answer: how many rows, how long it took; or what is wrong."""
    if answer.trouble is not None:
        lines = Markup("<pre>{}</pre>").format(answer.trouble.got)
        hint = (el("p", answer.trouble.hint, class_="note"),) if answer.trouble.hint else ()
        return framed(el("p", el("b", answer.trouble.wanted)), lines, *hint, look="trouble")
    if answer.frame is None:
        return ""
    n = answer.frame.height
    rows = trn("{n} row", "{n} rows", n, n=count(n))
    if answer.is_cut:
        rows = tr("the first {rows}; there are more", rows=rows)
    return framed(el("p", tr("{rows}, {seconds} s", rows=rows, seconds=f"{answer.seconds:.1f}"), class_="note"))


def as_csv(frame: pl.DataFrame | None) -> bytes:
    """Rows as a CSV file in which no spreadsheet finds a formula."""
    if frame is None:
        return b""
    file = io.StringIO()
    out = csv.writer(file, lineterminator="\n")
    out.writerow([harmless(name) for name in frame.columns])
    out.writerows([harmless(value) for value in row] for row in frame.iter_rows())
    return file.getvalue().encode()


def about_tables() -> str:
    """The tables that can be asked, each with its columns."""
    parts = (
        el(
            "details",
            el("summary", el("code", table.name), " ", el("span", table.grain, class_="quiet")),
            el("p", ", ".join(table.names), class_="note"),
            class_="fold",
        )
        for table in TABLES.values()
    )
    caution = tr(
        "The published rows are about single people under pseudonyms, and small numbers are not hidden here: what you"
        " find is for you."
    )
    return framed(el("p", caution, class_="note"), *parts)
