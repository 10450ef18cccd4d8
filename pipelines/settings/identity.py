"""`[identity]` of `terreng.toml`: what id types are, and which ids tell nothing about who somebody is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipelines.settings.words import Strict, Word, Words

Kind = Literal["person", "email", "phone", "device", "record", "case"]
Trust = Literal["verified", "stated", "guessed"]
Limit = Annotated[int, Field(ge=1, le=1_000_000)]


class Probabilistic(Strict):
    """A table of people to compare, for the rule `loose`; it is read when persons are resolved, and not kept.

    Attributes:
        path: The table, CSV or Parquet, from the workspace's folder.
        id: Its column with the ids.
        id_type: What type of id they are.
        names: Columns that are spelt now this way, now that.
        dates: Columns with dates, as text.
        emails: Columns with e-mail addresses.
        exact: Columns that agree or do not: a town, a postcode.
        threshold: How probable it has to be that two are one.
    """

    path: Word
    id: Word
    id_type: Word
    names: Words = ()
    dates: Words = ()
    emails: Words = ()
    exact: Words = ()
    threshold: Annotated[float, Field(ge=0.5, le=1)] = 0.9

    @model_validator(mode="after")
    def _is_enough(self) -> Probabilistic:
        if len(self.anchors) < 2:
            raise ValueError("too little to compare; name at least two columns among names, dates and emails")
        if twice := sorted({name for name in self.columns if self.columns.count(name) > 1}):
            raise ValueError(f"column {twice[0]!r} is named twice; each is compared in one way")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is compared."""
        return (*self.names, *self.dates, *self.emails, *self.exact)

    @property
    def anchors(self) -> tuple[str, ...]:
        """Columns in one of which two rows have to agree to be compared at all."""
        return (*self.names, *self.others)

    @property
    def others(self) -> tuple[str, ...]:
        """Columns that are no names, and tell people apart well enough to compare those who agree in one."""
        return (*self.dates, *self.emails)


class Identity(Strict):
    """How ids become persons, where the defaults do not fit.

    Attributes:
        types: Id type to its kind.
        block: Id type to globs of ids that join too much; they add to the built-in lists.
        limits: Id type to: with how many ids of another type one id of it may be seen before it counts as shared.
        probabilistic: A table of people to compare, for the rule `loose`.
    """

    types: dict[Word, Kind] = Field(default_factory=dict)
    block: dict[Word, Words] = Field(default_factory=dict)
    limits: dict[Word, dict[Word, Limit]] = Field(default_factory=dict)
    probabilistic: Probabilistic | None = None
