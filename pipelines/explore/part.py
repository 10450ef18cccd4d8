"""A part of the journeys of one map, as the report would show it; or why it is not shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.explore.desk import desk_at
from pipelines.explore.focusing import put_part, put_rows
from pipelines.language import tr
from pipelines.privacy.cover import counts_of, read_cover
from pipelines.report.numbers import count
from pipelines.report.snapshot import read_map
from pipelines.report.view import JourneyView
from schemas.errors import TerrengError, UsageError

if TYPE_CHECKING:
    import polars as pl

    from pipelines.explore.desk import Desk
    from pipelines.explore.focus import Focus
    from pipelines.friction.inputs import Subject
    from pipelines.privacy.measures import Key
    from schemas.journey_map import JourneyMap

MOST_KEPT = 32
"""Parts that are kept: going back to one takes no time."""


@dataclass(frozen=True)
class Part:
    """A part, or why there is none.

    Attributes:
        focus: What was asked for.
        view: Its journeys.
        trouble: Why there are none to show.
    """

    focus: Focus
    view: JourneyView | None = None
    trouble: TerrengError | None = None


def part(desk: Desk, focus: Focus) -> Part:
    """The part of the journeys that is looked at.

    Args:
        desk: What is looked into.
        focus: Which part.
    """
    if focus.is_whole:
        return Part(focus, desk.view(focus.journey))
    try:
        return Part(focus, _view(desk.settings.root, desk.stamps, focus))
    except TerrengError as trouble:
        return Part(focus, trouble=trouble)


@lru_cache(maxsize=MOST_KEPT)
def _view(root: Path, stamps: tuple[int, ...], focus: Focus) -> JourneyView:
    return read_part(root, stamps, focus)


def read_part(
    root: Path, stamps: tuple[int, ...], focus: Focus, judging: Callable[[Subject], pl.DataFrame] | None = None
) -> JourneyView:
    """A part of the journeys, read anew.

    Args:
        root: The workspace.
        stamps: When its files were written.
        focus: The part.
        judging: Makes the rows of `frictions`; None: there are none.

    Raises:
        UsageError: It is of few, leaves few, or the map was changed.
        WarehouseError: There are no journeys in it.
    """
    from pipelines.warehouse import reader

    desk = desk_at(root, stamps)
    plan, minimum = desk.plans[focus.journey], desk.settings.privacy.minimum_cell
    whole = _counts(root, stamps)
    with reader(desk.settings) as connection:
        _refuse_changed(connection.execute(_HASHES, [plan.journey, plan.version]).fetchall(), plan)
        subject = put_part(connection, desk.settings, plan, desk.as_of, focus)
        n = subject.journeys.journeys.height
        refuse_few(n, desk.snapshot.journeys[plan.journey].journeys_n, minimum)
        if judging is not None:
            put_rows(connection, "frictions", judging(subject), plan.journey)
        cover = read_cover(connection, minimum, whole)
        data = read_map(connection, plan, cover, desk.as_of)
    return JourneyView(plan, data, desk.snapshot.zone)


_HASHES = "SELECT content_hash FROM map_versions WHERE journey = ? AND map_version = ?"


@lru_cache(maxsize=2)
def _counts(root: Path, stamps: tuple[int, ...]) -> Mapping[Key, int]:
    """Every number of the whole."""
    from pipelines.warehouse import reader

    settings = desk_at(root, stamps).settings
    with reader(settings) as connection:
        return counts_of(connection, settings.privacy.minimum_cell)


def refuse_few(n: int, whole_n: int, minimum: int) -> None:
    """Neither those in the part nor those who are left out may be few: both can be counted by going to and fro.

    Raises:
        UsageError: They are.
    """
    if n < minimum or 0 < whole_n - n < minimum:
        few = tr("in this part") if n < minimum else tr("outside of this part")
        raise UsageError(
            got=tr("fewer than {n} journeys {where}", n=count(minimum), where=few),
            wanted=tr("a part in which, and outside of which, nobody could be known again"),
            hint=tr("take a longer period, or leave a segment open"),
        )


def _refuse_changed(known: list[tuple[str]], plan: JourneyMap) -> None:
    if any(content_hash != plan.content_hash for (content_hash,) in known):
        raise UsageError(
            got=tr("a map that was changed since the last run"),
            wanted=tr("journeys that were laid over this map"),
            hint=tr("run `terreng run` first"),
        )
