"""Effects pulled towards none as far as the family says that chance made them large.

Zero-centred normal mixture with a point at zero, fitted by EM on a fixed grid (the idea of Stephens 2017, "False
discovery rates: a new deal"). What is picked from the top of a list is there partly by luck; the pull takes that out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDS = 2000
_CLOSE = 1e-10
_STEP = np.sqrt(2.0)  # the grid of widths grows by this factor
_ZERO_PRIOR = 0.3  # so many effects that are none stand in the family before the data speak; 1 pulls small ones too far


def pull(effect: Floats, error: Floats) -> Floats:
    """Factor from 0 to 1 by which to multiply each effect: its posterior mean over itself.

    Args:
        effect: effects; NaN where there is none.
        error: their standard errors.

    Returns:
        NaN where there is no effect.
    """
    factor = np.full(effect.shape, np.nan)
    known = ~np.isnan(effect) & (error > 0)
    factor[~np.isnan(effect) & ~known] = 1.0  # known without error
    if known.any():
        factor[known] = _posterior(effect[known], error[known])
    return factor


def _posterior(effect: Floats, error: Floats) -> Floats:
    width = _grid(effect, error)
    spread = width[None, :] ** 2 + error[:, None] ** 2
    log_density = -0.5 * (effect[:, None] ** 2 / spread + np.log(spread))
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    mixture = density * _mixing(density)
    mixture /= mixture.sum(axis=1, keepdims=True)
    return np.asarray((mixture * width**2 / spread).sum(axis=1))


def _grid(effect: Floats, error: Floats) -> Floats:
    """Widths from a tenth of the smallest error to twice what the largest effect calls for, and zero."""
    least = error.min() / 10
    most = max(2 * np.sqrt(max(float(np.max(effect**2 - error**2)), 0.0)), 8 * least)
    steps = int(np.ceil(np.log(most / least) / np.log(_STEP)))
    return np.concatenate([[0.0], least * _STEP ** np.arange(steps + 1)])


def _mixing(density: Floats) -> Floats:
    """Weights of the widths: largest penalised likelihood."""
    widths_n = density.shape[1]
    prior = np.zeros(widths_n)
    prior[0] = _ZERO_PRIOR
    weight = np.full(widths_n, 1.0 / widths_n)
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
