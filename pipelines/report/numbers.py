"""Numbers as people read them: counts, shares, intervals, durations and shares in words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pipelines.privacy.withheld import Withheld

MISSING = "–"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
_STEPS = ((86_400 * 14, 86_400 * 7, "weeks"), (86_400 * 2, 86_400, "days"), (7_200, 3_600, "h"), (120, 60, "min"))
# The words that a headline uses, with the share that each stands for; a share is told by the nearest.
_WORDS = (
    (0.02, "Almost no", True),
    (0.1, "One in ten", False),
    (0.2, "One in five", False),
    (0.25, "One in four", False),
    (0.33, "One in three", False),
    (0.4, "Four in ten", True),
    (0.5, "Half of the", True),
    (0.6, "Six in ten", True),
    (0.67, "Two in three", True),
    (0.75, "Three in four", True),
    (0.8, "Four in five", True),
    (0.9, "Nine in ten", True),
    (0.98, "Almost all", True),
)


def count(n: float | Withheld | None) -> str:
    """A count with commas; of one that is withheld, what is shown instead."""
    if isinstance(n, Withheld):
        return n.text
    return MISSING if n is None else f"{n:,.0f}"


def share(x: float | None) -> str:
    """A share of 0 to 1 as per cent: two figures are enough, and what is not nothing never reads 0%."""
    if x is None:
        return MISSING
    if 0 < x < 0.001:
        return "<0.1%"
    if 0.999 < x < 1:
        return ">99.9%"
    digits = 1 if 0 < x < 0.0995 or 0.9 < x < 1 else 0
    return f"{x * 100:.{digits}f}%".replace(".0%", "%")


def interval(low: float | None, high: float | None) -> str:
    """An interval of shares as "22-28%"; "" where there is none."""
    if low is None or high is None:
        return ""
    if high < 0.0995:
        # An upper end that is not nothing is never told as 0.
        return f"{_plain(low * 100)}–{_plain(max(high * 100, 0.1 if high > 0 else 0.0))}%"
    return f"{low * 100:.0f}–{high * 100:.0f}%"


def _plain(x: float) -> str:
    return f"{x:.1f}".removesuffix(".0")


def share_with(x: float | None, low: float | None, high: float | None) -> str:
    """A share and its interval: "25% (22-28%)"."""
    between = interval(low, high)
    return f"{share(x)} ({between})" if between else share(x)


def fine_share_with(x: float | None, low: float | None = None, high: float | None = None) -> str:
    """A share and its interval to a tenth of a per cent, where shares have to be told apart."""
    if x is None:
        return MISSING
    between = "" if low is None or high is None else f" ({low * 100:.1f}–{high * 100:.1f}%)"
    return f"{x * 100:.1f}%{between}"


def duration(seconds: float | None) -> str:
    """Seconds in the largest unit of which there are at least two."""
    if seconds is None:
        return MISSING
    for least, unit_s, unit in _STEPS:
        if seconds >= least:
            return f"{_figures(seconds / unit_s)} {unit}"
    return f"{seconds:.0f} s"


def wait(seconds: float | None, calendar: str) -> str:
    """Seconds of a wait in its calendar; business time in hours, because a business day is no 24 of them."""
    if seconds is None or calendar != "business":
        return duration(seconds)
    return f"{_figures(seconds / 3_600)} business h"


def day(at: datetime, zone: ZoneInfo) -> str:
    """A date of a zone in words."""
    at = at.astimezone(zone)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def _figures(x: float) -> str:
    """Two figures below ten, whole numbers above."""
    return _plain(x) if x < 9.95 else f"{x:,.0f}"


def days(d: float) -> str:
    """Days as "30 days"; fractions only where they matter."""
    return f"{_plain(d)} day{'' if d == 1 else 's'}"


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """A time of a zone to the minute, with the zone's name."""
    return MISSING if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"


def in_words(x: float) -> tuple[str, bool]:
    """A share in words for the start of a sentence, and whether its verb is plural."""
    if x <= 0:
        return "No", True
    if x >= 1:
        return "All", True
    _, words, is_plural = min(_WORDS, key=lambda entry: abs(entry[0] - x))
    return words, is_plural
