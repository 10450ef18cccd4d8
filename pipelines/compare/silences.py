"""Spans in which something was not seen although it happened, told from events alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl

from models.outages import LEAST_MISSED, Series, Silence, in_hours, only_later_seen, silences
from models.rhythm import Clock
from pipelines.compare.spans import Feeds, Span
from pipelines.engine import Engine
from pipelines.settings import Settings
from pipelines.study import FOREVER_US, Study, micros
from schemas.words import Blindness

HOUR_US = 3_600_000_000
LOOKED_BACK_H = 3 * 366 * 24
"""Three years are enough of a rhythm, and one event with a clock of 1970 costs nothing."""


@dataclass(frozen=True)
class _Heard:
    """Hours of events of one source, or of one code from one source (-1: of all codes)."""

    series: Series
    first_us: tuple[int, ...]
    last_us: tuple[int, ...]
    code: int = -1

    def span(self, silence: Silence) -> tuple[int, int]:
        """From the last event before to the first one after."""
        place = int(np.searchsorted(self.series.hours, silence.last_h))
        return self.last_us[place], FOREVER_US if silence.next_h is None else self.first_us[place + 1]


def sudden_zeroes(engine: Engine, settings: Settings, study: Study, fed_by: Feeds, known: Sequence[Span]) -> list[Span]:
    """Sources, and touchpoints of sources that went on, that fell silent although many events were due."""
    hours = engine.frame("SELECT * FROM hourly_events ORDER BY source, code, hour_us")
    if hours.is_empty():
        return []
    last_us = int(hours["hour_us"].max())  # type: ignore[arg-type]  # a column of whole numbers that has rows
    since_us = max(int(hours["hour_us"].min()), last_us - LOOKED_BACK_H * HOUR_US)  # type: ignore[arg-type]  # the same
    hours = hours.filter(pl.col("hour_us") >= since_us)
    clock = _clock(settings, since_us, (last_us - since_us) // HOUR_US + 1)
    whole = [_of_source(part, since_us, settings) for part in hours.partition_by("source", maintain_order=True)]
    down = list(_silent_sources(clock, whole, fed_by))
    is_part = pl.col("code").is_not_null() & (pl.col("code") < study.off_map_from)
    parts = [
        _of_code(part, since_us, [*known, *down])
        for part in hours.filter(is_part).partition_by("source", "code", maintain_order=True)
    ]
    return [*down, *not_at_once(list(_silent_parts(clock, study, parts, whole)))]


def not_at_once(found: Sequence[Span]) -> list[Span]:
    """Silences of single touchpoints without those that befell several systems at once, and are over.

    Two systems that go on otherwise do not lose one touchpoint each in the same hours, to find both again: nobody came
    there, as after a holiday where what comes before was closed.
    """
    over = [span for span in found if span.until_us != FOREVER_US]

    def is_shared(one: Span) -> bool:
        others = (other for other in over if one in over and other.source != one.source)
        return any(_overlap_us(one, other) * 2 >= min(_length_us(one), _length_us(other)) for other in others)

    return [span for span in found if not is_shared(span)]


def _overlap_us(one: Span, other: Span) -> int:
    return max(0, min(one.until_us, other.until_us) - max(one.from_us, other.from_us))


def _length_us(span: Span) -> int:
    return max(1, span.until_us - span.from_us)


def _silent_sources(clock: Clock, whole: Sequence[_Heard], fed_by: Feeds) -> Iterator[Span]:
    """What a source that fell silent as a whole left unseen: all that it feeds."""
    for each, found in zip(whole, silences(clock, [each.series for each in whole]), strict=True):
        name = each.series.source
        for silence in found:
            told = f"nothing at all from source {name!r}, where about {silence.expected_n:,.0f} events were due"
            for code in (code for code, sources in fed_by.items() if name in sources):
                yield Span(code, *each.span(silence), Blindness.SUDDEN_ZERO, name, told, is_whole_source=True)


def _silent_parts(clock: Clock, study: Study, parts: Sequence[_Heard], whole: Sequence[_Heard]) -> Iterator[Span]:
    """Touchpoints that fell silent in a source that went on."""
    judged = silences(clock, [each.series for each in parts], [each.series for each in whole])
    for each, found in zip(parts, judged, strict=True):
        for silence in found:
            due = f"where about {silence.expected_n:,.0f} were due"
            told = f"no {study.plan.names[each.code]} from source {each.series.source!r}, {due}"
            yield Span(each.code, *each.span(silence), Blindness.SUDDEN_ZERO, each.series.source, told)


def _clock(settings: Settings, since_us: int, hours_n: int) -> Clock:
    starts = datetime.fromtimestamp(since_us // 1_000_000, UTC)
    hours = pl.datetime_range(starts, starts + pl.duration(hours=hours_n - 1), "1h", time_zone="UTC", eager=True)
    local = hours.dt.convert_time_zone(settings.timezone)
    slots = (local.dt.weekday().cast(pl.Int64) - 1) * 24 + local.dt.hour().cast(pl.Int64)
    is_off = (
        local.dt.date().is_in(list(settings.holidays)) if settings.holidays else pl.repeat(False, hours_n, eager=True)
    )
    return Clock(slots.to_numpy(), is_off.to_numpy())


def _of_source(part: pl.DataFrame, since_us: int, settings: Settings) -> _Heard:
    name = str(part["source"][0])
    outages = [each for source in settings.sources if source.name == name for each in source.outages]
    known = [(micros(each.from_), micros(each.until)) for each in outages]
    sums = (pl.col("events_n").sum(), pl.col("first_us").min(), pl.col("last_us").max())
    return _heard(part.group_by("hour_us").agg(*sums).sort("hour_us"), since_us, name, -1, known)


def _of_code(part: pl.DataFrame, since_us: int, spans: Iterable[Span]) -> _Heard:
    code, source = int(part["code"][0]), str(part["source"][0])
    known = [(span.from_us, span.until_us) for span in spans if span.target == code and span.source in {"", source}]
    return _heard(part.sort("hour_us"), since_us, source, code, known)


def _heard(part: pl.DataFrame, since_us: int, source: str, code: int, blind: Sequence[tuple[int, int]]) -> _Heard:
    hours = ((part["hour_us"] - since_us) // HOUR_US).to_numpy()
    series = Series(source, hours, part["events_n"].to_numpy(), tuple(in_hours(blind, since_us)))
    return _Heard(series, tuple(part["first_us"].to_list()), tuple(part["last_us"].to_list()), code)


def later_seen(engine: Engine, study: Study) -> list[Span]:
    """Touchpoints and blocks that everybody suddenly lacks who came past them.

    A journey that lacks one would have touched it about as long after its step before as the others did.
    """
    engine.hold("staging/passings", {"least_n": LEAST_MISSED, **study.values})
    passings = engine.frame(
        "SELECT target, before_us, at_us, is_missed FROM passings ORDER BY target, at_us, journey_key"
    )
    engine.drop("passings")
    parts = passings.partition_by("target", maintain_order=True)
    return [span for part in parts for span in _stretches(part, passings.height)]


def _stretches(part: pl.DataFrame, tried_n: int) -> Iterator[Span]:
    done = part.filter(~pl.col("is_missed"))
    usual_us = (done["at_us"] - done["before_us"]).median()
    guessed = pl.min_horizontal(pl.col("before_us") + (int(usual_us) if isinstance(usual_us, float) else 0), "at_us")
    moments = pl.when("is_missed").then(guessed).otherwise("at_us")
    ordered = part.with_columns(moments.alias("moment_us")).sort("moment_us", "is_missed", maintain_order=True)
    for stretch in only_later_seen(ordered["moment_us"].to_numpy(), ordered["is_missed"].to_numpy(), tried_n):
        told = (
            f"{stretch.missed_n:,} of {stretch.passed_n:,} journeys that came past lack it;"
            f" at other times {stretch.usual_share:.0%} do"
        )
        starts = -FOREVER_US if stretch.from_us is None else stretch.from_us
        ends = FOREVER_US if stretch.until_us is None else stretch.until_us
        yield Span(int(part["target"][0]), starts, ends, Blindness.ONLY_LATER_SEEN, evidence=told)
