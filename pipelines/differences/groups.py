"""What `terreng difference` is asked to compare: two values of segments, or two periods, as people type them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from models.differences import Group
from models.intervals import Integers
from pipelines.differences.people import NO_VALUE, People, Texts
from pipelines.study import FOREVER_US, micros
from schemas.errors import UsageError

WANTED: Final = "a value of a segment, such as region=Oslo, or a period, such as 2026-05..2026-06 or 2026-05"
_DAY: Final = re.compile(r"(\d{4})(?:-(?:Q([1-4])|W(\d{2})|(\d{2})(?:-(\d{2}))?))?")
_TO: Final = ".."


@dataclass(frozen=True)
class Sides:
    """What is compared.

    Attributes:
        one: Those whose numbers come first.
        other: Those that they are held against.
        stratum: What is held still beside it, per journey.
        held_still: The same in words.
        both_n: Journeys that are in both groups, and therefore in neither.
    """

    one: Group
    other: Group
    stratum: Integers
    held_still: str
    both_n: int


def sides_of(between: str, other: str, people: People, timezone: str) -> Sides:
    """The two groups of journeys that are asked for.

    Args:
        between: The one, as typed.
        other: The other, as typed.
        people: The journeys of the map.
        timezone: In which days begin.

    Raises:
        UsageError: One of them is neither, is not known, or both are the same.
    """
    for option, text in (("--between", between), ("--and", other)):
        if not text.strip():
            raise UsageError(got=f"no {option}", wanted=WANTED, hint="`terreng difference --help` has an example")
    are_segments = ["=" in text for text in (between, other)]
    if are_segments[0] != are_segments[1]:
        raise UsageError(
            got=f"{between!r} and {other!r}: a segment and a period",
            wanted="two values of segments, or two periods",
            hint="--between region=Oslo --and region=Agder, or --between 2026-05 --and 2026-06",
        )
    if all(are_segments):
        return _segments(between, other, people)
    return _periods(between, other, people, ZoneInfo(timezone))


def _segments(between: str, other: str, people: People) -> Sides:
    (name, one), (other_name, rest) = (named_value(text, people.segments) for text in (between, other))
    if (name, one) == (other_name, rest):
        raise UsageError(got=f"{name}={one} twice", wanted="two different values")
    is_one, is_other = people.segments[name] == one, people.segments[other_name] == rest
    is_both = is_one & is_other
    still = [each for each in people.segments if each not in {name, other_name}]
    return Sides(
        Group(f"{name}={one}", is_one & ~is_both),
        Group(f"{other_name}={rest}", is_other & ~is_both),
        people.held_still(but=(name, other_name)),
        " and ".join((*still, "calendar time")),
        int(np.count_nonzero(is_both)),
    )


def named_value(text: str, segments: Mapping[str, Texts]) -> tuple[str, str]:
    """A segment and its value that both exist."""
    # A segment's own name may hold the sign: the longest that fits is meant.
    fitting = [name for name in segments if text.strip().startswith(f"{name}=")]
    named = max(fitting, key=len, default=text.split("=", 1)[0].strip())
    name, value = named, text.strip()[len(named) :].lstrip().removeprefix("=").strip()
    if name not in segments:
        raise _unknown(f"no segment {name!r}", name, sorted(segments), "a map with segments")
    known = sorted(set(np.unique(segments[name]).tolist()) - {NO_VALUE})
    if value not in known:
        raise _unknown(f"no value {value!r} of {name}", value, known, f"a journey with a {name}")
    return name, value


def _unknown(got: str, asked: str, known: list[str], without: str) -> UsageError:
    folded = {name.casefold(): name for name in known}
    near = [folded[name] for name in get_close_matches(asked.casefold(), folded, n=1)]
    more = ", ..." if len(known) > 20 else ""
    return UsageError(
        got=got,
        wanted=f"one of: {', '.join(known[:20])}{more}" if known else without,
        hint=f"did you mean {near[0]!r}?" if near else "",
    )


def _periods(between: str, other: str, people: People, zone: ZoneInfo) -> Sides:
    spans = [_span(text, option, zone) for text, option in ((between, "--between"), (other, "--and"))]
    (from_us, until_us), (other_from_us, other_until_us) = spans
    if from_us < other_until_us and other_from_us < until_us:
        raise UsageError(
            got=f"{between} and {other}, which overlap",
            wanted="two periods that share no day",
            hint="the end of a period does not count: 2026-05..2026-06 is May",
        )
    groups = [
        Group(text.strip(), (people.entered_us >= start) & (people.entered_us < end))
        for text, (start, end) in zip((between, other), spans, strict=True)
    ]
    held = " and ".join(people.segments) or "nothing"
    return Sides(groups[0], groups[1], people.held_still(is_calendar=False), held, 0)


def _span(text: str, option: str, zone: ZoneInfo) -> tuple[int, int]:
    """A period in microseconds; its end does not count."""
    first, dots, last = (part.strip() for part in text.partition(_TO))
    if not first and not last:
        raise _no_period(text, option)
    start = -FOREVER_US if not first else _micros(_day(first, text, option)[0], zone)
    if not dots:
        return start, _micros(_day(first, text, option)[1], zone)
    end = FOREVER_US if not last else _micros(_day(last, text, option)[0], zone)
    if end <= start:
        raise UsageError(got=f"{option} {text!r}, which ends before it begins", wanted="the earlier day first")
    return start, end


def _day(part: str, text: str, option: str) -> tuple[date, date]:
    """The first day of a year, quarter, month, week or day, and the first one after it."""
    match = _DAY.fullmatch(part)
    if match is None:
        raise _no_period(text, option)
    year = int(match[1])
    quarter, week, month, day = (None if each is None else int(each) for each in match.groups()[1:])
    try:
        if day is not None and month is not None:
            return date(year, month, day), date(year, month, day) + timedelta(days=1)
        if week is not None:
            monday = date.fromisocalendar(year, week, 1)
            return monday, monday + timedelta(days=7)
        first, months_n = (1, 12) if quarter is None else (quarter * 3 - 2, 3)
        first, months_n = (month, 1) if month is not None else (first, months_n)
        after = year * 12 + first - 1 + months_n
        return date(year, first, 1), date(after // 12, after % 12 + 1, 1)
    except ValueError as error:
        raise _no_period(text, option) from error


def _micros(day: date, zone: ZoneInfo) -> int:
    return micros(datetime(day.year, day.month, day.day, tzinfo=zone))


def _no_period(text: str, option: str) -> UsageError:
    return UsageError(got=f"{option} {text!r}", wanted=WANTED, hint="also 2026-05-12, 2026-W20, 2026-Q2, 2026")
