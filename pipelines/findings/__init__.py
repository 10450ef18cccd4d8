"""What is worth an owner's attention, ranked, with a stable id and a state that lives across runs.

First what costs customers, by the shrunk loss; then where journeys end; then what happens and could not be judged.
What was judged and is a variation, or helps, is no finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import polars as pl

from models.friction.ranking import where_to_start
from pipelines.acceptances import ACCEPTANCES_DDL
from pipelines.engine import Engine
from pipelines.findings import candidates, history
from pipelines.findings.headlines import NOT_TOLD_APART, cost, occurrence, review_overdue, title_of
from pipelines.findings.history import Earlier, Row
from pipelines.study import micros
from schemas.journey_map import JourneyMap

MAX_FINDINGS = 50
"""A list longer than this is a table, and the tables are `frictions` and `deviation_rates`."""
REVIEW_OVERDUE = "review_overdue"
Plans = Mapping[str, JourneyMap]


def write_findings(engine: Engine, maps: Iterable[JourneyMap], as_of: datetime) -> None:
    """Fill `findings` from the frictions and outcomes of this snapshot, and remember them for later ones.

    The frictions get their place in the list where to start: over all journeys, so when all of them are known.
    A run that is repeated for the same snapshot gives the same findings: states compare with earlier snapshots only.
    """
    history.prepare(engine)
    engine.connection.execute(ACCEPTANCES_DDL)
    as_of_us = micros(as_of)
    plans = {plan.journey: plan for plan in in_force(maps, as_of)}
    _fill_places(engine, plans)
    before = history.earlier(engine, as_of_us)
    found = [_described(row, plans) for row in _ranked(engine, plans, before)]
    dues = ((plan, plan.review_due_at) for plan in plans.values())
    found += [_overdue(plan, due_at) for plan, due_at in dues if due_at and due_at < as_of]
    run = _run_id(engine)
    rows = [_with_state(row, before.get(str(row["finding_id"])), run) for row in found]
    rows += history.gone(engine, as_of_us, {str(row["finding_id"]) for row in rows})
    history.store(engine, rows, as_of_us)


def in_force(maps: Iterable[JourneyMap], as_of: datetime) -> tuple[JourneyMap, ...]:
    """Of each journey the version that is in force at the snapshot, in the order of the journeys."""
    ordered = sorted(maps, key=lambda plan: (plan.journey, plan.version))
    begun = [plan for plan in ordered if plan.valid_from is None or plan.valid_from <= as_of.date()]
    return tuple({plan.journey: plan for plan in begun}.values())


def currencies(plans: Iterable[JourneyMap]) -> tuple[str | None, ...]:
    """In what each map counts a conversion's worth; None: it gives no worth."""
    return tuple(plan.value.currency if plan.value else None for plan in plans)


def _fill_places(engine: Engine, plans: Plans) -> None:
    first = where_to_start(engine.frame("SELECT * FROM main.frictions"), currencies(plans.values()))
    connection = engine.connection
    connection.register("incoming", first.to_arrow())
    connection.execute(
        "UPDATE main.frictions SET place = incoming.place FROM incoming WHERE frictions.journey = incoming.journey"
        " AND frictions.touchpoint = incoming.touchpoint AND frictions.signal = incoming.signal"
    )
    connection.unregister("incoming")


def _ranked(engine: Engine, plans: Plans, before: Mapping[str, Earlier]) -> list[Row]:
    """All candidates in their order, each id once."""
    groups = (
        candidates.frictions(engine, currencies(plans.values())),
        candidates.drop_offs(engine),
        candidates.unjudged(engine),
        _still_open(candidates.undecided(engine), before),
    )
    rows: dict[object, Row] = {}
    for row in pl.concat(groups).iter_rows(named=True):
        rows.setdefault(row["finding_id"], row)
    return list(rows.values())[:MAX_FINDINGS]


def _still_open(rows: pl.DataFrame, before: Mapping[str, Earlier]) -> pl.DataFrame:
    """Frictions of before whose effect may be what it was: fewer data are no mending.

    They keep the effect with which they stood, so that later runs compare with it, and tell no cost.
    """
    kept = []
    for row in rows.iter_rows(named=True):
        known = before.get(row["finding_id"])
        if known and known.is_friction and known.overlaps(row["effect_low"], row["effect_high"]):
            effect = {"effect": known.effect, "effect_low": known.effect_low, "effect_high": known.effect_high}
            kept.append({**row, **dict.fromkeys(candidates.NUMBERS), **effect})
    return pl.DataFrame(kept, schema=rows.schema)


def _described(row: Row, plans: Plans) -> Row:
    """A candidate with its headline and owner."""
    journey, target = str(row["journey"]), str(row["touchpoint"])
    plan = plans.get(journey)
    said = [occurrence(str(row["signal"]), title_of(plan, target), int(str(row["journeys_n"])))]
    if row["lost_shrunk"] is not None:
        said.append(_cost(row, plan))
    elif row["effect"] is not None:
        said.append(NOT_TOLD_APART)
    owner = row["owner"] or (plan.owner_of(target) if plan else None)
    return {**row, "headline": ", ".join(said), "owner": owner}


def _cost(row: Row, plan: JourneyMap | None) -> str:
    def number(name: str) -> float | None:
        value = row[name]
        return value if isinstance(value, float) else None

    return cost(
        number("lost_shrunk") or 0.0,
        (number("lost_low"), number("lost_high")),
        number("value"),
        (number("value_low"), number("value_high")),
        plan.value.currency if plan and plan.value else "",
    )


def _overdue(plan: JourneyMap, due_at: datetime) -> Row:
    """A finding about the map itself: nobody has looked at it in time. It touches no journey and has no rate."""
    return {
        **dict.fromkeys(candidates.COLUMNS),
        "finding_id": candidates.finding_id(plan.journey, None, REVIEW_OVERDUE),
        "journey": plan.journey,
        "signal": REVIEW_OVERDUE,
        "headline": review_overdue(due_at),
        "owner": plan.owner.operations or plan.owner.business,
        "journeys_n": 0,
    }


def _with_state(row: Row, before: Earlier | None, run: str) -> Row:
    first_seen = before.first_seen_run if before else run
    return {**row, "state": str(history.state_of(row, before)), "first_seen_run": first_seen}


def _run_id(engine: Engine) -> str:
    rows = engine.frame("SELECT run_id FROM main.runs ORDER BY started_at DESC, run_id DESC LIMIT 1").rows()
    return str(rows[0][0]) if rows else "none"
