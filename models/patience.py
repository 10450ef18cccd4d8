"""How long a silence may last before it means something, and how far back journeys can be followed because of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.intervals import Integers

DAY_US = 86_400_000_000
LEAST_N = 30  # below this many independent journeys a share says too little to be shown
PATIENCE_SHARE = (99, 100)  # a touchpoint's patience covers this part of those who go on within the horizon
UNSETTLED_PART = 0.95  # a learned patience beyond this part of the horizon was cut by it: people still went on there
IMPATIENT_SHARE = 0.002  # so many visits may stand where patience outlasts the freeze: a fifth of a point


def horizon_us(first_us: int, as_of_us: int, wanted_us: int | None) -> int:
    """tau_max: the map's horizon, at most a third of the observed window, so that enough journeys can be followed."""
    third = max(1, (as_of_us - first_us) // 3)
    return third if wanted_us is None else min(wanted_us, third)


def learn_patience(
    code: Integers, touched_us: Integers, next_us: npt.ArrayLike, *, codes_n: int, as_of_us: int, horizon_us: int
) -> Integers:
    """Patience of every touchpoint in microseconds: the shortest wait that covers 99 % of those who go on in time.

    Only touches that could be followed for the whole horizon count, so nothing is censored. Where there are fewer
    than 30 of them, or nobody went on, nothing is learned (-1): the horizon stands in as patience.

    Args:
        code: touchpoint of each touch after which something was awaited (goals and exits are not).
        touched_us: when.
        next_us: the journey's next event; NaN where there was none by the snapshot.
        codes_n: how many touchpoints there are; codes run from 0.
        as_of_us: the snapshot.
        horizon_us: the horizon, tau_max.
    """
    after = np.nan_to_num(np.asarray(next_us, float), nan=-1.0).astype(np.int64)
    gap = after - touched_us
    is_followed = touched_us <= as_of_us - horizon_us
    followed_n = np.bincount(code[is_followed], minlength=codes_n)
    is_in = is_followed & (after >= 0) & (gap <= horizon_us)
    gap, place = gap[is_in], code[is_in]
    order = np.lexsort((gap, place))
    went_on = np.bincount(place, minlength=codes_n)
    first = np.cumsum(went_on) - went_on
    part, whole = PATIENCE_SHARE
    rank = -(-went_on * part // whole) - 1  # ceiling in whole numbers, so that every engine finds the same
    learned = np.full(codes_n, -1, dtype=np.int64)
    is_enough = (followed_n >= LEAST_N) & (went_on > 0)
    learned[is_enough] = gap[order][(first + rank)[is_enough]]
    return learned


def unsettled_codes(learned_us: Integers, horizon_us: int) -> list[int]:
    """Touchpoints whose learned patience all but reaches the horizon: their waits outlast what can be followed.

    Args:
        learned_us: learned patience per code; negative where it is not learned but set, or the horizon stands in.
        horizon_us: the horizon that it was learned with.
    """
    return [int(code) for code in np.flatnonzero(learned_us >= UNSETTLED_PART * horizon_us)]


def patience_ahead(standing_patience_us: Integers, n: int) -> int:
    """The longest patience of the places where journeys stand, or were left, but for a handful of them.

    A journey that reached a touchpoint may fall silent at a later and more patient one; with the touchpoint's own
    patience such silences would still be unconfirmed at the freeze. Shares then miss them by points.

    Args:
        standing_patience_us: patience where each journey stands that is abandoned or in flight.
        n: how many journeys there are, ended ones included.
    """
    ahead_us = np.sort(standing_patience_us)
    spared_n = int(IMPATIENT_SHARE * n)
    return max(0, int(ahead_us[-1 - spared_n])) if spared_n < ahead_us.size else 0
