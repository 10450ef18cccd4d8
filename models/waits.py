"""How long people wait from one touchpoint to the next, and how often the promise about it is kept.

Whoever leaves in silence is known to have left only when the patience has run out, and has then left at the last sign
of life. So waits are analysed as of a freeze, before the snapshot by that patience: what came after it only tells who
was still there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from models.incidence import Curves, curves, quantile_intervals_us
from models.intervals import Floats, Integers, design_effect, wilson
from models.patience import LEAST_N, patience_ahead

Bools = npt.NDArray[np.bool_]

_FIRST_HALF, _FIRST_NINE_TENTHS = 0.5, 0.9


class WaitEnd(IntEnum):
    """How a wait stands at the snapshot."""

    WAITING = 0
    SERVED = 1
    LEFT = 2


@dataclass(frozen=True)
class Waits:
    """One element per wait; seconds are those of the calendar in which the promise is given.

    Attributes:
        start_us: when the customer was ready.
        wait_s: from then to the end, or to the snapshot while waiting.
        age_s: from then to the snapshot.
        end: a `WaitEnd`; left means that the journey ended without what she waited for.
        person: whole number of the person.
        last_us: the journey's last sign of life.
        last_s: from the start to that sign; 0 where it came before.
        patience_us: patience of the place where the journey stands.
        is_settled: the journey converted or exited: its end does not rest on patience.
        is_past: not served, and the journey stands beyond what she waited for: she went on without it.
    """

    start_us: Integers
    wait_s: Floats
    age_s: Floats
    end: Integers
    person: Integers
    last_us: Integers
    last_s: Floats
    patience_us: Integers
    is_settled: Bools
    is_past: Bools

    @property
    def n(self) -> int:
        """How many waits."""
        return self.start_us.size

    @property
    def is_without_sign(self) -> Bools:
        """Left in silence, and not heard of since the wait began: when, nobody can see."""
        return np.asarray(
            (self.end == WaitEnd.LEFT) & ~self.is_past & ~self.is_settled & (self.wait_s <= 0), dtype=bool
        )

    def where(self, chosen: Bools | npt.NDArray[np.intp]) -> Waits:
        """Those chosen."""
        return Waits(*(column[chosen] for column in vars(self).values()))

    def with_patience(self, times: float, as_of_us: int) -> Waits:
        """The same waits, had every patience been multiplied."""
        patience_us = (self.patience_us * times).astype(np.int64)
        is_open = ~self.is_settled & (self.end != WaitEnd.SERVED)
        has_left = is_open & (as_of_us - self.last_us > patience_us)
        end = np.select([~is_open, has_left], [self.end, WaitEnd.LEFT], default=WaitEnd.WAITING)
        wait_s = np.select([~is_open, has_left], [self.wait_s, self.last_s], default=self.age_s)
        return replace(self, patience_us=patience_us, end=end, wait_s=wait_s)


@dataclass(frozen=True)
class Snapshot:
    """When it is, and how much of the waits' calendar lies between an instant and then.

    Attributes:
        as_of_us: the snapshot.
        since_s: seconds of the calendar from an instant (microseconds since 1970) to the snapshot.
    """

    as_of_us: int
    since_s: Callable[[int], float]

    def freeze_us(self, waits: Waits) -> int:
        """The last instant whose silences are confirmed, for these waits."""
        is_silent = ~waits.is_settled & (waits.end != WaitEnd.SERVED)
        return self.as_of_us - patience_ahead(waits.patience_us[is_silent], waits.n) - 1

    def seen_at(self, waits: Waits, freeze_us: int) -> Waits:
        """Those begun by the freeze, as they stood then: whoever ended later was still waiting."""
        begun = waits.where(waits.start_us <= freeze_us)
        limit_s = begun.age_s - self.since_s(freeze_us)
        is_later = begun.wait_s > limit_s
        end = np.where(is_later, int(WaitEnd.WAITING), begun.end)
        return replace(begun, end=end, wait_s=np.where(is_later, limit_s, begun.wait_s), age_s=limit_s)


@dataclass(frozen=True)
class WaitSummary:
    """The numbers of one row of `waits`, named as its columns; what can be judged beside them.

    Seconds are those of the calendar that the waits were given in. Intervals are null below 30 independent waits.
    """

    n: int
    waiting_n: int
    overdue_n: int
    followed_n: int
    left_n: int
    passed_n: int
    silent_n: int
    judged_n: int
    p50_s: float | None = None
    p50_low_s: float | None = None
    p50_high_s: float | None = None
    p90_s: float | None = None
    p90_low_s: float | None = None
    p90_high_s: float | None = None
    p50_half_patience_s: float | None = None
    p50_double_patience_s: float | None = None
    kept_share: float | None = None
    kept_low: float | None = None
    kept_high: float | None = None


def summarise_waits(
    waits: Waits, snapshot: Snapshot, *, freeze_us: int, promised_s: float | None = None, patience_too: bool = True
) -> WaitSummary:
    """Quantiles of the wait among those who go on, and the share of promises kept.

    Args:
        waits: finished, left and still open.
        snapshot: when it is, and the calendar of the waits.
        freeze_us: as of when the waits are looked at (see `Snapshot.freeze_us`); the same for all segments.
        promised_s: the promise. A wait is judged once its promise has run out: earlier the quick ones begun with it
            would be judged before the slow ones, which flatters.
        patience_too: whether to tell the median with half and twice the patience.
    """
    seen = snapshot.seen_at(waits, freeze_us)
    is_waiting, is_over = waits.end == WaitEnd.WAITING, seen.end == WaitEnd.LEFT
    told: dict[str, float | None] = _quantiles(seen)
    if patience_too:
        told |= _with_other_patience(waits, snapshot, freeze_us)
    judged_n = overdue_n = 0
    if promised_s is not None:
        is_longer = seen.wait_s > promised_s
        is_judged = (seen.age_s >= promised_s) & ((seen.end == WaitEnd.SERVED) | is_longer)
        judged_n = int(np.count_nonzero(is_judged))
        overdue_n = int(np.count_nonzero(is_waiting & (waits.wait_s > promised_s)))
        told |= _kept(~is_longer[is_judged], seen.person[is_judged])
    return WaitSummary(
        n=waits.n,
        waiting_n=int(np.count_nonzero(is_waiting)),
        overdue_n=overdue_n,
        followed_n=seen.n,
        left_n=int(np.count_nonzero(is_over & ~seen.is_past)),
        passed_n=int(np.count_nonzero(is_over & seen.is_past)),
        silent_n=int(np.count_nonzero(seen.is_without_sign)),
        judged_n=judged_n,
        **told,
    )


def _curve(waits: Waits) -> Curves | None:
    """Incidence of being served and of having left; None where nobody was served."""
    if not np.any(waits.end == WaitEnd.SERVED):
        return None
    wait_us = np.rint(np.maximum(waits.wait_s, 0.0) * 1e6).astype(np.int64)
    return curves(wait_us, waits.end, len(WaitEnd) - 1, int(wait_us.max()))


def _quantiles(waits: Waits) -> dict[str, float | None]:
    """Median and ninth decile among those who go on: where their incidence passes these parts of its limit."""
    found = _curve(waits)
    if found is None:
        return {}
    parts = {"p50": _FIRST_HALF, "p90": _FIRST_NINE_TENTHS}
    intervals = quantile_intervals_us(found, WaitEnd.SERVED, tuple(parts.values()), waits.person, LEAST_N)
    told: dict[str, float | None] = {}
    for (name, part), (low_us, high_us) in zip(parts.items(), intervals, strict=True):
        told[f"{name}_s"] = _seconds(found.quantile_us(WaitEnd.SERVED, part))
        told |= {f"{name}_low_s": _seconds(low_us), f"{name}_high_s": _seconds(high_us)}
    return told


def _with_other_patience(waits: Waits, snapshot: Snapshot, freeze_us: int) -> dict[str, float | None]:
    """The median with half and with twice the patience, each with the freeze that belongs to it."""
    before_us = snapshot.as_of_us - 1 - freeze_us
    told: dict[str, float | None] = {}
    for name, times in (("half", 0.5), ("double", 2.0)):
        other = waits.with_patience(times, snapshot.as_of_us)
        seen = snapshot.seen_at(other, snapshot.as_of_us - 1 - int(before_us * times))
        found = _curve(seen) if times < 1 or seen.n >= LEAST_N else None
        told[f"p50_{name}_patience_s"] = None if found is None else _median(found)
    return told


def _median(found: Curves) -> float | None:
    return _seconds(found.quantile_us(WaitEnd.SERVED, _FIRST_HALF))


def _seconds(time_us: int | None) -> float | None:
    return None if time_us is None else time_us / 1e6


def _kept(is_kept: Bools, person: Integers) -> dict[str, float | None]:
    """Share kept and its interval."""
    if is_kept.size == 0:
        return {}
    share = float(is_kept.mean())
    worth = is_kept.size / design_effect(person, is_kept)
    low, high = wilson(share * worth, worth)
    # Rounded to where the order of summation no longer shows.
    return {"kept_share": share, "kept_low": round(float(low), 12), "kept_high": round(float(high), 12)}
