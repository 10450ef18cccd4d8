"""Several signals fixed together: chains by hand, and made-up journeys run again without their frictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.friction.chain import build_chain, fix_together
from models.friction.estimate import estimate
from models.friction.parts import CONVERTED, LOST, Steps

Planter = Callable[..., Any]


def steps_of(rows: list[tuple[int, int, int, int]]) -> Steps:
    """Segment, touchpoint, next, how many; touchpoint 0 is where journeys begin."""
    base, code, following, n = (np.array(column) for column in zip(*rows, strict=True))
    code = np.repeat(code, n)
    return Steps(np.repeat(base, n), code, np.repeat(following, n), code == 0)


def test_the_share_converting_is_worked_back_from_the_goal() -> None:
    chain = build_chain(
        steps_of(
            [(0, 0, 1, 80), (0, 0, LOST, 20), (0, 1, 2, 40), (0, 1, LOST, 40), (0, 2, CONVERTED, 30), (0, 2, LOST, 10)]
        )
    )
    nothing = np.zeros_like(chain.reached)
    assert chain.converting(nothing)[0] == pytest.approx([0.8 * 0.5 * 0.75, 0.5 * 0.75, 0.75])
    assert chain.gained(nothing) == 0.0


def test_those_kept_go_on_like_the_others_of_their_segment() -> None:
    chain = build_chain(
        steps_of([(0, 0, 1, 50), (0, 0, LOST, 50), (0, 1, CONVERTED, 40), (0, 1, LOST, 10), (1, 0, LOST, 100)])
    )
    kept = np.zeros_like(chain.reached)
    kept[0, 0] = 0.1
    assert chain.gained(kept) == pytest.approx(100 * 0.1 * 0.8)
    kept[0, 1] = 0.2
    assert chain.gained(kept) == pytest.approx(100 * (0.6 * 1.0 - 0.5 * 0.8))
    everybody = np.full_like(kept, 5.0)  # nobody can be kept who is not there
    assert chain.converting(everybody)[0, 0] == pytest.approx(1.0)


def test_touchpoints_that_come_in_either_order_make_no_trouble() -> None:
    chain = build_chain(
        steps_of([(0, 0, 1, 50), (0, 0, CONVERTED, 50), (0, 1, 0, 30), (0, 1, CONVERTED, 30), (0, 1, LOST, 40)])
    )
    share = chain.converting(np.zeros_like(chain.reached))[0]
    assert share == pytest.approx([0.5 + 0.5 * share[1], 0.3 + 0.3 * share[0]])


def test_one_signal_alone_gives_its_own_row(crowd: Planter) -> None:
    world = crowd(1)
    found = estimate(world.sets, world.person_hash, resamples_n=50)
    fixed = fix_together(found, world.sets, [2], world.steps, world.person_hash)
    assert fixed.part == 1.0
    assert (fixed.lost_per_month, fixed.low, fixed.high) == (
        found.lost_per_month[2],
        found.lost_low[2],
        found.lost_high[2],
    )
    assert np.array_equal(fixed.resamples, found.lost_resamples[2])


def test_the_same_signal_named_twice_counts_once_and_nothing_gives_nothing(crowd: Planter) -> None:
    world = crowd(1)
    found = estimate(world.sets, world.person_hash, resamples_n=20)
    once = fix_together(found, world.sets, [0], world.steps, world.person_hash)
    assert fix_together(found, world.sets, [0, 0], world.steps, world.person_hash).lost_per_month == once.lost_per_month
    nothing = fix_together(found, world.sets, [], world.steps, world.person_hash)
    assert (nothing.lost_per_month, nothing.low, nothing.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("copies", [2, 3])
def test_signals_that_always_go_together_are_worth_one(plan: Any, signal: Any, planted: Planter, copies: int) -> None:
    world = planted(plan((signal(2, 0.2, 0.15), signal(4, 0.2, 0.10)), journeys_n=6000), 1)
    sets = (*[world.sets[0]] * copies, world.sets[1])
    found = estimate(sets, world.person_hash, resamples_n=20)
    all_of_them = fix_together(found, sets, range(len(sets)), world.steps, world.person_hash)
    one_of_each = fix_together(found, sets, [0, copies], world.steps, world.person_hash)
    assert all_of_them.lost_per_month == pytest.approx(one_of_each.lost_per_month, rel=0.06)
    assert all_of_them.lost_per_month < 0.8 * found.lost_per_month.sum()  # the mutant: adding rows up


def test_fixing_all_together_gives_what_the_journeys_do_without_them(crowd: Planter) -> None:
    claimed, true, held, total = 0.0, 0.0, 0, 0
    for seed in range(8):
        world = crowd(seed, journeys_n=8000, nulls_n=0, decoys_n=0, frictions_n=5, touchpoints_n=4)
        found = estimate(world.sets, world.person_hash, resamples_n=60)
        fixed = fix_together(
            found, world.sets, np.flatnonzero(world.is_friction).tolist(), world.steps, world.person_hash
        )
        claimed, true, total = claimed + fixed.lost_per_month, true + world.all_gain, total + 1
        held += fixed.low <= world.all_gain <= fixed.high
    assert claimed / true == pytest.approx(1.0, abs=0.05)
    assert held >= total - 2


def test_what_is_kept_early_is_still_lost_late(plan: Any, signal: Any, planted: Planter) -> None:
    certain_loss = plan((signal(1, 0.6, 0.75), signal(3, 0.6, 0.75)), journeys_n=20_000, skipped=0.0, segments_n=1)
    world = planted(certain_loss, 3)
    found = estimate(world.sets, world.person_hash, resamples_n=20)
    fixed = fix_together(found, world.sets, [0, 1], world.steps, world.person_hash)
    assert fixed.lost_per_month == pytest.approx(world.all_gain, rel=0.05)
    assert fixed.part > 1.2  # either alone gives little here: their sum is far less than both together
