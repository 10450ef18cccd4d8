"""What departures cost in a part of the journeys: judged anew for it, when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from markupsafe import Markup

from models.friction.risk_sets import risk_sets
from pipelines.compare.frictions import WHOEVER, frictions
from pipelines.explore.desk import desk_at
from pipelines.explore.html import framed
from pipelines.explore.part import MOST_KEPT, Part, part, read_part
from pipelines.explore.shown import section
from pipelines.friction.inputs import from_published
from pipelines.friction.judge import NUMBERS, judge
from pipelines.language import tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.svg import el
from schemas.errors import TerrengError, UsageError
from schemas.words import FrictionVerdict

if TYPE_CHECKING:
    from pipelines.explore.desk import Desk
    from pipelines.explore.focus import Focus
    from pipelines.friction.inputs import Subject
    from pipelines.report.cost.rows import Record
    from pipelines.report.view import JourneyView

_COUNTED = ("reached_n", "exposed_n")


def judged(desk: Desk, focus: Focus) -> Part:
    """A part with what departures cost in it; of all journeys what the last run found.

    Args:
        desk: What is looked into.
        focus: Which part.
    """
    known = part(desk, focus)
    if known.view is None or focus.is_whole:
        return known
    try:
        _refuse_chosen_on_the_way(focus)
        return Part(focus, _view(desk.settings.root, desk.stamps, focus))
    except TerrengError as trouble:
        return Part(focus, trouble=trouble)


def _refuse_chosen_on_the_way(focus: Focus) -> None:
    """Who came to a touchpoint was lost nowhere before it: to compare them there would find that nothing costs.

    Raises:
        UsageError: The part is chosen so.
    """
    if focus.through:
        raise UsageError(
            got=tr("a part of those who came to a touchpoint: nobody in it was lost before it"),
            wanted=tr("a part that is settled when a journey begins"),
            hint=tr("choose by segment or by period, and leave the touchpoint open"),
        )


@lru_cache(maxsize=MOST_KEPT)
def _view(root: Path, stamps: tuple[int, ...], focus: Focus) -> JourneyView:
    known = _torn(desk_at(root, stamps).view(focus.journey))
    places = _places(root, stamps, focus.journey)

    def rows(subject: Subject) -> pl.DataFrame:
        targets = {subject.name_of(target): target for target in subject.journeys.marks["target"].unique().to_list()}
        wanted = {(signal, targets[name]): at for (name, signal), at in places.items() if name in targets}
        found = risk_sets(subject.journeys, wanted)
        names = [(subject.name_of(each.target), each.signal) for each in found.compared]
        refused = {place: known[name] for place, name in enumerate(names) if name in known}
        return frictions(judge(subject, found=found, refused=refused))

    view = read_part(root, stamps, focus, rows)
    cost = view.data.cost
    shown = tuple(_covered(row) for row in cost.rows("frictions"))
    return replace(view, data=replace(view.data, cost=replace(cost, tables={**cost.tables, "frictions": shown})))


@lru_cache(maxsize=2)
def _places(root: Path, stamps: tuple[int, ...], journey: str) -> Mapping[tuple[str, str], tuple[tuple[int, ...], str]]:
    """Where each signal is judged among all journeys: a part is judged there too, so that the two can be compared."""
    from pipelines.warehouse import reader

    desk = desk_at(root, stamps)
    with reader(desk.settings) as connection:
        subject = from_published(connection, desk.plans[journey], desk.as_of)
    found = risk_sets(subject.journeys).compared
    return {(subject.name_of(each.target), each.signal): (each.place.codes, str(each.place.placing)) for each in found}


def _torn(whole: JourneyView) -> Mapping[tuple[str, str], str]:
    """Signals whose effect turns with who is taken for whom, and what the last run said of them."""
    return {
        (str(row["touchpoint"]), str(row["signal"])): str(row["reason"]).split(". ")[0].rstrip(".")
        for row in whole.data.cost.rows("frictions")
        if row["verdict"] == FrictionVerdict.REFUSED and WHOEVER in str(row["reason"])
    }


def _covered(row: Record) -> Record:
    """A row without its numbers where it tells of few, or leaves few for the rest: effect by time would count them."""
    if not any(isinstance(row[name], Withheld) for name in _COUNTED):
        return row
    reason = tr("too few journeys here, or in the rest, to be shown")
    return {**row, **dict.fromkeys(NUMBERS), "verdict": str(FrictionVerdict.REFUSED), "reason": reason}


def costs(desk: Desk, asked: Part) -> str:
    """What departures cost, as the report shows it, and what cannot be told of a part.

    Args:
        desk: What is looked into.
        asked: As `judged` gives it.
    """
    if asked.view is None:
        return ""
    if asked.focus.is_whole:
        return section(desk, asked, "frictions")
    caution = tr(
        "Judged for this part alone, with a family of tests of its own. Every part that is looked at is one more try:"
        " what shows up in one part only may be chance. What the last run refused because it turns with who is taken"
        " for whom is refused here too."
    )
    return framed(el("p", caution, class_="note")) + section(desk, asked, "frictions") + untold(asked)


def untold(asked: Part) -> str:
    """What is told of all journeys only, where a part is looked at; nothing where it is not."""
    if asked.view is None or asked.focus.is_whole:
        return ""
    text = tr(
        "Told for all journeys only, not for a part: experience, the ledger of plan and result, hand-overs, root"
        " causes, proposals, differences between segments, and the ranges over rules of identity."
    )
    return framed(Markup(el("p", text, class_="note")))  # noqa: S704 - made by `el`
