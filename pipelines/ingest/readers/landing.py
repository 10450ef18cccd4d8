"""What every reader hands over: rows of text that DuckDB can select from, and what could not become a row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Protocol

from pipelines.ingest.deliveries import Delivery
from schemas.errors import SourceError

RAW_LENGTH = 2_000  # characters of a refused row that are kept
SAMPLE_ROWS = 2_000  # by which the columns of a file are judged


@dataclass(frozen=True)
class Broken:
    """A record that could not become a row: its line, what is wrong with it, and its shape without its content."""

    line: int
    reason: str
    raw: str


class Stream(Protocol):
    """What delivers rows while DuckDB reads them.

    Attributes:
        failure: The error that ended the reading; DuckDB passes on its text only.
    """

    failure: Exception | None

    def settle(self, landing: Landing, landed_n: int) -> None:
        """Tell the landing how many records there were, and which of them are broken."""


@dataclass
class Landing:
    """Rows of one file, as text.

    Attributes:
        delivery: The file.
        relation: Name in SQL of what has the rows: a column `line`, and whatever `text` mentions.
        text: Column name as delivered to the SQL expression of its text; null where the field is empty.
        is_sparse: Rows leave out what is empty, so that a column which no row has may still be right.
        json: SQL expression of the whole row as JSON; "" where rows are no JSON.
        rest: SQL expression of a MAP of further attributes; "" where `text` has them all.
        row_hash: SQL expression that identifies a row by its content; "" for the hash of all its columns.
        notes: What was recognised and what a person should know.
        broken: Records that could not become a row; complete once the rows were read.
        records_n: Records counted independently; -1 until the rows were read.
        decimal: Decimal mark of numbers.
        stream: What delivers the rows; None where DuckDB reads them itself.
        sampled: Of a sample that came to the end of its file: what delivered it, and how many rows it has.
    """

    delivery: Delivery
    relation: str
    text: dict[str, str]
    is_sparse: bool = False
    json: str = ""
    rest: str = ""
    row_hash: str = ""
    notes: list[str] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    records_n: int = -1
    decimal: str = "."
    stream: Stream | None = None
    sampled: tuple[Stream, int] | None = None

    def text_of(self, column: str) -> str:
        """SQL expression of a column's text.

        Raises:
            SourceError: There is no such column, and it cannot merely be empty.
        """
        if column in self.text:
            return self.text[column]
        if self.is_sparse:
            return "CAST(NULL AS VARCHAR)"
        raise self.absent(column)

    def absent(self, column: str, names: tuple[str, ...] = (), told_in: str = "terreng.toml") -> SourceError:
        """The error for a column that the settings, or a connector, name and the file lacks.

        Args:
            column: The column.
            names: All names under which it was looked for.
            told_in: The file that names it.
        """
        others = [name for name in names if name != column]
        tried = f" (nor {', '.join(repr(name) for name in others)})" if others else ""
        near = get_close_matches(column, self.text, 1)
        place = "[sources.columns]" if not names else "aliases under [sources.tables]"
        hint = f"did you mean {near[0]!r}?" if near else f"correct {place} in terreng.toml"
        hint += f"; {told_in} names it" if told_in != "terreng.toml" else ""
        known = ", ".join(list(self.text)[:40]) + (", ..." if len(self.text) > 40 else "")
        return SourceError(f"there is no column {column!r}{tried}", f"one of {known}", hint, self.delivery.shown)


def shape_of(raw: str) -> str:
    """A broken row's shape: letters become x and digits 9, because nobody knows which field holds what."""
    return re.sub(r"\d", "9", re.sub(r"[^\W\d_]", "x", raw[:RAW_LENGTH]))


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
