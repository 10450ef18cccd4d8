"""`[identity]` of `terreng.toml`: what id types are, and which ids tell nothing about who somebody is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipelines.settings.words import Strict, Word, Words

Kind = Literal["person", "email", "phone", "device", "record", "case"]
Trust = Literal["verified", "stated", "guessed"]
Limit = Annotated[int, Field(ge=1, le=1_000_000)]


class Identity(Strict):
    """How ids become persons, where the defaults do not fit.

    Attributes:
        types: Id type to its kind.
        block: Id type to globs of ids that join too much; they add to the built-in lists.
        limits: Id type to: with how many ids of another type one id of it may be seen before it counts as shared.
    """

    types: dict[Word, Kind] = Field(default_factory=dict)
    block: dict[Word, Words] = Field(default_factory=dict)
    limits: dict[Word, dict[Word, Limit]] = Field(default_factory=dict)
