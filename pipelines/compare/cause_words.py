"""Root causes in words: `83 % of failed "Pay" have device iOS 19 since 12 March 2026: ...`."""

from __future__ import annotations

from datetime import date
from typing import Final

from models.causes import Cause

_PHRASES: Final = {
    "failed": 'failed "{}"',
    "missing": 'journeys that passed by "{}"',
    "ad_hoc": 'journeys with "{}", which nobody designed in',
    "repeated": 'repeated "{}"',
    "out_of_order": '"{}" out of order',
    "wrong_channel": '"{}" through a channel that is not designed',
    "wrong_initiator": '"{}" begun by the wrong side',
    "late": 'promises kept late after "{}"',
    "overdue": 'overdue promises after "{}"',
    "wrong_entry": 'journeys that begin at "{}"',
    "branch_conflict": 'journeys on two branches at "{}"',
    "loop": 'journeys that come back to "{}"',
}


def cause_said(cause: Cause, signal: str, title: str, since_on: date | None) -> str:
    """A cause as a sentence.

    Args:
        cause: The cause.
        signal: The friction's signal.
        title: What it is charged to.
        since_on: The day on which it began; None: as far as the data go.
    """
    what = _PHRASES.get(signal, signal.replace("_", " ") + ' at "{}"').format(title)
    since = "" if since_on is None else f" since {since_on.day} {since_on:%B %Y}"
    shares = _percent(cause.exposure), _percent(cause.others_exposure)
    rates = f"it shows for {shares[0]} of those {_with(cause)}, {shares[1]} of others"
    if cause.lift is None or cause.lift_high is None:
        times = f"; nobody else has it (at least {cause.lift_low:.1f} times as often)"
    else:
        times = f": {cause.lift:.1f} times as often (95 % interval {cause.lift_low:.1f} to {cause.lift_high:.1f})"
    return f"{_percent(cause.share_of_exposed)} of {what} are {_with(cause)}{since}; {rates}{times}"


def _with(cause: Cause) -> str:
    match cause.attribute:
        case "hour":
            return f"between {int(cause.value)} and {int(cause.value) + 1} o'clock"
        case "weekday":
            return f"on a {cause.value}"
        case "touchpoint":
            return f"at {cause.value}"
        case "device" | "channel" | "browser" | "os" | "platform":
            return f"on {cause.value}"
        case _:
            return f"with {cause.attribute.replace('_', ' ')} {cause.value}"


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %") if share < 0.1 else f"{share:.0%}".replace("%", " %")
