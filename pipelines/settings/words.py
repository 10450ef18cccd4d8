"""The words of `[sources.columns]`: what a text, a time or an identity is made of."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from schemas.errors import SettingsError


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; write one like 'Europe/Oslo' or 'UTC'") from error
    return name


def _words(value: object) -> object:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


Zone = Annotated[str, BeforeValidator(_zone)]
Word = Annotated[str, StringConstraints(min_length=1)]
Words = Annotated[tuple[Word, ...], BeforeValidator(_words)]


class Strict(BaseModel):
    """A part of the file: frozen, and keys that nobody knows are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Constant(Strict):
    """The same text on every row: `{value = "web"}`."""

    value: Word


class Template(Strict):
    """A text with columns in braces: `{template = "Opportunity.{StageName}"}`."""

    template: Word


class Mapped(Strict):
    """A column whose words are other words than ours: `{column = "direction", values = {in = "customer"}}`."""

    column: Word
    values: dict[str, Word]


class TimeColumn(Strict):
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


class Columns(Strict):
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
