"""The numbers of a picture for other programs: the rows of its table as CSV, Parquet and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from pipelines.privacy.exporting import HIDDEN
from pipelines.privacy.withheld import Withheld
from pipelines.report.document import Document, Figure
from pipelines.report.formats.standalone import alternative
from pipelines.report.tables import DataTable, Value
from pipelines.report.text import clean

if TYPE_CHECKING:
    import polars as pl


def figure_table(figure: Figure, document: Document) -> DataTable | None:
    """The table that holds a picture's numbers, under the picture's name; None where it has none."""
    found = next((table for table in document.tables if table.name == figure.table), None)
    return None if found is None else replace(found, name=figure.name)


def figure_json(figure: Figure, document: Document) -> str:
    """A picture in words and numbers: what it shows, how it is read, its rows, and its chart where it has one."""
    table = figure_table(figure, document)
    told = {
        "format": "terreng-figure",
        "version": 1,
        "name": figure.name,
        "title": clean(figure.title),
        "note": clean(figure.note),
        "description": " ".join(alternative(drawing.svg)[1] for drawing in figure.drawings),
        "run_id": document.run_id,
        "language": document.language,
        "table": None if table is None else f"tables/{figure.table}.csv",
        "columns": [] if table is None else list(columns(table)),
        "records": [] if table is None else [{k: _plain(v) for k, v in r.items()} for r in table.records],
        "chart": None if figure.chart is None else asdict(figure.chart),
    }
    return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def columns(table: DataTable) -> tuple[str, ...]:
    """Names of a table's columns."""
    return tuple(table.records[0]) if table.records else table.names


def frame(table: DataTable) -> pl.DataFrame:
    """A table as a frame: numbers stay numbers; of those that may not be told, the last column says which they are."""
    import polars as pl

    names = columns(table)
    series = [_series(name, [record[name] for record in table.records]) for name in names]
    hidden = [", ".join(name for name in names if isinstance(record[name], Withheld)) for record in table.records]
    if any(hidden):
        series.append(pl.Series(HIDDEN, [names or None for names in hidden], pl.String))
    return pl.DataFrame(series)


def parquet(table: DataTable) -> bytes:
    """A table as a Parquet file."""
    file = BytesIO()
    frame(table).write_parquet(file, compression="zstd")
    return file.getvalue()


def _series(name: str, values: Sequence[Value]) -> pl.Series:
    import polars as pl

    told = [None if isinstance(value, Withheld) else value for value in values]
    kinds = {type(value) for value in told if value is not None}
    if kinds == {int, float}:
        return pl.Series(name, [None if value is None else float(value) for value in told], pl.Float64)  # type: ignore[arg-type]  # all are numbers
    if len(kinds) > 1 or not kinds:
        return pl.Series(name, [None if value is None else str(value) for value in told], pl.String)
    if kinds == {datetime}:
        return pl.Series(name, told, pl.Datetime("us", "UTC"))
    return pl.Series(name, told)


def _plain(value: Any) -> Any:
    """A value as JSON has it; in place of one that may not be told stands what is shown instead."""
    match value:
        case Withheld():
            return value.text
        case datetime():
            return value.astimezone(UTC).isoformat()
        case _:
            return value
