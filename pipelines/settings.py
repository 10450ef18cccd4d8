"""`terreng.toml`, read once at the edge and passed down as small frozen values.

Every mistake in the file is a `SettingsError` with the file, the line, what was got, what was wanted and a hint.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from pipelines.settings_problem import PAGE, settings_error
from schemas.errors import SettingsError

SETTINGS_FILE = "terreng.toml"
KINDS = ("table", "xes")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; write one like 'Europe/Oslo' or 'UTC'") from error
    return name


def _kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f"{name!r} is no kind of source; the kinds are {', '.join(KINDS)}")
    return name


def _hours(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        start, end = (time.fromisoformat(part.strip()) for part in value.split("-"))
    except ValueError as error:
        raise ValueError(f"{value!r} are no hours; write '08:00-16:00'") from error
    if start >= end:
        raise ValueError(f"{value!r} ends before it starts; write '08:00-16:00'")
    return (start, end)


def _weekdays(value: object) -> object:
    if not isinstance(value, list):
        return value
    unknown = [day for day in value if day not in _DAYS]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no day; the days are {', '.join(_DAYS)}")
    return tuple(sorted({_DAYS.index(day) + 1 for day in value}))


def _dates(value: object) -> object:
    if not isinstance(value, list):
        return value
    return tuple(date.fromisoformat(day) if isinstance(day, str) else day for day in value)


def _words(value: object) -> object:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


Zone = Annotated[str, BeforeValidator(_zone)]
Word = Annotated[str, StringConstraints(min_length=1)]
Words = Annotated[tuple[Word, ...], BeforeValidator(_words)]


class _Strict(BaseModel):
    """A part of the file: frozen, and keys that nobody knows are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Constant(_Strict):
    """The same text on every row: `{value = "web"}`."""

    value: Word


class Template(_Strict):
    """A text with columns in braces: `{template = "Opportunity.{StageName}"}`."""

    template: Word


class Mapped(_Strict):
    """A column whose words are other words than ours: `{column = "direction", values = {in = "customer"}}`."""

    column: Word
    values: dict[str, Word]


class TimeColumn(_Strict):
    """A time column that says more than its name.

    Attributes:
        column: Name of the column.
        format: One or more formats in the words of strptime; None: ISO 8601 or an epoch number.
        timezone: Zone of times that name none; "": the workspace's.
        unit: Unit of epoch numbers; None: recognised by their size.
    """

    column: Word
    format: Words | None = None
    timezone: Zone | Literal[""] = ""
    unit: Literal["s", "ms", "us"] | None = None


class Columns(_Strict):
    """Which column is what, for kind `table`. Without occurred_at and activity the source is a link table."""

    event_id: Word | Template | None = None
    occurred_at: Word | TimeColumn | None = None
    activity: Word | Constant | Template | Mapped | None = None
    channel: Word | Constant | Template | Mapped | None = None
    initiator: Word | Constant | Mapped | None = None
    status: Word | Constant | Mapped | None = None
    session_id: Word | Template | None = None
    order: Word | None = None
    identities: dict[Word, Word] = Field(default_factory=dict)
    attributes: Annotated[tuple[Word, ...] | None, BeforeValidator(_words)] = None

    @model_validator(mode="after")
    def _is_whole(self) -> Columns:
        if (self.occurred_at is None) != (self.activity is None):
            raise ValueError("occurred_at and activity come together; a link table has neither")
        if not self.identities:
            raise ValueError("identities are missing; write identities = {customer_id = 'column'}")
        if shown := sorted(set(self.identities.values()) & set(self.attributes or ())):
            raise ValueError(f"attributes has {shown[0]!r}, which is an identity; ids are kept as pseudonyms only")
        if self.is_link_table and len(self.identities) < 2:
            raise ValueError("a link table needs two identities or more")
        return self

    @property
    def is_link_table(self) -> bool:
        """Whether the rows only say which ids belong together."""
        return self.activity is None

    @property
    def time(self) -> TimeColumn:
        """The time column in its long form; only for sources of events."""
        if self.occurred_at is None:
            raise SettingsError("a link table has no time", "a source of events")
        return TimeColumn(column=self.occurred_at) if isinstance(self.occurred_at, str) else self.occurred_at


class Read(_Strict):
    """How the bytes are to be read; None: recognised, and shown in the notes of the run."""

    encoding: Word | None = None
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    decimal: Literal[".", ","] | None = None
    header_rows: Annotated[int, Field(ge=0, le=20)] = 1
    sheet: Word | None = None


class Drop(_Strict):
    """Rows that are known noise: every named column matches one of its globs."""

    reason: Word
    where: Annotated[dict[Word, Words], Field(min_length=1)]


def _moment(value: object) -> object:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


class Outage(_Strict):
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


