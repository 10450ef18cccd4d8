"""`[[sources]]`: where a system's exports lie, how their bytes are read, and what in them is noise."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from pipelines.settings.identity import Trust
from pipelines.settings.words import Columns, Strict, Word, Words

KINDS = ("table", "xes")


def _kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f"{name!r} is no kind of source; the kinds are {', '.join(KINDS)}")
    return name


class Read(Strict):
    """How the bytes are to be read; None: recognised, and shown in the notes of the run."""

    encoding: Word | None = None
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    decimal: Literal[".", ","] | None = None
    header_rows: Annotated[int, Field(ge=0, le=20)] = 1
    sheet: Word | None = None


class Drop(Strict):
    """Rows that are known noise: every named column matches one of its globs."""

    reason: Word
    where: Annotated[dict[Word, Words], Field(min_length=1)]


def _moment(value: object) -> object:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


class Outage(Strict):
    """A span without input: what is skipped there is a data gap, not friction."""

    from_: Annotated[datetime, BeforeValidator(_moment)] = Field(alias="from")
    until: Annotated[datetime, BeforeValidator(_moment)]

    @model_validator(mode="after")
    def _is_span(self) -> Outage:
        if self.from_.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("an outage needs times with a zone; write '2026-03-02T00:00:00Z'")
        if self.from_ >= self.until:
            raise ValueError("an outage ends before it begins")
        return self


class Source(Strict):
    """One `[[sources]]` of the workspace."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$")]
    kind: Annotated[str, AfterValidator(_kind)]
    path: Word
    columns: Columns | None = None
    read: Read = Read()
    drop: tuple[Drop, ...] = ()
    outages: tuple[Outage, ...] = ()
    tolerance: Annotated[float, Field(ge=0, le=1)] = 0.01
    links: Trust | None = None

    @model_validator(mode="after")
    def _is_known(self) -> Source:
        if self.kind == "table" and self.columns is None:
            raise ValueError("a source of kind 'table' needs [sources.columns]")
        if self.kind != "table" and self.columns is not None:
            raise ValueError(f"a source of kind {self.kind!r} takes no [sources.columns]")
        return self
