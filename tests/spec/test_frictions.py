"""What signals cost, from events to the table `frictions`: who is compared, what is found, what is refused and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from pipelines.friction.inputs import from_published
from pipelines.friction.judge import judge
from schemas.journey_map import load_maps

World = Callable[..., Callable[[str], list[tuple[object, ...]]]]

MAP = """
journey: buy
title: Buy
version: 1
journey_is: {patience: {default: 4d}, horizon: 20d}
flow: [{phase: Buy, steps: [visit, pay, ship, done]}]
touchpoints:
  pay: {owner: Billing, mandate: [Billing, IT], effort: small}
off_map: {letter: {}}
segments: {kind: kind}
value: {per_conversion: 100, margin: 0.5, currency: EUR}
"""


def shop(n: int, *, fails: float = 0.3, harm: float = 0.4, seed: int = 0, until: float = 80.0) -> str:
    """People who visit, pay (which fails for some, and drives some of these away), are sent it, and have it."""
    rng = np.random.default_rng(seed)
    return "\n".join(line for who in range(n) for line in _shopper(who, rng, fails, harm, until))


def _shopper(who: int, rng: np.random.Generator, fails: float, harm: float, until: float) -> Iterator[str]:
    person, at, kind = f"p{who}", rng.uniform(0, until), f"kind={'ab'[who % 2]}"
    yield f"{person} {at:.4f} visit {kind}"
    if rng.random() < 0.15:
        return
    is_failed = rng.random() < fails
    yield f"{person} {at + 0.3:.4f} pay {'status=failed' if is_failed else ''}"
    if rng.random() < 0.1 + harm * is_failed:
        return
    if rng.random() < 0.5:
        yield f"{person} {at + 0.6:.4f} letter"
    yield f"{person} {at + 1.0:.4f} ship"
    yield f"{person} {at + 2.0:.4f} done"


def test_a_planted_friction_is_found_with_its_price(world: World) -> None:
    query = world(MAP, shop(600), as_of="100")
    ((at, phase, owner, effort, has_mandate, reached, exposed, effect, low, high, lost, value, verdict, grade),) = (
        query(
            "SELECT at_touchpoint, phase, owner, effort, has_mandate, reached_n, exposed_n, effect, effect_low,"
            " effect_high, lost_shrunk, value, verdict, evidence_grade FROM frictions WHERE signal = 'failed'"
        )
    )
    assert (at, phase, owner, effort, has_mandate) == ("pay", "Buy", "Billing", "small", True)
    assert (verdict, grade) == ("friction", "B")
    assert low < 0.4 < high  # type: ignore[operator]  # numbers of a query
    assert value == pytest.approx(lost * 50)  # type: ignore[operator]  # numbers of a query
    ((shown, paid),) = query(
        "SELECT count(*) FILTER (WHERE signal = 'failed'),"
        " (SELECT count(*) FROM journey_stages WHERE touchpoint = 'pay') FROM journey_signals"
    )
    assert (exposed, reached) == (shown, paid)
    assert 0.2 < effect < 0.6  # type: ignore[operator]  # numbers of a query


def test_what_goes_with_nothing_is_a_variation_and_what_few_show_is_refused_in_a_sentence(world: World) -> None:
    few = "\n".join(f"q{n} {n}.1 visit\nq{n} {n}.3 pay channel=x\nq{n} {n}.4 gift" for n in range(12))
    query = world(MAP, shop(600) + "\n" + few, as_of="100")
    rows = {(touchpoint, signal): rest for touchpoint, signal, *rest in query(
        "SELECT touchpoint, signal, verdict, reason, effect, lost_per_month, q_value FROM frictions"
    )}  # fmt: skip
    assert rows["letter", "ad_hoc"][0] == "variation"
    verdict, reason, *numbers = rows["gift", "ad_hoc"]
    assert (verdict, numbers) == ("refused", [None, None, None])
    assert "30" in str(reason) and str(reason).endswith(".")
    ((family,),) = query("SELECT DISTINCT family_n FROM frictions")
    assert family == sum(numbers[2] is not None for _, _, *numbers in rows.values())


def test_all_frictions_together_are_a_row_of_their_own(world: World) -> None:
    query = world(MAP, shop(600), as_of="100")
    ((alone,),) = query("SELECT lost_per_month FROM frictions WHERE signal = 'failed'")
    ((touchpoint, together, verdict, reason),) = query(
        "SELECT touchpoint, lost_per_month, verdict, reason FROM frictions WHERE signal = 'all_fixed'"
    )
    assert (touchpoint, verdict) == (None, "friction")
    assert together == pytest.approx(alone)
    assert "never added up" in str(reason) or "not added up" in str(reason)


def test_a_map_that_does_not_know_its_events_is_not_judged(world: World) -> None:
    events = shop(600).replace(" visit", " poster").splitlines()
    shown = [line for line in events if " poster" in line]
    query = world(MAP.replace("off_map: {letter: {}}\n", ""), "\n".join([shop(600), *shown]), as_of="100")
    ((verdict, reason),) = query("SELECT verdict, reason FROM frictions WHERE signal = 'failed'")
    assert verdict == "refused"
    assert "% of the events in its journeys, and at most 10% may be unknown" in str(reason)


def test_what_rests_on_how_ids_are_joined_is_refused_and_its_range_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some people's later events come with another id, which only the loose rule takes for theirs."""
    rng = np.random.default_rng(3)
    torn = []
    for n in range(120):
        at = rng.uniform(0, 80)
        torn += [f"t{n} {at:.4f} visit kind=a", f"u{n} {at + 0.3:.4f} pay kind=a"]
        torn += [f"u{n} {at + 1:.4f} ship", f"u{n} {at + 2:.4f} done"] if rng.random() < 0.5 else []
    resolve: Callable[..., None] = world.__globals__["resolve_persons"]

    def joined_by_loose(connection: duckdb.DuckDBPyConnection, plan: object) -> None:
        resolve(connection, plan)
        connection.execute(
            "UPDATE person_keys SET person_key = first.person_key, person_id = first.person_id"
            " FROM identifiers mine JOIN identifiers other ON other.value = 't' || substr(mine.value, 2)"
            " JOIN person_keys first ON first.id_key = other.id_key AND first.rule = 'loose'"
            " WHERE person_keys.rule = 'loose' AND person_keys.id_key = mine.id_key AND mine.value LIKE 'u%'"
        )

    monkeypatch.setitem(world.__globals__, "resolve_persons", joined_by_loose)
    query = world(MAP, "\n".join([shop(600, fails=0.0), *torn]), as_of="100")
    ((verdict, effect, reason),) = query(
        "SELECT verdict, effect, reason FROM frictions WHERE signal = 'wrong_entry' AND touchpoint = 'pay'"
    )
    assert (verdict, effect) == ("refused", None)
    assert reason == (
        "Under loose identity it costs less than half as much, and it has to be alike whoever is taken for whom."
    )
    ranges = query("SELECT strict, standard, loose, n FROM identity_ranges WHERE measure = 'journeys'")
    assert ranges == [(840.0, 840.0, 720.0, 840)]
    ((strict, standard, loose),) = query(
        "SELECT strict, standard, loose FROM identity_ranges WHERE measure = 'drop_off' AND touchpoint = 'visit'"
    )
    assert strict == standard
    assert loose < standard  # type: ignore[operator]  # numbers of a query


def test_published_tables_give_what_working_tables_gave(world: World, tmp_path: Path) -> None:
    query = world(MAP, shop(600), as_of="100")
    columns = "touchpoint, signal, reached_n, exposed_n, effect, effect_low, lost_per_month, verdict, reason"
    shown = query(f"SELECT {columns} FROM frictions WHERE touchpoint IS NOT NULL ORDER BY touchpoint, signal")
    root = tmp_path / "workspace"
    with duckdb.connect(str(root / "warehouse.duckdb")) as connection:
        (plan,) = load_maps(root / "maps")
        judged = judge(from_published(connection, plan, datetime(2026, 4, 15, 12, tzinfo=UTC)))
        half = from_published(connection, plan, datetime(2026, 4, 15, 12, tzinfo=UTC), "segments['kind'] = 'a'")
    rows = judged.rows.filter(pl.col("touchpoint").is_not_null()).sort("touchpoint", "signal")
    assert rows.select(columns.split(", ")).rows() == shown
    assert half.journeys.journeys.height == 300
