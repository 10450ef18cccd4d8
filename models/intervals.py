"""Intervals of shares: Wilson's, on the number of journeys that clustered people are worth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.signedinteger]
"""Whole numbers in as few bytes as they need."""

Z_95 = 1.959963984540054  # the normal quantile that leaves 2.5 % on either side


def wilson(successes: npt.ArrayLike, n_eff: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Wilson's 95 % interval of a share, one per element; inputs broadcast.

    Args:
        successes: successes, not necessarily whole: share times n_eff.
        n_eff: journeys, or what they are worth (see `effective_n`).

    Returns:
        Lower and upper ends, from 0 to 1; NaN where n_eff is not positive.
    """
    hits, n = np.broadcast_arrays(np.asarray(successes, float), np.asarray(n_eff, float))
    n = np.where(n > 0, n, np.nan)
    share = np.clip(hits / n, 0.0, 1.0)
    shrink = Z_95**2 / n
    middle = (share + shrink / 2) / (1 + shrink)
    half = Z_95 * np.sqrt(share * (1 - share) / n + shrink / (4 * n)) / (1 + shrink)
    # Rounding must not leave a share of 0 or 1 outside its own interval.
    return np.minimum(np.maximum(middle - half, 0.0), share), np.maximum(np.minimum(middle + half, 1.0), share)


def design_effect(person: npt.ArrayLike, outcome: npt.ArrayLike) -> float:
    """How many times the variance of a mean grows because one person has several journeys; at least 1.

    The ratio of the variance summed per person to the variance of independent journeys. Where the outcome does not
    vary nothing can be learned about likeness within a person, and the worst is assumed: full likeness.

    Args:
        person: whole number of the person, one per journey.
        outcome: 0 or 1, or any influence on the estimate, one per journey.
    """
    return float(design_effects(person, np.atleast_2d(np.asarray(outcome, float)))[0])


def design_effects(person: npt.ArrayLike, outcomes: Floats) -> Floats:
    """The design effect of each row of outcomes; one column per journey."""
    number, sizes = _numbered(np.asarray(person))
    journeys_n, people_n = number.size, int(np.count_nonzero(sizes))
    if journeys_n == people_n:
        return np.ones(len(outcomes))
    worst = float(sizes @ sizes) / journeys_n
    return np.array([_widening(number, people_n, row, worst) for row in outcomes])


def _numbered(person: npt.NDArray[np.generic]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Each journey's person as a small number, and how many journeys each number has; sorting only where it must."""
    if person.size and person.dtype.kind in "iu" and int(person.min()) >= 0 and int(person.max()) < 4 * person.size:
        number = person.astype(np.intp, copy=False)
        return number, np.bincount(number)
    _, number, sizes = np.unique(person, return_inverse=True, return_counts=True)
    return number, sizes


def _widening(number: npt.NDArray[np.intp], people_n: int, values: Floats, worst: float) -> float:
    rest = values - values.mean()
    spread = _squares(rest)
    if people_n == 1 or spread <= 1e-12 * _squares(values):
        return worst
    between = _squares(np.bincount(number, rest).astype(float)) * people_n / (people_n - 1)
    return max(1.0, between * (values.size - 1) / (spread * values.size))


def _squares(values: Floats) -> float:
    """Sum of squares. Not by `@`: that waits for the threads of BLAS, whose number decides its last digits."""
    return float(np.square(values).sum())


def effective_n(person: npt.ArrayLike, outcome: npt.ArrayLike) -> float:
    """Independent journeys that these journeys are worth: their number over the design effect."""
    return np.asarray(outcome).size / design_effect(person, outcome)
