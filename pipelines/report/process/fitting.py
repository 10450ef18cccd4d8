"""How much of the process there is room for: as many of the most frequent steps and ways as can be read."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.report.process.levels import level
from pipelines.report.process.observed import Observed
from pipelines.report.process.ranks import rows
from pipelines.report.process.scene import least_width

_HALVINGS = 7
Shares = tuple[float, float]
"""Of the steps, and of the ways between them, each from 0 to 1."""


def packed_shares(observed: Observed, wanted: Shares, widest: float) -> Shares:
    """The shares wanted, or the largest whose fullest row is no wider than asked: of steps first, then of ways.

    Args:
        observed: What directly followed what.
        wanted: The shares at most.
        widest: Pixels of a row closely packed.
    """
    row_of = rows(observed)

    def fits(steps: float, ways: float) -> bool:
        return least_width(level(observed, steps, ways), row_of) <= widest

    steps, ways = wanted
    if fits(steps, ways):
        return wanted
    steps = _largest(steps, lambda share: fits(share, 0.0))
    return steps, _largest(ways, lambda share: fits(steps, share))


def _largest(wanted: float, fits: Callable[[float], bool]) -> float:
    """The share wanted if it fits, else the largest that does, by halving."""
    if fits(wanted):
        return wanted
    low, high = 0.0, wanted
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
