"""Root causes in words: `83 % of failed "Pay" have device iOS 19 since 12 March 2026: ...`."""

from __future__ import annotations

from datetime import date
from typing import Final

from models.causes import Cause
from pipelines.language import mark, told_day, told_number, told_percent, tr

_PHRASES: Final = {
    "failed": mark("failed “{name}”"),
    "missing": mark("journeys that passed by “{name}”"),
    "ad_hoc": mark("journeys with “{name}”, which nobody designed in"),
    "repeated": mark("repeated “{name}”"),
    "out_of_order": mark("“{name}” out of order"),
    "wrong_channel": mark("“{name}” through a channel that is not designed"),
    "wrong_initiator": mark("“{name}” begun by the wrong side"),
    "late": mark("promises kept late after “{name}”"),
    "overdue": mark("overdue promises after “{name}”"),
    "wrong_entry": mark("journeys that begin at “{name}”"),
    "branch_conflict": mark("journeys on two branches at “{name}”"),
    "loop": mark("journeys that come back to “{name}”"),
}
_OTHER = mark("{signal} at “{name}”")
_WEEKDAYS = frozenset(
    (
        mark("Monday"),
        mark("Tuesday"),
        mark("Wednesday"),
        mark("Thursday"),
        mark("Friday"),
        mark("Saturday"),
        mark("Sunday"),
    )
)


def cause_said(cause: Cause, signal: str, title: str, since_on: date | None) -> str:
    """A cause as a sentence.

    Args:
        cause: The cause.
        signal: The friction's signal.
        title: What it is charged to.
        since_on: The day on which it began; None: as far as the data go.
    """
    what = tr(_PHRASES.get(signal, _OTHER), name=title, signal=signal.replace("_", " "))
    found = {"share": _percent(cause.share_of_exposed), "what": what, "with": _with(cause)}
    if since_on is None:
        first = tr("{share} of {what} are {with}", **found)
    else:
        first = tr("{share} of {what} are {with} since {day}", day=told_day(since_on), **found)
    rates = tr(
        "it shows for {share} of those {with}, {others} of others",
        share=_percent(cause.exposure),
        others=_percent(cause.others_exposure),
        **{"with": _with(cause)},
    )
    return f"{first}; {rates}{_times(cause)}"


def attribute_told(attribute: str, value: str) -> str:
    """An attribute and its value: those that every event has in the language, a source's own as they are."""
    if attribute == "weekday":
        return f"{tr('weekday')} = {tr(value) if value in _WEEKDAYS else value}"
    return f"{tr('hour') if attribute == 'hour' else attribute} = {value}"


def _times(cause: Cause) -> str:
    def number(x: float) -> str:
        return told_number(f"{x:.1f}")

    if cause.lift is None or cause.lift_high is None:
        return tr("; nobody else has it (at least {times} times as often)", times=number(cause.lift_low))
    return tr(
        ": {times} times as often (95% interval {low} to {high})",
        times=number(cause.lift),
        low=number(cause.lift_low),
        high=number(cause.lift_high),
    )


def _with(cause: Cause) -> str:
    value = cause.value
    match cause.attribute:
        case "hour":
            return tr("between {hour} and {next} o’clock", hour=int(value), next=int(value) + 1)
        case "weekday":
            return tr("on a {weekday}", weekday=tr(value) if value in _WEEKDAYS else value)
        case "touchpoint":
            return tr("at {touchpoint}", touchpoint=value)
        case "device" | "channel" | "browser" | "os" | "platform":
            return tr("on {device}", device=value)
        case _:
            return tr("with {attribute} {value}", attribute=cause.attribute.replace("_", " "), value=value)


def _percent(share: float) -> str:
    return told_percent(f"{share * 100:.1f}" if share < 0.1 else f"{share * 100:.0f}")
