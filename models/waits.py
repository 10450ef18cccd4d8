"""How long people wait from one touchpoint to the next, and how often the promise about it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from models.incidence import Curves, curves
from models.intervals import Floats, Integers, design_effect, wilson

_FIRST_HALF, _FIRST_NINE_TENTHS = 0.5, 0.9


class WaitEnd(IntEnum):
    """How a wait stands at the snapshot."""

    WAITING = 0
    SERVED = 1
    LEFT = 2


@dataclass(frozen=True)
class WaitSummary:
    """The numbers of one row of `waits`; seconds in the calendar that the waits were given in.

    Attributes:
        n: waits, finished, left and still open.
        p50_s: median among those who go on; null where nobody went on yet.
        p90_s: ninth decile of the same.
        kept_share: promises kept, of those that can be judged; null where none can, or nothing is promised.
        kept_low: lower end of its 95 % interval.
        kept_high: upper end.
        judged_n: waits whose promise can be judged.
        waiting_n: still waiting at the snapshot.
        overdue_n: still waiting and already longer than promised.
    """

    n: int
    p50_s: float | None
    p90_s: float | None
    kept_share: float | None
    kept_low: float | None
    kept_high: float | None
    judged_n: int
    waiting_n: int
    overdue_n: int


def summarise_waits(
    start_us: Integers,
    wait_s: Floats,
    end: Integers,
    *,
    as_of_us: int,
    patience_us: int = 0,
    promised_s: float | None = None,
    age_s: Floats | None = None,
    person: Integers | None = None,
) -> WaitSummary:
    """Quantiles of the wait and the share of promises kept. One element per wait.

    Whoever left in silence is known to have left only after the touchpoint's patience, so the quantiles rest on waits
    that began longer ago than that; those still waiting then count as such.

    Args:
        start_us: when the customer was ready.
        wait_s: from then to the end, or to the snapshot while waiting, in the promise's calendar.
        end: a `WaitEnd`; left means that the journey ended without what she waited for.
        as_of_us: the snapshot.
        patience_us: patience of the touchpoint where she waits.
        promised_s: the promise, in the same calendar.
        age_s: from the start to the snapshot in the same calendar. With it a wait is judged only once its promise has
            run out; without it recent quick waits are judged before the slow ones begun with them, which flatters.
        person: whole number of the person, for the interval; null: each wait is another person's.
    """
    is_waiting = end == WaitEnd.WAITING
    p50_s, p90_s = _quantiles(start_us <= as_of_us - patience_us - 1, wait_s, end)
    low_high: tuple[float | None, float | None, float | None] = (None, None, None)
    judged_n = overdue_n = 0
    if promised_s is not None:
        is_longer = wait_s > promised_s
        overdue_n = int(np.count_nonzero(is_waiting & is_longer))
        is_judged = (end == WaitEnd.SERVED) | is_longer
        if age_s is not None:
            is_judged &= age_s >= promised_s
        judged_n = int(np.count_nonzero(is_judged))
        low_high = _kept(~is_longer[is_judged], None if person is None else person[is_judged])
    return WaitSummary(start_us.size, p50_s, p90_s, *low_high, judged_n, int(np.count_nonzero(is_waiting)), overdue_n)


def _quantiles(is_followed: npt.NDArray[np.bool_], wait_s: Floats, end: Integers) -> tuple[float | None, float | None]:
    """Median and ninth decile among those who go on: where their incidence passes these parts of its limit."""
    if not np.any(end[is_followed] == WaitEnd.SERVED):
        return None, None
    wait_us = np.rint(np.maximum(wait_s[is_followed], 0.0) * 1e6).astype(np.int64)
    found = curves(wait_us, end[is_followed], len(WaitEnd) - 1, int(wait_us.max()))
    return _passes(found, _FIRST_HALF), _passes(found, _FIRST_NINE_TENTHS)


def _passes(found: Curves, part: float) -> float:
    served = found.incidence[WaitEnd.SERVED - 1]
    # The tolerance keeps rounding in the sum from pushing a quantile to the next wait.
    return float(found.times_us[np.searchsorted(served, part * served[-1] * (1 - 1e-12))]) / 1e6


def _kept(is_kept: npt.NDArray[np.bool_], person: Integers | None) -> tuple[float | None, float | None, float | None]:
    """Share kept and its interval."""
    if is_kept.size == 0:
        return None, None, None
    share = float(is_kept.mean())
    worth = is_kept.size / (1.0 if person is None else design_effect(person, is_kept))
    low, high = wilson(share * worth, worth)
    return share, round(float(low), 12), round(float(high), 12)  # where the order of summation no longer shows
