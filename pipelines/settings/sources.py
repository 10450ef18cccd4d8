"""`[[sources]]`: where a system's exports lie, how their bytes are read, and what in them is noise."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo, model_validator

from pipelines.settings.columns import Columns
from pipelines.settings.elsewhere import Elsewhere
from pipelines.settings.identity import Trust
from pipelines.settings.tables import Drop, Read, TableChanges
from pipelines.settings.words import Strict, Word, Words, Zone

# What is no connector: kinds whose files say themselves, or are told, which column is what.
KINDS = ("table", "xes", "ocel", "sql")
_WITH_COLUMNS = ("table", "sql")


def _kind(name: str, info: ValidationInfo) -> str:
    """The kinds of connectors come with the context; without one any name may be a connector's."""
    known = (*KINDS, *(info.context or {}).get("connectors", (name,)))
    if name not in known:
        raise ValueError(f"{name!r} is no kind of source; the kinds are {', '.join(known)}")
    return name


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


class Source(Elsewhere):
    """One `[[sources]]` of the workspace.

    Attributes:
        name: What maps call it.
        kind: `table`, `xes`, `ocel`, `sql` or a connector.
        path: Its files: paths or globs, from the workspace's folder, or URLs of an object store; none for a database.
        columns: Which column is what; only for kinds `table` and `sql`.
        tables: What is added to a connector's tables, by their names.
        skip_tables: A connector's tables that are not read.
        ids: Id type of the connector to the workspace's own name for it.
        timezone: Of times that name none; "": the connector's, or the workspace's.
        read: How the bytes are read.
        drop: Rows that are known noise.
        outages: Spans without input.
        tolerance: Share of refused rows that is tolerated.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$")]
    kind: Annotated[str, AfterValidator(_kind)]
    path: Annotated[Words, Field(min_length=1)] = ()
    columns: Columns | None = None
    tables: dict[str, TableChanges] = Field(default_factory=dict)
    skip_tables: Words = ()
    ids: dict[Word, Word] = Field(default_factory=dict)
    timezone: Zone | Literal[""] = ""
    read: Read = Read()
    drop: tuple[Drop, ...] = ()
    outages: tuple[Outage, ...] = ()
    tolerance: Annotated[float, Field(ge=0, le=1)] = 0.01
    links: Trust | None = None

    @model_validator(mode="after")
    def _is_known(self) -> Source:
        if fault := self.fault(self.kind, self.path):
            raise ValueError(fault)
        if self.kind in _WITH_COLUMNS and self.columns is None:
            raise ValueError(f"a source of kind {self.kind!r} needs [sources.columns]")
        if self.kind not in _WITH_COLUMNS and self.columns is not None:
            raise ValueError(f"a source of kind {self.kind!r} takes no [sources.columns]")
        if self.kind in KINDS and (self.tables or self.skip_tables or self.ids):
            raise ValueError(
                f"a source of kind {self.kind!r} takes no tables, skip_tables or ids; they are a connector's"
            )
        return self

    @property
    def is_connector(self) -> bool:
        """Whether a connector says what its tables are."""
        return self.kind not in KINDS
