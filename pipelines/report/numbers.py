"""Numbers as people read them: counts, shares, intervals, durations and shares in words, in the language spoken."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pipelines.language import mark, told_day, told_number, told_percent, tongue, tr, trn
from pipelines.privacy.withheld import Withheld

MISSING = "–"
_HIDDEN = mark("hidden")  # what `pipelines.privacy.withheld` says of a number that would give a small one away
# The units of durations, each with the least of which it is told and its seconds; of those there are always several.
_STEPS = (
    (86_400 * 14, 86_400 * 7, mark("{n} weeks")),
    (86_400 * 2, 86_400, mark("{n} days")),
    (7_200, 3_600, mark("{n} h")),
    (120, 60, mark("{n} min")),
)
# The words that a headline uses, with the share that each stands for; a share is told by the nearest.
_WORDS = (
    (0.02, mark("Almost no journeys"), True),
    (0.1, mark("One in ten journeys"), False),
    (0.2, mark("One in five journeys"), False),
    (0.25, mark("One in four journeys"), False),
    (0.3, mark("Three in ten journeys"), True),
    (0.33, mark("One in three journeys"), False),
    (0.4, mark("Four in ten journeys"), True),
    (0.5, mark("Half of the journeys"), True),
    (0.6, mark("Six in ten journeys"), True),
    (0.67, mark("Two in three journeys"), True),
    (0.7, mark("Seven in ten journeys"), True),
    (0.75, mark("Three in four journeys"), True),
    (0.8, mark("Four in five journeys"), True),
    (0.9, mark("Nine in ten journeys"), True),
    (0.98, mark("Almost all journeys"), True),
)


def count(n: float | Withheld | None) -> str:
    """A count in groups of thousands; of one that is withheld, what is shown instead."""
    if isinstance(n, Withheld):
        return withheld(n)
    return MISSING if n is None else told_number(f"{n:,.0f}")


def journeys(n: int) -> str:
    """So many journeys."""
    return trn("{n} journey", "{n} journeys", n, n=count(n))


def withheld(n: Withheld) -> str:
    """What is shown instead of a number that is withheld: "< 5", "≈ 120", or that it is hidden beside such a one."""
    return tr(_HIDDEN) if n.text == _HIDDEN else told_number(n.text)


def share(x: float | Withheld | None) -> str:
    """A share of 0 to 1 as per cent: two figures are enough, and what is not nothing never reads 0%.

    Of one that is withheld, what is shown instead, never what stands in for it.
    """
    if isinstance(x, Withheld):
        return withheld(x)
    if x is None:
        return MISSING
    if 0 < x < 0.001:
        return "<" + told_percent("0.1")
    if 0.999 < x < 1:
        return ">" + told_percent("99.9")
    digits = 1 if 0 < x < 0.0995 or 0.9 < x < 1 else 0
    return told_percent(f"{x * 100:.{digits}f}".removesuffix(".0"))


def interval(low: float | Withheld | None, high: float | Withheld | None) -> str:
    """An interval of shares as "22-28%"; "" where there is none, or it is withheld."""
    if low is None or high is None or isinstance(low, Withheld) or isinstance(high, Withheld):
        return ""
    if high < 0.0995:
        # An upper end that is not nothing is never told as 0.
        return told_percent(f"{_plain(low * 100)}–{_plain(max(high * 100, 0.1 if high > 0 else 0.0))}")
    return told_percent(f"{low * 100:.0f}–{high * 100:.0f}")


def _plain(x: float) -> str:
    return f"{x:.1f}".removesuffix(".0")


def share_with(x: float | Withheld | None, low: float | Withheld | None, high: float | Withheld | None) -> str:
    """A share and its interval: "25% (22-28%)"; of one that is withheld, only what is shown instead."""
    between = "" if isinstance(x, Withheld) else interval(low, high)
    return f"{share(x)} ({between})" if between else share(x)


def fine_share_with(
    x: float | Withheld | None, low: float | Withheld | None = None, high: float | Withheld | None = None
) -> str:
    """A share and its interval to a tenth of a per cent, where shares have to be told apart."""
    if x is None or isinstance(x, Withheld):
        return share(x)
    if low is None or high is None or isinstance(low, Withheld) or isinstance(high, Withheld):
        return told_percent(f"{x * 100:.1f}")
    return f"{told_percent(f'{x * 100:.1f}')} ({told_percent(f'{low * 100:.1f}–{high * 100:.1f}')})"


def duration(seconds: float | None) -> str:
    """Seconds in the largest unit of which there are at least two."""
    if seconds is None:
        return MISSING
    for least, unit_s, unit in _STEPS:
        if seconds >= least:
            return tr(unit, n=_figures(seconds / unit_s))
    return tr("{n} s", n=f"{seconds:.0f}")


def wait(seconds: float | None, calendar: str) -> str:
    """Seconds of a wait in its calendar; business time in hours, because a business day is no 24 of them."""
    if seconds is None or calendar != "business":
        return duration(seconds)
    return tr("{n} business h", n=_figures(seconds / 3_600))


def day(at: datetime, zone: ZoneInfo) -> str:
    """A date of a zone in words."""
    return told_day(at.astimezone(zone).date())


def short_day(at: datetime, zone: ZoneInfo) -> str:
    """A date of a zone without its year."""
    return told_day(at.astimezone(zone).date(), with_year=False)


def _figures(x: float) -> str:
    """Two figures below ten, whole numbers above."""
    return told_number(_plain(x) if x < 9.95 else f"{x:,.0f}")


def days(d: float) -> str:
    """Days as "30 days"; fractions only where they matter."""
    return trn("{n} day", "{n} days", 1 if d == 1 else 2, n=told_number(_plain(d)))


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """A time of a zone to the minute, with the zone's name."""
    if at is None:
        return MISSING
    here = at.astimezone(zone)
    return tr(
        "{date} {hour}:{minute} {zone}", date=_written(here), hour=f"{here:%H}", minute=f"{here:%M}", zone=zone.key
    )


def _written(at: datetime) -> str:
    """The day as it is written for machines in English, whose readers disagree on the order; else in words."""
    return f"{at:%Y-%m-%d}" if tongue().code == "en" else told_day(at.date())


def journeys_in_words(x: float) -> tuple[str, bool]:
    """A share of the journeys in words for the start of a sentence, and whether its verb is plural."""
    if x <= 0:
        return tr("No journeys"), True
    if x >= 1:
        return tr("All journeys"), True
    _, words, is_plural = min(_WORDS, key=lambda entry: abs(entry[0] - x))
    return tr(words), is_plural
