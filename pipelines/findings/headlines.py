"""A finding as one sentence that its owner understands. Modest: associated with, never because of."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, log10

from models.places import target_title
from schemas.journey_map import JourneyMap
from schemas.words import DeviationKind, SignalKind

DROP_OFF = "drop_off"
_HEADLINES: Mapping[str, str] = {
    DeviationKind.MISSING: "{n} journeys skip {what}",
    DeviationKind.AD_HOC: "{n} journeys turn to {what}, which the map does not have",
    DeviationKind.REPEATED: "{n} journeys go through {what} again",
    DeviationKind.OUT_OF_ORDER: "{n} journeys meet {what} out of its order",
    DeviationKind.FAILED: "{what} fails in {n} journeys",
    DeviationKind.WRONG_CHANNEL: "{n} journeys meet {what} in a channel that was not designed",
    DeviationKind.WRONG_INITIATOR: "{n} journeys see {what} begun by the other side",
    DeviationKind.LATE: "{n} journeys wait after {what} for longer than promised",
    DeviationKind.OVERDUE: "{n} journeys still wait after {what}, already longer than promised",
    DeviationKind.WRONG_ENTRY: "{n} journeys begin at {what} instead of the designed entry",
    DeviationKind.WRONG_EXIT: "{n} journeys say no after {what}, where the map has no such exit",
    DeviationKind.BRANCH_CONFLICT: "{n} journeys take {what} beside another branch",
    SignalKind.LOOP: "{n} journeys go round in circles at {what}",
    SignalKind.BACKTRACKING: "{n} journeys turn back to earlier pages at {what}",
    SignalKind.ERROR: "{n} journeys meet an error at {what}",
    SignalKind.RAGE_CLICK: "{n} journeys click many times in one place at {what}",
    SignalKind.DEAD_CLICK: "{n} journeys click where nothing happens at {what}",
    SignalKind.CHANNEL_SWITCH: "{n} journeys change channel at {what}, where the map has no change",
    SignalKind.PING_PONG: "{n} journeys go to and fro between channels at {what}",
    SignalKind.REPEAT_CONTACT_3: "{n} journeys make contact at {what} again within 3 days",
    SignalKind.REPEAT_CONTACT_7: "{n} journeys make contact at {what} again within 7 days",
    SignalKind.REPEAT_CONTACT_14: "{n} journeys make contact at {what} again within 14 days",
    SignalKind.FAILURE_DEMAND: "{n} journeys ask for help soon after {what}",
    SignalKind.LOW_NPS: "{n} journeys would not recommend us after {what}",
    SignalKind.LOW_CSAT: "{n} journeys are not satisfied with {what}",
    SignalKind.LOW_CES: "{n} journeys find {what} hard",
    SignalKind.NEGATIVE_SENTIMENT: "{n} journeys sound unhappy about {what}",
    DROP_OFF: "{n} journeys end after {what}",
}
_OTHER = "{n} journeys show {signal} at {what}"
NOT_TOLD_APART = "once associated with lost customers, now not told apart from chance"
Interval = tuple[float | None, float | None]


def occurrence(signal: str, what: str, n: int) -> str:
    """What happens, where, and in how many journeys."""
    words = _HEADLINES.get(signal, _OTHER)
    text = words.format(n=f"{n:,}", what=what, signal=signal.replace("_", " "))
    return text[:1].upper() + text[1:]


def cost(lost: float, lost_ends: Interval, value: float | None, value_ends: Interval, currency: str) -> str:
    """What goes with it, a month: customers, and money where the map says what one is worth."""
    told = f"associated with {figures(lost)} customers{_between(*lost_ends)} lost a month"
    return told if value is None else f"{told}, worth {currency} {figures(value)}{_between(*value_ends)}"


def figures(x: float) -> str:
    """A number with as many figures as its interval lets one believe: one decimal below ten, else two or three."""
    if abs(x) < 9.95:
        return f"{x:.1f}"
    digits = 2 - floor(log10(abs(x)))
    return f"{round(x, min(digits, 0)):,.0f}"


def _between(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({figures(low)} to {figures(high)})"


def title_of(plan: JourneyMap | None, target: str) -> str:
    """Touchpoint, block or activity for people; without a map as it is."""
    return target if plan is None else target_title(plan, target)
