"""Silences that a rhythm makes incredible, and steps that everybody suddenly lacks; measured on generated worlds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from models.outages import Series, only_later_seen, silences
from models.rhythm import Clock, Flags, Floats, Longs

BY_DAY = np.array([1, 0.5, 0.3, 0.2, 0.2, 0.5, 1.5, 3, 5, 6, 6, 6, 5.5, 5.5, 5.5, 5.5, 5.5, 6, 6, 6.5, 6.5, 6, 4, 2.5])
OFFICE = np.array([0] * 7 + [0.5, 2, 3, 3, 2, 2, 3, 3, 2, 0.5] + [0] * 7)
KINDS = ("consumer",) * 4 + ("office",) * 3 + ("launch", "fade", "weekly", "monthly", "date_only", "bursty")


@dataclass(frozen=True)
class Made:
    """A generated world: series by hour, the source of each, and the days off that are known."""

    clock: Clock
    counts: tuple[Longs, ...]
    sources: tuple[str, ...]

    def found(self) -> int:
        """How many silences are taken for outages, of sources and of their parts."""
        names = sorted(set(self.sources))
        sums = [
            np.sum([y for y, of in zip(self.counts, self.sources, strict=True) if of == name], axis=0) for name in names
        ]
        end = 1 + max((int(np.flatnonzero(each)[-1]) for each in sums if each.any()), default=0)
        clock = Clock(self.clock.slots[:end], self.clock.is_off[:end])
        totals = [series(each[:end], name) for each, name in zip(sums, names, strict=True)]
        parts = [series(y[:end], name) for y, name in zip(self.counts, self.sources, strict=True)]
        return sum(map(len, [*silences(clock, totals), *silences(clock, parts, totals)]))


def series(counts: Longs, source: str = "log", blind: tuple[tuple[int, int], ...] = ()) -> Series:
    hours = np.flatnonzero(counts)
    return Series(source, hours, counts[hours], blind)


def clock_of(days: int, off: Flags | None = None) -> Clock:
    return Clock(np.arange(days * 24) % 168, np.repeat(np.zeros(days, dtype=bool) if off is None else off, 24))


def days_levels(rng: np.random.Generator, days: int, a_day: float) -> Floats:
    """A level for each day: season, trend, days that take after each other, campaigns."""
    day = np.arange(days)
    level = a_day * (1 + rng.uniform(0, 0.4) * np.sin(2 * np.pi * (day / 365.25 + rng.random())))
    level *= np.exp(rng.uniform(-0.5, 0.5) * day / days)
    spread, likeness, stray = rng.uniform(0.05, 0.35), rng.uniform(0, 0.8), np.zeros(days)
    for each in range(1, days):
        stray[each] = likeness * stray[each - 1] + spread * np.sqrt(1 - likeness**2) * rng.normal()
    level *= np.exp(stray - spread**2 / 2)
    for _ in range(rng.poisson(days / 60)):
        start = rng.integers(days)
        level[start : start + rng.integers(1, 8)] *= rng.uniform(1.5, 4)
    return level


def counts_of(rng: np.random.Generator, days: int, kind: str, a_day: float, off: Flags) -> Longs:
    """Events of each hour of one series without any outage."""
    day, level, shape = np.arange(days), days_levels(rng, days, a_day), BY_DAY
    is_weekend = day % 7 >= 5
    if kind == "office":
        level = np.where(off, 0, level * np.where(is_weekend, rng.choice([0, 0, 0.03]), 1))
        shape = OFFICE
    else:
        level = level * np.where(is_weekend, rng.uniform(0.4, 1.3), 1) * np.where(off, rng.uniform(0.3, 0.9), 1)
    if kind == "launch":
        level = np.where(day < rng.integers(days // 4, days // 2), 0, level)
    if kind == "fade":
        level = level / (1 + np.exp((day - rng.integers(days // 2, 3 * days // 4)) / 4))
    if kind in {"weekly", "monthly"}:
        every = 7 if kind == "weekly" else 30
        level = np.where(day % every == rng.integers(every), level * every, 0)
    if kind == "date_only":
        shape = np.eye(24)[0]
    hours = (level[:, None] * shape / shape.sum()).ravel()
    counts: Longs = rng.poisson(hours * rng.gamma(0.3, 1 / 0.3, len(hours)) if kind == "bursty" else hours)
    return counts


def days_off(rng: np.random.Generator, days: int) -> Flags:
    off = np.zeros(days, dtype=bool)
    for _ in range(max(1, days * 11 // 365)):
        start = rng.integers(days)
        off[start : start + rng.choice([1, 1, 1, 2, 3])] = True
    return off


def clean_world(rng: np.random.Generator) -> Made:
    """One to three sources of one to seven series each; the calendar is known to half of the worlds."""
    days = int(rng.choice([60, 90, 150, 365]))
    off, counts, sources = days_off(rng, days), [], []
    for source in "abc"[: rng.integers(1, 4)]:
        common = KINDS[rng.integers(len(KINDS))]
        for _ in range(rng.integers(1, 8)):
            kind = common if rng.random() < 0.7 else KINDS[rng.integers(len(KINDS))]
            counts.append(counts_of(rng, days, kind, 10 ** rng.uniform(-0.5, 3.3), off))
            sources.append(source)
    return Made(clock_of(days, off if rng.random() < 0.5 else None), tuple(counts), tuple(sources))


def test_at_most_one_clean_world_in_a_hundred_has_a_false_alarm() -> None:
    rng = np.random.default_rng(2)

    assert sum(clean_world(rng).found() > 0 for _ in range(300)) <= 3


@pytest.mark.parametrize(("a_day", "days_n", "least"), [(100, 1, 0.6), (100, 3, 0.9), (1_000, 2, 0.85), (20, 7, 0.75)])
def test_planted_outages_are_found(a_day: int, days_n: int, least: float) -> None:
    rng, found, tries = np.random.default_rng(a_day + days_n), 0, 40
    for _ in range(tries):
        off = days_off(rng, 150)
        kind = str(rng.choice(["consumer", "office"]))
        counts, other = counts_of(rng, 150, kind, a_day, off), counts_of(rng, 150, "consumer", 200, off)
        start = int(rng.choice(np.flatnonzero(~off[20:130] & (np.arange(20, 130) % 7 < 3)) + 20)) * 24
        start += int(rng.integers(0, 24))
        counts[start : start + 24 * days_n] = 0
        (found_here, _) = silences(clock_of(150, off), [series(counts), series(other)], [series(counts + other)])
        found += any(silence.last_h <= start <= (silence.next_h or 0) for silence in found_here)

    assert found / tries >= least


def steady(days: int = 60, an_hour: int = 10) -> Longs:
    return np.full(days * 24, an_hour, dtype=np.int64)


def test_a_silence_is_told_from_its_last_event_to_the_next() -> None:
    counts = steady()
    counts[720:768] = 0
    ((silence,),) = silences(clock_of(60), [series(counts)])

    assert (silence.last_h, silence.next_h) == (719, 768)
    assert silence.expected_n == pytest.approx(480, rel=0.1)


def test_a_silence_that_goes_on_has_no_end() -> None:
    gone, other = steady(), steady()
    gone[-72:] = 0
    (found, none) = silences(clock_of(60), [series(gone), series(other)])

    assert [(silence.last_h, silence.next_h) for silence in found] == [(60 * 24 - 73, None)]
    assert none == []


def test_where_everything_stopped_but_for_a_late_straggler_the_log_has_ended() -> None:
    ended, other = steady(), steady()
    ended[-240:] = other[-240:] = 0
    other[-1] = 1

    assert silences(clock_of(60), [series(ended), series(other)])[0] == []


def test_what_is_known_already_is_not_found_again() -> None:
    counts = steady()
    counts[720:768] = 0

    assert silences(clock_of(60), [series(counts, blind=((720, 768),))]) == [[]]


def test_nothing_is_expected_of_a_part_while_its_source_does_nothing() -> None:
    """The shop was closed, as the rest of its events say; that its till was silent, too, is no outage."""
    part, rest = steady(), steady()
    part[720:768] = rest[720:768] = 0

    assert silences(clock_of(60), [series(part)], [series(part + rest)]) == [[]]


def office(days: int = 84) -> Longs:
    return np.tile(np.concatenate([np.tile(OFFICE * 10, 5), np.zeros(48)]), days // 7).astype(np.int64)


def test_an_office_that_is_silent_for_a_day_may_have_a_holiday_unless_another_worked() -> None:
    silent = office()
    silent[42 * 24 : 43 * 24] = 0

    assert silences(clock_of(84), [series(silent), series(silent, "other")]) == [[], []]
    assert [len(found) for found in silences(clock_of(84), [series(silent), series(office(), "other")])] == [1, 0]


def test_where_holidays_are_known_a_working_day_without_events_is_an_outage() -> None:
    silent, off = office(), np.zeros(84, dtype=bool)
    silent[42 * 24 : 43 * 24] = 0
    off[21] = True
    assert [len(found) for found in silences(clock_of(84, off), [series(silent)])] == [1]
    off[42] = True
    assert silences(clock_of(84, off), [series(silent)]) == [[]]


def lacking(n: int, share: float, seed: int = 1) -> tuple[Longs, Flags]:
    rng = np.random.default_rng(seed)
    return np.arange(n, dtype=np.int64), rng.random(n) < share


def test_a_stretch_that_everybody_lacks_is_told_from_the_last_to_the_next_that_had_it() -> None:
    at_us, is_missed = lacking(1_000, 0)
    is_missed[400:450] = True
    (stretch,) = only_later_seen(at_us, is_missed, 1_000)

    assert (stretch.from_us, stretch.until_us, stretch.passed_n, stretch.missed_n) == (399, 450, 50, 50)


def test_what_was_lacking_from_the_beginning_or_is_to_this_day_has_an_open_end() -> None:
    at_us, is_missed = lacking(1_000, 0)
    is_missed[:50] = is_missed[-50:] = True

    found = only_later_seen(at_us, is_missed, 1_000)
    assert [(each.from_us, each.until_us) for each in found] == [(None, 50), (949, None)]


def test_a_step_that_half_or_more_always_lack_is_no_gap_of_tracking() -> None:
    at_us, is_missed = lacking(1_000, 0.6)
    is_missed[400:450] = True

    assert only_later_seen(at_us, is_missed, 1_000) == []


def test_a_bad_week_in_which_two_thirds_skip_a_step_stays_friction() -> None:
    at_us, is_missed = lacking(2_000, 0.1)
    is_missed[800:1_000] = lacking(200, 0.67, seed=2)[1]

    assert only_later_seen(at_us, is_missed, 2_000) == []


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3])
def test_skips_by_chance_are_hardly_ever_taken_for_a_gap(share: float) -> None:
    assert sum(bool(only_later_seen(*lacking(3_000, share, seed), 60_000)) for seed in range(200)) == 0


@pytest.mark.parametrize(("share", "n"), [(0.02, 12), (0.1, 20), (0.3, 45)])
def test_a_gap_of_a_few_dozen_journeys_is_found(share: float, n: int) -> None:
    found = 0
    for seed in range(100):
        at_us, is_missed = lacking(3_000, share, seed)
        is_missed[1_000 : 1_000 + n] = True
        found += any(each.missed_n >= n for each in only_later_seen(at_us, is_missed, 60_000))

    assert found >= 95
