"""Table `frictions`: what each signal costs, held against the other rules of identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from models.friction.compared import RiskSets
from models.friction.risk_sets import risk_sets
from pipelines.compare.rules import NOT_UNDER_RULES, OTHERS, under_rule
from pipelines.engine import Engine
from pipelines.friction.inputs import Subject, from_working
from pipelines.friction.judge import Judged, fix, judge
from pipelines.study import Study
from schemas.words import FrictionVerdict, Rule

FEW_RESAMPLES = 20
"""Under the other rules no interval is shown: the estimate is what matters."""
SURE = 0.5
"""A sign counts where chance would give so large an effect less often than this."""
KEPT = 0.5
"""Under another rule a friction has to cost this part of what it does under the default one."""
FIRST = 3
"""Ranks that people look at."""
WHOEVER = "and it has to be alike whoever is taken for whom"
"""In the reason of what is refused because it turns with the rule of identity."""


def judge_signals(engine: Engine, study: Study, threads: int) -> Judged:
    """Every signal of a study's journeys, judged under the default rule and held against the others.

    Args:
        engine: It uses the study's schema, in which the signals are.
        study: The version of a map that is in force.
        threads: Workers; the result does not depend on them.
    """
    standard = from_working(engine, study)
    path = engine.path
    found = risk_sets(standard.journeys)
    elsewhere = {rule: _elsewhere(under_rule(engine, study, standard, rule), found, threads) for rule in OTHERS}
    engine.use(*path)
    standard = standard.laid_out()
    others_are_same = not any(elsewhere.values())
    refused = {} if others_are_same else _torn(judge(standard, FEW_RESAMPLES, found=found, threads=threads), elsewhere)
    judged = judge(standard, found=found, refused=refused, threads=threads)
    return replace(judged, rows=_with_others(judged, elsewhere), others=elsewhere)


def frictions(judged: Judged) -> pl.DataFrame:
    """Rows of `frictions`, the costliest first, what is refused last."""
    return judged.rows.sort(
        pl.col("lost_shrunk").is_null(), -pl.col("lost_shrunk"), "touchpoint", "signal", nulls_last=True
    )


def _elsewhere(subject: Subject | None, found: RiskSets, threads: int) -> Judged | None:
    """The same signals at the same places under another rule; None where it makes the same people."""
    if subject is None:
        return None
    wanted = {(each.signal, each.target): (each.place.codes, str(each.place.placing)) for each in found.compared}
    judged = judge(subject, FEW_RESAMPLES, wanted, is_told_once=False, threads=threads)
    return replace(judged, subject=subject.laid_out())


def _by_signal(judged: Judged) -> dict[tuple[str, int], int]:
    return {(each.signal, each.target): place for place, each in enumerate(judged.compared)}


def _torn(standard: Judged, elsewhere: Mapping[Rule, Judged | None]) -> dict[int, str]:
    """Signals whose effect turns with who is taken for whom, and what to say of them.

    Journeys that are torn apart seem to begin in the middle, or to end there. Such departures fade when more ids are
    taken for one person, or arise when fewer are.
    """
    signs = {rule: {} if other is None else _signs(other) for rule, other in elsewhere.items()}
    lost = {rule: _lost(standard, other) for rule, other in elsewhere.items() if other is not None}
    torn = {}
    for place, each in enumerate(standard.compared):
        name = (each.signal, each.target)
        strict, loose = (signs[rule].get(name, 0) for rule in OTHERS)
        if standard.estimates.refused[place] is not None or each.signal in NOT_UNDER_RULES:
            continue
        if strict * loose < 0:
            torn[place] = f"strict and loose identity disagree about the sign of its effect, {WHOEVER}"
        elif standard.estimates.verdict[place] == FrictionVerdict.FRICTION:
            own = float(standard.estimates.lost_per_month[place])
            faded = [rule for rule in lost if (lost[rule][place] or 0.0) < KEPT * own]
            if faded:
                torn[place] = f"under {' and '.join(faded)} identity it costs less than half as much, {WHOEVER}"
    return torn


def _signs(judged: Judged) -> dict[tuple[str, int], int]:
    """Sign of each effect that is beyond rounding."""
    found = judged.estimates
    return {
        name: int(np.sign(found.effect[place]))
        for name, place in _by_signal(judged).items()
        if found.refused[place] is None and found.p_value[place] < SURE
    }


def _with_others(judged: Judged, elsewhere: Mapping[Rule, Judged | None]) -> pl.DataFrame:
    """The rows with what is lost under the other rules, and whether sign or rank turns."""
    rows = judged.rows.with_row_index("row")
    own = rows["lost_per_month"].to_list()
    lost = {rule: own if other is None else _lost(judged, other) for rule, other in elsewhere.items()}
    is_cost = (rows["verdict"] == FrictionVerdict.FRICTION).to_list()
    ranks = [first_ranks(column, is_cost, len(judged.compared)) for column in (own, *lost.values())]
    flips: list[bool | None] = [None if each is None else False for each in own]
    for row, each in enumerate(own):
        values = [column[row] for column in (own, *lost.values())]
        known = [value for value in values if value is not None]
        if each is not None and is_cost[row]:
            flips[row] = min(known) < 0 or len({rank[row] for rank in ranks}) > 1
    return rows.drop("row").with_columns(
        pl.Series("strict_lost", lost[Rule.STRICT], dtype=pl.Float64),
        pl.Series("loose_lost", lost[Rule.LOOSE], dtype=pl.Float64),
        pl.Series("is_identity_flip", flips, dtype=pl.Boolean),
    )


def _lost(judged: Judged, other: Judged) -> list[float | None]:
    """Lost a month under another rule, beside the rows of the default one; null where nothing can be told."""
    place = _by_signal(other)
    theirs = other.rows["lost_per_month"].to_list()
    own = judged.rows["lost_per_month"].to_list()
    lost = [
        theirs[place[name]] if name in place and own[row] is not None else None
        for name, row in _by_signal(judged).items()
    ]
    fixed = [place[name] for name, row in _by_signal(judged).items() if name in place and _is_cost(judged, row)]
    return [*lost, fix(other, fixed).lost_per_month if fixed else None]


def _is_cost(judged: Judged, row: int) -> bool:
    return judged.estimates.verdict[row] == FrictionVerdict.FRICTION


def first_ranks(lost: Sequence[float | None], is_cost: Sequence[bool], signals_n: int) -> list[int]:
    """Rank of each row among the costliest; 0 where it is none of the first."""
    order = sorted(
        (row for row in range(signals_n) if is_cost[row] and lost[row] is not None), key=lambda row: -(lost[row] or 0.0)
    )
    ranks = [0] * len(lost)
    for rank, row in enumerate(order[:FIRST], start=1):
        ranks[row] = rank
    return ranks
