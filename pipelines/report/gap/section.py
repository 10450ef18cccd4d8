"""The section on planned against actual of one map: pictures, sentences and tables, ready for the template."""

from __future__ import annotations

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
    time = (
        ""
        if row.dark_time_share is None
        else f", and {share(row.dark_time_share)} of the time passed on the way to them"
    )
    half = f"; in {count(row.dark_journeys_n)} journeys it is half or more" if row.dark_journeys_n else ""
    told = f"Dark: {share(row.dark_share)} of the events in journeys are outside every touchpoint of every map"
    return f"{told}{time}{half}."


def _ghosts(view: JourneyView) -> str:
    names = [view.title(row.touchpoint) for row in view.data.touchpoints if row.is_ghost]
    if not names:
        return "Ghosts: none; every designed touchpoint had an event in the last 90 days."
    told = ", ".join(f"“{short(name, 60)}”" for name in names[:_MOST_NAMED])
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"Ghosts: {told}{more} had no event in 90 days. Either nobody walks there, or nobody looks."


def _unseen(view: JourneyView) -> str:
    rows = view.data.gap.backlog
    if not rows:
        return ""
    shown = [row.journeys_n for row in rows if not isinstance(row.journeys_n, Withheld)]
    return (
        f"Could not be seen: {len(rows)} {'entry' if len(rows) == 1 else 'entries'} in the tracking backlog;"
        f" {count(sum(shown))} skips were set aside for it and are called no friction."
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
    return (
        f"{count(other)} journeys that begin like this one are another map’s errand, and of {count(unclear)} nobody can"
        " tell: they count neither as departing from this map nor as leaving it."
    )
