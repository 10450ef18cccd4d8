"""Ends of 95 % intervals, from the spread over resamples and the shape that small numbers of lost journeys have."""

from __future__ import annotations

import numpy as np

from models.friction.judging import Measured
from models.intervals import wilson

_NOTHING = 1e-12


def effect_ends(found: Measured, drawn: Measured, worth: float, others_worth: float) -> tuple[float, float]:
    """Ends for the effect: Wilson's for either side, put together (Newcombe's method 10; Zou and Donner 2008).

    Unlike a plain bootstrap it has a length where nobody of one side is lost, and knows that shares stay within 0
    and 1.

    Args:
        found: in the data.
        drawn: in the resamples.
        worth: independent journeys that the exposed are worth.
        others_worth: the same of the others.
    """
    share, other = float(found.exposed_share[0]), float(found.others_share[0])
    usable = ~np.isnan(drawn.effect)
    draws = np.vstack([drawn.exposed_share[usable], drawn.others_share[usable]])
    spread = draws.std(axis=1)
    alike = 0.0
    if (spread > _NOTHING).all():
        alike = float(np.mean((draws[0] - draws[0].mean()) * (draws[1] - draws[1].mean())) / (spread[0] * spread[1]))
    low1, high1 = _share_ends(share, float(spread[0]), worth)
    low0, high0 = _share_ends(other, float(spread[1]), others_worth)
    effect = float(found.effect[0])
    below = _joined(share - low1, high0 - other, alike)
    above = _joined(high1 - share, other - low0, alike)
    return max(effect - below, -1.0), min(effect + above, 1.0)


def _share_ends(share: float, spread: float, worth: float) -> tuple[float, float]:
    """Wilson's ends on the number of journeys whose share would have this spread."""
    n = share * (1 - share) / spread**2 if spread > _NOTHING and 0 < share < 1 else worth
    low, high = wilson(share * n, n)
    return float(low), float(high)


def _joined(one: float, other: float, alike: float) -> float:
    return float(np.sqrt(max(one**2 + other**2 - 2 * alike * one * other, 0.0)))


def lost_ends(found: Measured, drawn: Measured, ends: tuple[float, float]) -> tuple[float, float]:
    """Ends for customers lost a month: its spread over resamples, with the shape of the effect's interval.

    Args:
        found: in the data.
        drawn: in the resamples.
        ends: of the effect's interval.
    """
    lost, effect = float(found.lost[0]), float(found.effect[0])
    spread, effect_spread = float(np.std(drawn.lost)), float(np.nanstd(drawn.effect))
    scale = spread / effect_spread if min(spread, effect_spread) > _NOTHING else float(found.volume[0])
    return lost - scale * (effect - ends[0]), lost + scale * (ends[1] - effect)


def nearest_to_none(low: float, high: float) -> float:
    """The end of an interval that is nearer to 0, or 0 where it covers that."""
    return low if low > 0 else high if high < 0 else 0.0
