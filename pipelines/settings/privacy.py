"""`[privacy]` of `terreng.toml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipelines.settings.words import Strict


class Privacy(Strict):
    """What reports and exports keep to themselves.

    Attributes:
        minimum_cell: Counts of fewer people are hidden, with what would give them away; 1 hides nothing.
    """

    minimum_cell: Annotated[int, Field(ge=1, le=1000)] = 5
