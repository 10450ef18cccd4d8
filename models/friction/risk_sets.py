"""Who is compared with whom: for each signal the journeys that could have shown it at one place, and those that did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from models.friction.compared import Alike, Compared, Held, RiskSets
from models.friction.journeys import FOREVER_US, FrictionInputs, Stays
from models.friction.laying_out import lay_out, steps_of
from models.friction.numbers import dense, mask
from models.friction.parts import Flags, Floats, Integers, Numbers, Shorts
from models.friction.placement import Marks, Place, Placing, Shown, find_place
from models.friction.resamples import Hashes
from schemas.words import DeviationKind

DAY_US = 86_400_000_000
MONTH_US = 30.44 * DAY_US
ACTIVITY_SHARE = 0.99
"""The freeze leaves room for what this part of the journeys still did at a touchpoint: silence begins after it."""
CALENDAR_SPANS = (4, 2, 1)
"""Equal spans of time within which journeys are compared; fewer where the strata would hold too few."""
LEAST_IN_STRATUM = 8
"""Journeys that a stratum has to hold on average: a stratum of n tells 1 / n less than it holds."""
SPAN_MARKS = 25
"""Marks in one span of time waited; spans are at most MOST_SPANS."""
MOST_SPANS = 8
MOST_UNMAPPED = 0.10
ELSEWHERE_SHARE = 0.10
"""A larger part with the signal at other places is told."""

Wanted = Mapping[tuple[str, int], tuple[tuple[int, ...], str]]
"""Signal and target to the codes and the placing that are to be taken."""


def risk_sets(inputs: FrictionInputs, wanted: Wanted | None = None) -> RiskSets:
    """One risk set for each signal and what it is charged to, in the order of their names.

    Args:
        inputs: the journeys.
        wanted: where to judge signals; default: where most show them. Signals that are not named are left out.
    """
    stays, marks = lay_out(inputs)
    steps, place_in_steps = steps_of(inputs, stays)
    made = _Maker(inputs, stays, place_in_steps, *_opened(marks, stays.code.size))
    found = [
        made.compared(signal, target, group, None if wanted is None else wanted[signal, target])
        for signal, target, group in _by_signal(marks)
        if wanted is None or (signal, target) in wanted
    ]
    return RiskSets(tuple(found), stays, steps)


def _opened(marks: pl.DataFrame, stages_n: int) -> tuple[Flags, Flags]:
    """Of each stage, whether a failure opened it, and whether any other sign of trouble did."""
    opening = marks.filter("is_entry").select("row", is_failed=pl.col("signal") == DeviationKind.FAILED)
    failed, troubled = np.zeros(stages_n, dtype=np.bool_), np.zeros(stages_n, dtype=np.bool_)
    failed[opening.filter("is_failed")["row"].to_numpy()] = True
    troubled[opening.filter(~pl.col("is_failed"))["row"].to_numpy()] = True
    return failed, troubled


def _by_signal(marks: pl.DataFrame) -> Iterator[tuple[str, int, Marks]]:
    for (signal, target), group in marks.group_by("signal", "target", maintain_order=True):
        columns = (group[name].to_numpy() for name in ("row", "delay_us", "is_entry"))
        yield str(signal), int(str(target)), Marks(*columns)


@dataclass(frozen=True)
class _Units:
    """Stages that are compared: row, whether exposed, entry into the comparison, and the span of time waited."""

    row: Numbers
    is_exposed: Flags
    entered_us: Integers
    span: Numbers

    def where(self, chosen: Flags) -> _Units:
        return _Units(self.row[chosen], self.is_exposed[chosen], self.entered_us[chosen], self.span[chosen])


@dataclass(frozen=True)
class _Maker:
    """Makes risk sets of the stages of one map.

    Attributes:
        failed: per stage, whether a failure opened it.
        troubled: per stage, whether another sign of trouble did.
        rooms: by codes, what `_room` found.
    """

    inputs: FrictionInputs
    stays: Stays
    place_in_steps: Shorts
    failed: Flags
    troubled: Flags
    rooms: dict[tuple[int, ...], int] = field(default_factory=dict)
    alike: Alike = field(default_factory=Alike)

    def compared(self, signal: str, target: int, marks: Marks, wanted: tuple[tuple[int, ...], str] | None) -> Compared:
        stays = self.stays
        shown = find_place(marks, stays, self.inputs.block, wanted)
        place = shown.place
        freeze_us = self._freeze(place.codes)
        units = self._units(shown, marks)
        is_in = (stays.reached_us[units.row] <= freeze_us) & (self.place_in_steps[units.row] >= 0)
        followed = units.where(is_in)
        from_us = int(followed.entered_us.min(initial=FOREVER_US))
        return Compared(
            signal,
            target,
            place,
            self._held(followed, place, freeze_us),
            None if from_us == FOREVER_US else from_us,
            freeze_us,
            _note(shown),
            self._refusal(signal, place, followed),
        )

    def _freeze(self, codes: tuple[int, ...]) -> int:
        """The last entry whose fate in the stage is known: silence there is confirmed, activity in it allowed for."""
        room_us = self._room(codes)
        patience_us = int(self.inputs.patience_us[list(codes)].max())
        return self.inputs.as_of_us - max(0, patience_us) - room_us - 1

    def _room(self, codes: tuple[int, ...]) -> int:
        """How long nearly everybody was still active there who did not go on; the same for all signals of a place."""
        if codes not in self.rooms:
            stays, row = self.stays, self.stays.rows_of(codes)
            busy_us = np.where(stays.next_us[row] < FOREVER_US, 0, stays.last_us[row] - stays.reached_us[row])
            self.rooms[codes] = int(np.quantile(busy_us, ACTIVITY_SHARE, method="higher")) if row.size else 0
        return self.rooms[codes]

    def _units(self, shown: Shown, marks: Marks) -> _Units:
        stays, placing, row = self.stays, shown.place.placing, self.stays.rows_of(shown.place.codes)
        if placing in _WITHIN:
            # Who showed it on entering could not come to show it. And whoever failed on entering tries again or leaves
            # first: what shows later shows among those alone who stayed, and would seem to keep them.
            is_of_failed = bool(2 * self.failed[shown.marked].sum() > shown.marked.size)
            row = row[self.failed[row] == is_of_failed]
            entered = mask(marks.row[marks.is_entry], stays.code.size)
            entered[shown.marked] = False
            row = row[~entered[row]]
        is_marked = mask(row, stays.code.size)[shown.marked]
        if placing == Placing.MOMENTS and is_marked.any():
            shown = replace(shown, marked=shown.marked[is_marked], delay_us=shown.delay_us[is_marked])
            return self._parted(_moments(row, shown, stays, self.inputs.person_hash))
        is_exposed = mask(shown.marked, stays.code.size)[row]
        span = self._entries_alike(row, is_exposed)
        units = _Units(row, is_exposed, stays.reached_us[row], span).where(span >= 0)
        return self._parted(units) if placing == Placing.STAY else units

    def _parted(self, units: _Units) -> _Units:
        """With trouble on entering held still: it comes before what shows within the stay."""
        return replace(units, span=units.span * 2 + self.troubled[units.row])

    def _entries_alike(self, row: Numbers, is_exposed: Flags) -> Numbers:
        """Which touchpoint of a block it is that the journey comes to, the first or a later one; -1: none shows it."""
        nth = self.stays.nth[row]
        shown = np.bincount(nth[is_exposed], minlength=int(nth.max(initial=0)) + 1)
        return np.where(shown[nth] > 0, nth, -1)

    def _held(self, units: _Units, place: Place, freeze_us: int) -> Held:
        from_us = int(units.entered_us.min(initial=freeze_us))
        return Held(
            self.stays,
            self.place_in_steps,
            row=self.alike.row(place.codes, units.row),
            stratum=self.alike.stratum(place.codes, _strata(units, self.stays, from_us, freeze_us)),
            exposed_bits=np.packbits(units.is_exposed),
            entered_us=units.entered_us if place.placing == Placing.MOMENTS else None,
            months=_months(units, self.stays, freeze_us),
            is_entry=place.placing in _KNOWN_AT_ENTRY,
        )

    def _refusal(self, signal: str, place: Place, units: _Units) -> str | None:
        """Why this cannot be judged, whatever the numbers say; too few are refused where they are counted."""
        inputs = self.inputs
        if signal in _NOT_COMPARED:
            return _NOT_COMPARED[signal]
        if inputs.unmapped_share > MOST_UNMAPPED:
            return (
                f"the map does not know {inputs.unmapped_share:.0%} of the events in its journeys,"
                f" and at most {MOST_UNMAPPED:.0%} may be unknown"
            )
        if inputs.is_unsettled[list(place.codes)].any():
            return (
                f"waits here outlast the horizon of {inputs.horizon_us / DAY_US:.1f} days,"
                " and silence has to be told from slowness"
            )
        return self._unfollowed(units)

    def _unfollowed(self, units: _Units) -> str | None:
        """Why nobody can be followed from here; None: somebody can."""
        if units.row.size and self.stays.is_converted[units.row].all():
            return "it is known only when the goal is reached, where nobody is lost any more"
        if not units.is_exposed.any():
            return "nobody with the signal has been followed until silence is confirmed, and 30 journeys are wanted"
        followed_us = self.inputs.as_of_us - int(self.stays.reached_us[units.row].min())
        if followed_us < self.inputs.horizon_us:
            days, wanted = followed_us / DAY_US, self.inputs.horizon_us / DAY_US
            return f"journeys are followed for {days:.1f} days from here at most, and {wanted:.1f} days are wanted"
        return None


_WITHIN = (Placing.STAY, Placing.MOMENTS)
_KNOWN_AT_ENTRY = (Placing.ENTRY, Placing.ON_THE_WAY)

_NOT_COMPARED: dict[str, str] = {
    DeviationKind.OVERDUE: "whoever waits for so long is overdue, so there is nobody without it to compare with",
    DeviationKind.WRONG_EXIT: "it is itself how the journey ends, so it cannot be compared with endings",
}


def _months(units: _Units, stays: Stays, freeze_us: int) -> float:
    """Months that the units come from, so that their number over these is how many come a month.

    Whoever comes to a late touchpoint by the freeze began some time before. Those who began before the data do not
    show, so the first weeks there are too empty. A unit that took a time t to come here could have begun at any
    moment of the window but for its last t: each stands for one over that length.
    """
    row = units.row[units.is_exposed] if units.is_exposed.any() else units.row
    if row.size == 0:
        return 1.0
    window_us = max(1, freeze_us - int(stays.of_journey.began_us.min()))
    room_us = window_us - np.minimum(stays.before_us(row), window_us // 2)
    return float(row.size / (1.0 / room_us).sum() / MONTH_US)


def _note(shown: Shown) -> str | None:
    total_n = shown.marked.size + shown.elsewhere_n
    share = shown.elsewhere_n / total_n if total_n else 0.0
    if share <= ELSEWHERE_SHARE:
        return None
    return f"{share:.0%} of those with the signal met it elsewhere; they are not judged here"


def _strata(units: _Units, stays: Stays, from_us: int, until_us: int) -> Integers:
    """All that is held still: segments, touchpoint, place in its block or span of time waited, and calendar time."""
    parts = (stays.base(units.row), stays.code[units.row], units.span)
    still = np.zeros(units.row.size, dtype=np.int64)
    for part in parts:
        still = still * (int(part.max(initial=0)) + 1) + part
    width = max(1, until_us - from_us + 1)
    for spans_n in CALENDAR_SPANS:
        calendar = np.clip((units.entered_us - from_us) * spans_n // width, 0, spans_n - 1)
        strata_n, stratum = dense(still * spans_n + calendar)
        if stratum.size >= LEAST_IN_STRATUM * strata_n:
            break
    return stratum


def _moments(row: Shorts, shown: Shown, stays: Stays, person_hash: Hashes) -> _Units:
    """Sequential trials: those marked in a span of time waited, and those who stood there unmarked at such a moment.

    Each of the others is looked at once in each span, at the moment of one of its marks, drawn by a hash of who it is.
    Late moments are drawn more often, as fewer still stand there: so the moments of the others who do are spread like
    those of the marked.
    """
    order = np.argsort(shown.delay_us, kind="stable")
    marked, delay = shown.marked[order], shown.delay_us[order]
    first_mark = np.full(stays.code.size, FOREVER_US, dtype=np.int64)
    first_mark[marked] = delay
    free_us = np.minimum(stays.gone_us(row) - stays.reached_us[row], first_mark[row])
    standing_n = row.size - np.searchsorted(np.sort(free_us), delay, side="right")
    spans_n = int(np.clip(marked.size // SPAN_MARKS, 1, MOST_SPANS))
    parts = []
    for span, chosen in enumerate(np.array_split(np.arange(marked.size), spans_n)):
        often = np.cumsum(1.0 / np.maximum(standing_n[chosen], 1))
        drawn = np.searchsorted(often, _chances(row, span, stays, person_hash) * often[-1], side="right")
        moment = delay[chosen[np.minimum(drawn, chosen.size - 1)]]
        is_other = (free_us > moment) & ~mask(marked[chosen], stays.code.size)[row]
        exposed, others = marked[chosen], row[is_other]
        entered = (stays.reached_us[exposed] + delay[chosen], stays.reached_us[others] + moment[is_other])
        is_exposed = np.arange(exposed.size + others.size) < exposed.size
        parts.append((np.concatenate([exposed, others]), is_exposed, np.concatenate(entered)))
    rows, exposure, entries = zip(*parts, strict=True)
    spans = np.repeat(np.arange(spans_n), [part.size for part in rows])
    return _Units(np.concatenate(rows), np.concatenate(exposure), np.concatenate(entries), spans)


def _chances(row: Shorts, span: int, stays: Stays, person_hash: Hashes) -> Floats:
    """A number from 0 to 1 for each stage and span: by who it is and when, whatever the order of rows."""
    salt = np.uint64(span * 0x9E3779B97F4A7C15 % 2**64)
    mixed: Hashes = person_hash[stays.person(row)] + stays.reached_us[row].astype(np.uint64) + salt
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):  # the finaliser of splitmix64
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    chances: Floats = (mixed >> np.uint64(11)).astype(np.float64) / 2**53
    return chances
