"""The section on planned against actual of one map: pictures, sentences and tables, ready for the template."""

from __future__ import annotations

from pipelines.language import and_more, quoted, tr, trn
from pipelines.privacy.withheld import Withheld
from pipelines.report.numbers import count, share
from pipelines.report.text import short
from pipelines.report.view import JourneyView

_MOST_NAMED = 5


def seen(view: JourneyView) -> tuple[str, ...]:
    """What could not be seen, in sentences."""
    return tuple(line for line in (_dark(view), _ghosts(view), _unseen(view)) if line)


def _dark(view: JourneyView) -> str:
    rows = view.data.gap.coverage
    if not rows or not rows[0].events_n or rows[0].dark_share is None:
        return ""
    row = rows[0]
    told = tr(
        "Dark: {share} of the events in journeys are outside every touchpoint of every map.",
        share=share(row.dark_share),
    )
    if row.dark_time_share is not None:
        told += " " + tr("{share} of the time passed on the way to them.", share=share(row.dark_time_share))
    if row.dark_journeys_n:
        told += " " + tr("In {n} journeys half or more of the events are dark.", n=count(row.dark_journeys_n))
    return told


def _ghosts(view: JourneyView) -> str:
    names = [view.title(row.touchpoint) for row in view.data.touchpoints if row.is_ghost]
    if not names:
        return tr("Ghosts: none; every designed touchpoint had an event in the last 90 days.")
    told = and_more([quoted(short(name, 60)) for name in names], _MOST_NAMED)
    return tr("Ghosts: {names} had no event in 90 days. Either nobody walks there, or nobody looks.", names=told)


def _unseen(view: JourneyView) -> str:
    rows = view.data.gap.backlog
    if not rows:
        return ""
    shown = [row.journeys_n for row in rows if not isinstance(row.journeys_n, Withheld)]
    return trn(
        "Could not be seen: {n} entry in the tracking backlog; {skips} skips were set aside for it and are called no"
        " friction.",
        "Could not be seen: {n} entries in the tracking backlog; {skips} skips were set aside for it and are called no"
        " friction.",
        len(rows),
        n=count(len(rows)),
        skips=count(sum(shown)),
    )


def errands(view: JourneyView) -> str:
    """Whose errand journeys are that begin like this map's and are not; "" where there is none."""
    out = [row for row in view.data.gap.errands if row.verdict != "this"]
    if not out:
        return ""
    other, unclear = (
        sum(row.journeys_n for row in out if row.verdict == verdict and not isinstance(row.journeys_n, Withheld))
        for verdict in ("other", "undecided")
    )
    return tr(
        "{n} journeys that begin like this one are another map’s errand, and of {unclear} nobody can tell: they count"
        " neither as departing from this map nor as leaving it.",
        n=count(other),
        unclear=count(unclear),
    )
