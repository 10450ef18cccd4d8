"""What fixing a friction gives back is what was planted, for one alone and for several together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pipelines import warehouse
from pipelines.engine import DuckDBEngine
from pipelines.friction.inputs import from_published
from pipelines.friction.judge import judge
from pipelines.friction.whatif import Gain, gain
from pipelines.settings import Settings
from schemas.journey_map import load_map
from tests.spec.conftest import day

if TYPE_CHECKING:
    from pathlib import Path

    from tests.spec.conftest import World

MAP = """
journey: buy
title: Buy
journey_is: {patience: {default: 4d}, horizon: 20d}
flow:
  - phase: Order
    steps: [visit, order, pay, deliver]
value: {per_conversion: 100, margin: 0.5, currency: NOK}
"""
PEOPLE = 1_500
DAYS = 96  # up to the freeze: what comes after it only tells who fell silent
BASE, ORDER_FAILS, PAY_FAILS = 0.1, 0.3, 0.25  # shares lost at a step; how often each fails
ORDER_COSTS, PAY_COSTS = 0.3, 0.5  # and what a failure adds to the share lost


def events() -> str:
    """People who begin over DAYS days; a failed step takes half a day longer for those who go on."""
    rng = np.random.default_rng(5)
    lines: list[str] = []
    for person in range(PEOPLE):
        at = float(rng.uniform(0, DAYS))
        lines.append(f"p{person} {at:.4f} visit")
        for step, fails, costs in (("order", ORDER_FAILS, ORDER_COSTS), ("pay", PAY_FAILS, PAY_COSTS)):
            if rng.random() < BASE:
                break
            at += float(rng.uniform(0.1, 0.9))
            is_failed = rng.random() < fails
            lines.append(f"p{person} {at:.4f} {step}{' status=failed' if is_failed else ''}")
            at += 0.5 * is_failed
            if is_failed and rng.random() < costs:
                break
        else:
            if rng.random() >= BASE:
                lines.append(f"p{person} {at + float(rng.uniform(0.1, 0.9)):.4f} deliver")
    return "\n".join(lines)


@dataclass(frozen=True)
class Asked:
    """The published tables of the shop, and the rows that were judged from them."""

    settings: Settings
    rows: dict[str, dict[str, Any]]

    def gain(self, *places: str) -> Gain:
        plan = load_map(self.settings.root / "maps" / "map0.yaml")
        with warehouse.writer(self.settings) as connection:
            return gain(connection, plan, day("100"), [self.rows[place] for place in places])


@pytest.fixture
def asked(world: World, tmp_path: Path) -> Asked:
    world(MAP, events())
    root = tmp_path / "workspace"
    settings = Settings(root=root, name="spec", warehouse=root / "warehouse.duckdb")
    with warehouse.writer(settings) as connection:
        DuckDBEngine(connection).use("main")
        subject = from_published(connection, load_map(root / "maps" / "map0.yaml"), day("100"))
        rows = judge(subject, 200).rows.filter(signal="failed")
    return Asked(settings, {row["touchpoint"]: row for row in rows.iter_rows(named=True)})


def planted(order_fails: float, pay_fails: float) -> float:
    """Share of those who visit that converts."""
    reach_order = (1 - BASE) * (1 - order_fails * ORDER_COSTS)
    return reach_order * (1 - BASE) * (1 - pay_fails * PAY_COSTS) * (1 - BASE)


def test_fixes_give_back_the_customers_and_the_time_that_were_planted(asked: Asked) -> None:
    months = DAYS / 30.44
    now = planted(ORDER_FAILS, PAY_FAILS)
    truth = {
        ("order",): planted(0, PAY_FAILS) - now,
        ("pay",): planted(ORDER_FAILS, 0) - now,
        ("order", "pay"): planted(0, 0) - now,
    }
    found = {places: asked.gain(*places) for places in truth}
    for places, share in truth.items():
        point, low, high = found[places].conversions
        assert low < share * PEOPLE / months < high, places
        assert point == pytest.approx(share * PEOPLE / months, rel=0.2), places
        assert found[places].money == pytest.approx((50 * point, 50 * low, 50 * high))
    alone = found["pay",]
    row = asked.rows["pay"]
    assert alone.conversions == pytest.approx((row["lost_per_month"], row["lost_low"], row["lost_high"]), rel=0.02)
    assert (alone.part, alone.conversions_shrunk) == (1.0, row["lost_shrunk"])
    both = found["order", "pay"]
    assert both.part > 1.0, "who is kept at the order still has to pay, and is then kept there"
    assert both.conversions[0] == pytest.approx(
        both.part * (found["order",].conversions[0] + alone.conversions[0]), rel=0.01
    )
    delay = alone.delay_s
    assert delay is not None
    point, low, high = (seconds / 86_400 for seconds in delay)
    paid_n = PEOPLE * (1 - BASE) * (1 - ORDER_FAILS * ORDER_COSTS) * (1 - BASE)
    truth_d = 0.5 * paid_n * PAY_FAILS * (1 - PAY_COSTS) * (1 - BASE) / months  # of those who went on
    assert low < truth_d < high
    assert point == pytest.approx(truth_d, rel=0.2)
