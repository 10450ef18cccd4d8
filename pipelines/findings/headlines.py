"""A finding as one sentence that its owner understands. Modest: associated with, never because of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import floor, log10

from models.places import target_title
from pipelines.language import mark, told_day, told_number, tongue, tr
from schemas.journey_map import JourneyMap
from schemas.words import DeviationKind, SignalKind

DROP_OFF = "drop_off"
_HEADLINES: Mapping[str, str] = {
    DeviationKind.MISSING: mark("{n} journeys skip {what}"),
    DeviationKind.AD_HOC: mark("{n} journeys turn to {what}, which the map does not have"),
    DeviationKind.REPEATED: mark("{n} journeys go through {what} again"),
    DeviationKind.OUT_OF_ORDER: mark("{n} journeys meet {what} out of its order"),
    DeviationKind.FAILED: mark("{what} fails in {n} journeys"),
    DeviationKind.WRONG_CHANNEL: mark("{n} journeys meet {what} in a channel that was not designed"),
    DeviationKind.WRONG_INITIATOR: mark("{n} journeys see {what} begun by the other side"),
    DeviationKind.LATE: mark("{n} journeys wait after {what} for longer than promised"),
    DeviationKind.OVERDUE: mark("{n} journeys still wait after {what}, already longer than promised"),
    DeviationKind.WRONG_ENTRY: mark("{n} journeys begin at {what} instead of the designed entry"),
    DeviationKind.WRONG_EXIT: mark("{n} journeys say no after {what}, where the map has no such exit"),
    DeviationKind.BRANCH_CONFLICT: mark("{n} journeys take {what} beside another branch"),
    SignalKind.LOOP: mark("{n} journeys go round in circles at {what}"),
    SignalKind.BACKTRACKING: mark("{n} journeys turn back to earlier pages at {what}"),
    SignalKind.ERROR: mark("{n} journeys meet an error at {what}"),
    SignalKind.RAGE_CLICK: mark("{n} journeys click many times in one place at {what}"),
    SignalKind.DEAD_CLICK: mark("{n} journeys click where nothing happens at {what}"),
    SignalKind.CHANNEL_SWITCH: mark("{n} journeys change channel at {what}, where the map has no change"),
    SignalKind.PING_PONG: mark("{n} journeys go to and fro between channels at {what}"),
    SignalKind.REPEAT_CONTACT_3: mark("{n} journeys make contact at {what} again within 3 days"),
    SignalKind.REPEAT_CONTACT_7: mark("{n} journeys make contact at {what} again within 7 days"),
    SignalKind.REPEAT_CONTACT_14: mark("{n} journeys make contact at {what} again within 14 days"),
    SignalKind.FAILURE_DEMAND: mark("{n} journeys ask for help soon after {what}"),
    SignalKind.LOW_NPS: mark("{n} journeys would not recommend us after {what}"),
    SignalKind.LOW_CSAT: mark("{n} journeys are not satisfied with {what}"),
    SignalKind.LOW_CES: mark("{n} journeys find {what} hard"),
    SignalKind.NEGATIVE_SENTIMENT: mark("{n} journeys sound unhappy about {what}"),
    DROP_OFF: mark("{n} journeys end after {what}"),
}
_OTHER = mark("{n} journeys show {signal} at {what}")
NOT_TOLD_APART = mark("once associated with lost customers, now not told apart from chance")
_REVIEW_OVERDUE = mark("The map was to be reviewed by {day}, and nobody has written that it was")
Interval = tuple[float | None, float | None]


def occurrence(signal: str, what: str, n: int) -> str:
    """What happens, where, and in how many journeys."""
    words, told_n = _HEADLINES.get(signal, _OTHER), told_number(f"{n:,}")
    text = tr(words, n=told_n, what=what, signal=signal.replace("_", " "))
    return text[:1].upper() + text[1:]


def cost(lost: float, lost_ends: Interval, value: float | None, value_ends: Interval, currency: str) -> str:
    """What goes with it, a month: customers, and money where the map says what one is worth."""
    n, between = figures(lost), _between(*lost_ends)
    if value is None:
        return tr("associated with {n} customers{between} lost a month", n=n, between=between)
    money = f"{currency} {figures(value)}{_between(*value_ends)}".strip()
    return tr("associated with {n} customers{between} lost a month, worth {money}", n=n, between=between, money=money)


def figures(x: float) -> str:
    """A number with as many figures as its interval lets one believe: one decimal below ten, else two or three."""
    if abs(x) < 9.95:
        return told_number(f"{x:.1f}")
    digits = 2 - floor(log10(abs(x)))
    return told_number(f"{round(x, min(digits, 0)):,.0f}")


def _between(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f" ({tr('{low} to {high}', low=figures(low), high=figures(high))})"


def review_overdue(due_at: date) -> str:
    """That nobody has looked at the map in time."""
    return tr(_REVIEW_OVERDUE, day=f"{due_at:%Y-%m-%d}" if tongue().code == "en" else told_day(due_at))


def title_of(plan: JourneyMap | None, target: str) -> str:
    """Touchpoint, block or activity for people; without a map as it is."""
    return target if plan is None else target_title(plan, target)
