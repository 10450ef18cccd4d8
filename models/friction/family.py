"""All effects of one map judged together: false discoveries, verdicts, and who is among the costliest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from schemas.words import FrictionVerdict

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FALSE_DISCOVERY = 0.05  # of the effects called friction or helpful, so many may be chance
FIRST_N = 3  # the costliest that a reader looks at


def adjusted(p_value: Floats) -> Floats:
    """Benjamini and Hochberg's q-values; NaN where there is no p-value, which then counts to no family."""
    q_value = np.full(p_value.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p_value))
    if known.size == 0:
        return q_value
    falling = known[np.argsort(-p_value[known], kind="stable")]
    rank = np.arange(known.size, 0, -1)
    q_value[falling] = np.minimum(np.minimum.accumulate(p_value[falling] * known.size / rank), 1.0)
    return q_value


def verdict(q_value: float, low: float, high: float) -> FrictionVerdict:
    """What an effect is, by its q-value and the ends of its interval; no q-value: refused."""
    if np.isnan(q_value):
        return FrictionVerdict.REFUSED
    if q_value <= FALSE_DISCOVERY and low > 0:
        return FrictionVerdict.FRICTION
    if q_value <= FALSE_DISCOVERY and high < 0:
        return FrictionVerdict.HELPFUL
    return FrictionVerdict.VARIATION


def among_first(lost: Floats, is_ranked: Flags) -> Floats:
    """Share of the draws in which each row is among the three costliest; NaN where it is not ranked.

    Args:
        lost: by row and draw; what does not cost anybody is never among the first.
        is_ranked: rows that may be ranked.
    """
    found = np.full(len(lost), np.nan)
    rows = np.flatnonzero(is_ranked)
    if rows.size == 0:
        return found
    drawn = np.nan_to_num(lost[rows], nan=0.0)
    place = np.argsort(np.argsort(-drawn, axis=0, kind="stable"), axis=0, kind="stable")
    found[rows] = np.mean((place < FIRST_N) & (drawn > 0), axis=1)
    return found
