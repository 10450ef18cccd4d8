"""Effects pulled towards none as far as the family says that chance made them large.

A mixture of a point at zero and flat pieces that reach from zero to either side, fitted by EM on a fixed grid (the
half-uniform family of Stephens 2017, "False discovery rates: a new deal"): near zero more likely than far from it,
otherwise of any shape. Normal pieces pull large effects by half where a few of one size stand among many that are
none. What is picked from the top of a list is there partly by luck; the pull takes that out.
"""

from __future__ import annotations

from math import erfc

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDS = 2000
_CLOSE = 1e-10
_LEAST = 1e-300
_STEP = np.sqrt(2.0)  # the pieces grow by this factor
_ZERO_PRIOR = 0.3  # so many effects that are none stand in the family before the data speak; 1 pulls small ones too far


def pull(effect: Floats, error: Floats, null_error: Floats | None = None) -> Floats:
    """Factor from 0 to 1 by which to multiply each effect: its posterior mean over itself.

    Args:
        effect: effects; NaN where there is none.
        error: their standard errors.
        null_error: what the errors would be if there were no effect; default: the same. Shares have other errors
            where there is one, and without this the larger effects would look the less certain.

    Returns:
        NaN where there is no effect.
    """
    factor = np.full(effect.shape, np.nan)
    known = ~np.isnan(effect) & (error > 0)
    factor[~np.isnan(effect) & ~known] = 1.0  # known without error
    if known.any():
        beside = error if null_error is None else null_error
        factor[known] = _posterior(effect[known], error[known], np.where(beside > 0, beside, error)[known])
    return factor


def _posterior(effect: Floats, error: Floats, null_error: Floats) -> Floats:
    """Posterior mean of each effect over the effect, within 0 and 1."""
    far = _reaches(effect, error)
    none = np.exp(-0.5 * (effect / null_error) ** 2) / (null_error * np.sqrt(2 * np.pi))
    up, mean_up = _flat(effect[:, None], error[:, None], far)
    down, mean_down = _flat(-effect[:, None], error[:, None], far)
    density = np.maximum(np.hstack([none[:, None], up, down]), _LEAST)
    mixture = density * _mixing(density / density.max(axis=1, keepdims=True))
    mixture /= mixture.sum(axis=1, keepdims=True)
    mean = (mixture[:, 1:] * np.hstack([mean_up, -mean_down])).sum(axis=1)
    is_some = np.abs(effect) > _LEAST
    return np.asarray(np.clip(mean / np.where(is_some, effect, 1.0), 0.0, 1.0) * is_some)


def _reaches(effect: Floats, error: Floats) -> Floats:
    """How far from zero the flat pieces reach: from a fifth of the smallest error to beyond the largest effect."""
    least = error.min() / 5
    most = max(float(np.max(np.abs(effect) + error)), 2 * least)
    steps = int(np.ceil(np.log(most / least) / np.log(_STEP)))
    return np.asarray(least * _STEP ** np.arange(1, steps + 1))


def _flat(effect: Floats, error: Floats, far: Floats) -> tuple[Floats, Floats]:
    """Density of an effect if the truth lies anywhere from 0 to `far`, and the mean of the truth then."""
    low, high = -effect / error, (far - effect) / error
    mass = np.maximum(_tail(low) - _tail(high), _LEAST)
    bell = np.exp(-0.5 * low**2) - np.exp(-0.5 * high**2)
    mean = np.clip(effect + error * bell / np.sqrt(2 * np.pi) / mass, 0.0, far)
    return mass / far, mean


def _tail(distance: Floats) -> Floats:
    """Share of a normal beyond so many standard deviations."""
    return np.asarray(np.vectorize(erfc, otypes=[float])(distance / np.sqrt(2.0))) / 2


def _mixing(density: Floats) -> Floats:
    """Weights of the pieces: largest penalised likelihood."""
    pieces_n = density.shape[1]
    prior = np.zeros(pieces_n)
    prior[0] = _ZERO_PRIOR
    weight = np.full(pieces_n, 1.0 / pieces_n)
    for _ in range(_ROUNDS):
        part = density * weight
        part /= part.sum(axis=1, keepdims=True)
        new = part.sum(axis=0) + prior
        new /= new.sum()
        is_close = np.abs(new - weight).max() < _CLOSE
        weight = new
        if is_close:
            break
    return weight
