"""Risk sets in, numbers out."""

from __future__ import annotations

import numpy as np
import pytest

from models.friction.estimate import estimate
from models.friction.parts import RiskSet
from schemas.words import FrictionVerdict


def table(rows: list[tuple[int, bool, bool, int, int]], months: float = 1.0) -> RiskSet:
    """Units of one touchpoint, everybody another person: stratum, exposed, lost, fate, how many of these."""
    stratum, exposed, lost, fate, n = (np.array(column) for column in zip(*rows, strict=True))
    units_n = int(n.sum())
    who = np.arange(units_n)
    return RiskSet(
        person=who,
        stratum=np.repeat(stratum, n),
        base=np.repeat(stratum, n),
        step=who,
        is_exposed=np.repeat(exposed, n),
        is_lost=np.repeat(lost, n),
        fate=np.repeat(fate, n),
        code=np.zeros(units_n, dtype=np.int64),
        went_on_s=np.full(units_n, np.nan),
        months=months,
    )


def hashes(n: int) -> np.typing.NDArray[np.uint64]:
    return np.random.default_rng(5).integers(0, 2**63, n).astype(np.uint64)


def test_what_a_signal_costs_is_exposed_times_effect_times_share_kept_a_month() -> None:
    units = table(
        [
            (0, True, True, 0, 300), (0, True, False, 1, 300), (0, True, False, 0, 400),
            (0, False, True, 0, 400), (0, False, False, 1, 2400), (0, False, False, 0, 1200),
        ],
        months=5.0,
    )  # fmt: skip
    found = estimate([units], hashes(5000), margin=10.0)
    assert found.effect[0] == pytest.approx(0.3 - 0.1)
    assert found.lost_per_month[0] == pytest.approx(1000 * 0.2 * (2400 / 3600) / 5.0)
    assert found.verdict == (FrictionVerdict.FRICTION,)
    assert found.lost_low[0] < found.lost_per_month[0] < found.lost_high[0]
    assert found.value[0] == pytest.approx(10 * found.lost_shrunk[0])