class Source(_Strict):
    """One `[[sources]]` of the workspace."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$")]
    kind: Annotated[str, AfterValidator(_kind)]
    path: Word
    columns: Columns | None = None
    read: Read = Read()
    drop: tuple[Drop, ...] = ()
    outages: tuple[Outage, ...] = ()
    tolerance: Annotated[float, Field(ge=0, le=1)] = 0.01

    @model_validator(mode="after")
    def _is_known(self) -> Source:
        if self.kind == "table" and self.columns is None:
            raise ValueError("a source of kind 'table' needs [sources.columns]")
        if self.kind != "table" and self.columns is not None:
            raise ValueError(f"a source of kind {self.kind!r} takes no [sources.columns]")
        return self


class _Workspace(_Strict):
    name: Word
    timezone: Zone = "UTC"
    salt_env: Word = "TERRENG_SALT"
    business_hours: Annotated[tuple[time, time], BeforeValidator(_hours)] = (time(8), time(16))
    business_days: Annotated[tuple[int, ...], BeforeValidator(_weekdays)] = (1, 2, 3, 4, 5)
    holidays: Annotated[tuple[date, ...], BeforeValidator(_dates)] = ()


class _Warehouse(_Strict):
    path: Word = "warehouse.duckdb"
    memory_limit: Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?\s?([KMGT]i?B)$")] = "3GB"
    threads: Annotated[int, Field(ge=1, le=512)] = 2


class _Engine(_Strict):
    kind: Literal["duckdb"] = "duckdb"


class _File(_Strict):
    workspace: _Workspace
    warehouse: _Warehouse = _Warehouse()
    engine: _Engine = _Engine()
    sources: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> _File:
        names = [source.name for source in self.sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two sources are called {twice[0]!r}; every source needs its own name")
        return self


@dataclass(frozen=True)
class Settings:
    """A workspace's settings.

    Attributes:
        root: The workspace's folder, absolute.
        name: Name for people.
        timezone: Zone of dates, business hours and sources that name none.
        salt_env: Environment variable that may hold the salt of the pseudonyms.
        warehouse: Path of the warehouse, absolute.
        memory_limit: DuckDB's memory limit.
        threads: DuckDB's threads.
        sources: The sources in file order; ties of one instant follow it.
        business_hours: Opening and closing time, local.
        business_days: ISO weekdays (1 is Monday).
        holidays: Local dates without business.
    """

    root: Path
    name: str
    timezone: str = "UTC"
    salt_env: str = "TERRENG_SALT"
    warehouse: Path = field(default=Path("warehouse.duckdb"))
    memory_limit: str = "3GB"
    threads: int = 2
    sources: tuple[Source, ...] = ()
    business_hours: tuple[time, time] = (time(8), time(16))
    business_days: tuple[int, ...] = (1, 2, 3, 4, 5)
    holidays: tuple[date, ...] = ()

    @property
    def published_dir(self) -> Path:
        """Folder of the published snapshot."""
        return self.root / "published"

    @property
    def published_db(self) -> Path:
        """The published snapshot."""
        return self.published_dir / "terreng.duckdb"

    @property
    def reports_dir(self) -> Path:
        """Folder of the reports."""
        return self.root / "reports"

    @property
    def state_dir(self) -> Path:
        """Private folder: lock, spill, salt, traceback files."""
        return self.root / ".terreng"


def load_settings(root: Path) -> Settings:
    """Settings of the workspace in a folder.

    Raises:
        SettingsError: The file is missing, is no TOML, or says something that we do not know.
    """
    path = root / SETTINGS_FILE
    text = _text_of(path)
    try:
        parsed = _File.model_validate(_lists_as_tuples(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        got, line = f"this is no TOML: {error}", getattr(error, "lineno", 0)
        raise SettingsError(got, "valid TOML", f"{PAGE} has examples", str(path), line) from error
    except ValidationError as error:
        raise settings_error(error, text, str(path), _File) from error
    root, space, house = root.resolve(), parsed.workspace, parsed.warehouse
    return Settings(
        root=root,
        warehouse=root / house.path,
        memory_limit=house.memory_limit,
        threads=house.threads,
        sources=parsed.sources,
        **space.model_dump(),
    )


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        hint = "`terreng init DIR` makes a workspace, `--workspace DIR` names one"
        raise SettingsError("there is no terreng.toml here", "a workspace", hint, str(path)) from error
    except UnicodeDecodeError as error:
        raise SettingsError("the file is not UTF-8", "a text file in UTF-8", "", str(path)) from error
    except OSError as error:
        raise SettingsError(f"the file cannot be read: {error.strerror}", "a readable file", "", str(path)) from error


def _lists_as_tuples(value: Any) -> Any:
    """TOML's arrays of tables as tuples, which strict mode wants; plain arrays stay lists for the validators."""
    if isinstance(value, dict):
        return {key: _lists_as_tuples(item) for key, item in value.items()}
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return tuple(_lists_as_tuples(item) for item in value)
    return value
