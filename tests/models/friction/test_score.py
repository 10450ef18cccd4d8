"""The p-value of no effect: exact where it can be, the library's where numbers are large, and aware of persons."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from models.friction import score
from models.friction.effects import Cells
from models.friction.score import p_value, widening

Stratum = tuple[int, int, int, int]


def cells_of(strata: list[Stratum]) -> Cells:
    """Exposed, of these lost, others, of these lost: per stratum."""
    n1, lost1, n0, lost0 = (np.array(column, dtype=float)[:, None] for column in zip(*strata, strict=True))
    return Cells(n1=n1, n0=n0, lost1=lost1, lost0=lost0)


def by_hand(strata: list[Stratum]) -> float:
    """Two-sided mid-p by going through every way in which the lost could have been exposed."""
    chances: dict[int, float] = {}
    ways = []
    for n1, lost1, n0, lost0 in strata:
        lost = lost1 + lost0
        ways.append([(k, comb(n1, k) * comb(n0, lost - k) / comb(n1 + n0, lost)) for k in range(min(n1, lost) + 1)])
    for way in product(*ways):
        total = sum(k for k, _ in way)
        chances[total] = chances.get(total, 0.0) + float(np.prod([chance for _, chance in way]))
    seen = sum(lost1 for _, lost1, _, _ in strata)
    below = sum(chance for total, chance in chances.items() if total < seen) + chances[seen] / 2
    return 2 * min(below, 1 - below)


@pytest.mark.parametrize(
    "strata",
    [
        [(5, 4, 6, 1)],
        [(3, 0, 9, 4), (7, 2, 4, 3)],
        [(4, 4, 4, 1), (2, 1, 8, 1), (6, 3, 3, 1)],
        [(5, 2, 0, 0), (5, 4, 6, 1), (0, 0, 3, 1), (4, 4, 4, 4)],  # three strata that tell nothing
    ],
)
def test_small_tables_get_the_exact_mid_p(strata: list[Stratum]) -> None:
    assert p_value(cells_of(strata), 1.0) == pytest.approx(by_hand(strata), rel=1e-9)


def test_large_tables_agree_with_mantel_and_haenszel_of_an_independent_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    strata = [(800, 200, 3000, 610), (500, 90, 2500, 400), (900, 300, 1000, 310)]
    tables = [np.array([[lost1, n1 - lost1], [lost0, n0 - lost0]]) for n1, lost1, n0, lost0 in strata]
    expected = StratifiedTable(tables).test_null_odds(correction=False).pvalue
    exact = p_value(cells_of(strata), 1.0)
    monkeypatch.setattr(score, "_EXACT_N", 0)
    assert p_value(cells_of(strata), 1.0) == pytest.approx(expected, rel=1e-6)
    assert exact == pytest.approx(expected, rel=0.1)


def test_where_nothing_can_be_told_the_p_value_is_one() -> None:
    assert p_value(cells_of([(50, 0, 50, 0)]), 1.0) == 1.0
    assert p_value(cells_of([(50, 50, 50, 50)]), 1.0) == 1.0
    assert p_value(cells_of([(50, 10, 0, 0)]), 1.0) == 1.0


def test_rare_losses_are_no_news_where_a_normal_would_cry_out(monkeypatch: pytest.MonkeyPatch) -> None:
    rare = cells_of([(40, 5, 2000, 60)])
    exact = p_value(rare, 1.0)
    monkeypatch.setattr(score, "_EXACT_N", 0)
    assert p_value(rare, 1.0) < exact / 5


def test_a_null_is_rejected_as_often_as_promised_though_few_are_lost() -> None:
    rng = np.random.default_rng(8)
    drawn = rng.binomial(40, 0.05, 4000), rng.binomial(1500, 0.05, 4000)
    found = np.array([p_value(cells_of([(40, int(a), 1500, int(b))]), 1.0) for a, b in zip(*drawn, strict=True)])
    assert 0.01 < np.mean(found <= 0.05) < 0.055
    assert np.mean(found <= 0.005) < 0.008


def test_likeness_within_persons_widens_and_difference_within_them_does_not_narrow() -> None:
    stratum, exposed = np.zeros(400, dtype=np.int64), np.repeat([True, False], 200)
    lost = np.tile(np.repeat([1.0, 0.0], 2), 100)
    cells = cells_of([(200, 100, 200, 100)])
    pairs, alone = np.repeat(np.arange(200), 2), np.arange(400)
    assert widening(cells, stratum, pairs, exposed, lost) == pytest.approx(2.0)
    assert widening(cells, stratum, alone, exposed, lost) == 1.0
    assert widening(cells, stratum, pairs, exposed, np.tile([1.0, 0.0], 200)) == 1.0


def test_widening_does_not_depend_on_the_order_of_rows() -> None:
    rng = np.random.default_rng(3)
    stratum, person = rng.integers(0, 3, 500), rng.integers(0, 90, 500)
    exposed, lost = rng.random(500) < 0.3, (rng.random(500) < 0.2).astype(float)
    cells = cells_of(
        [
            tuple(
                int(np.sum((stratum == z) & side & (lost >= least))) for side in (exposed, ~exposed) for least in (0, 1)
            )  # type: ignore[misc]  # four of them
            for z in range(3)
        ]
    )
    order = rng.permutation(500)
    shuffled = widening(cells, stratum[order], person[order], exposed[order], lost[order])
    assert shuffled == widening(cells, stratum, person, exposed, lost)


def test_the_farther_from_even_the_smaller_the_p_value_and_wider_chance_makes_it_larger() -> None:
    found = [p_value(cells_of([(100, lost, 400, 80)]), 1.0) for lost in (20, 25, 30, 40, 100)]
    assert found == sorted(found, reverse=True)
    assert p_value(cells_of([(100, 30, 400, 80)]), 2.0) > found[2]
