"""The words of the settings and of the connectors: what a text, a time or an identity is made of."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; write one like 'Europe/Oslo' or 'UTC'") from error
    return name


def words(value: object) -> object:
    """One text, or a list of them, as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def of_form(pattern: str, wanted: str) -> AfterValidator:
    """Holds a text to a regular expression, and tells people in words what is wanted."""
    form = re.compile(pattern)

    def held(value: str) -> str:
        if not form.fullmatch(value):
            raise ValueError(f"{value!r}; {wanted}")
        return value

    return AfterValidator(held)


Zone = Annotated[str, BeforeValidator(_zone)]
Word = Annotated[str, StringConstraints(min_length=1)]
Words = Annotated[tuple[Word, ...], BeforeValidator(words)]


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
    """A column, perhaps with other words than ours: `{column = "direction", values = {in = "customer"}}`.

    Attributes:
        column: Name of the column.
        values: Its words and ours.
        otherwise: What any other word of the column means; None: what it says.
    """

    column: Word
    values: dict[str, Word] = Field(default_factory=dict)
    otherwise: Word | None = None


class Sql(Strict):
    """DuckDB's SQL over the row, whose columns are texts and null where they are empty: `{sql = "a || b"}`."""

    sql: Word


class TimeColumn(Strict):
    """A time column that says more than its name.

    Attributes:
        column: Name of the column; None: `sql` tells the time.
        sql: SQL of the text of the time.
        format: One or more formats in the words of strptime; None: ISO 8601 or an epoch number.
        timezone: Zone of times that name none; "": the workspace's.
        unit: Unit of epoch numbers; None: recognised by their size.
    """

    column: Word | None = None
    sql: Word | None = None
    format: Words | None = None
    timezone: Zone | Literal[""] = ""
    unit: Literal["s", "ms", "us"] | None = None

    @model_validator(mode="after")
    def _has_one(self) -> TimeColumn:
        if (self.column is None) == (self.sql is None):
            raise ValueError("a time needs a column, or sql, and not both")
        return self

    @property
    def text(self) -> Mapped | Sql:
        """The word that the time is read from."""
        return Sql(sql=self.sql) if self.sql is not None else Mapped(column=self.column or "")
