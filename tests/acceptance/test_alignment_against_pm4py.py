"""Costs and fit against pm4py's alignments: random traces on random maps, and the imported nets of real logs."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.alignment import KNOWN_COST, MODEL_COST, UNKNOWN_COST, align
from models.automaton import Automaton, compile_flow
from models.deviations import traces_of
from models.net import Net, automaton_of, net_of
from pipelines import mining
from schemas.blocks import Flow
from schemas.journey_map import load_map

Word = tuple[str, ...]
SCALE = 1_000
"""pm4py needs a price above 0 for silent moves: 1 for those and 1,000 times ours never add up to one of ours."""


def costs(automaton: Automaton, traces: list[Word]) -> list[int]:
    found = align(automaton, traces_of(automaton, traces), np.ones(len(traces), dtype=np.bool_))
    return [int(cost) for cost in found.cost]


def costs_of_pm4py(net: Net, traces: Iterable[Word]) -> list[int]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pm4py warns of its own dependencies' deprecations
        from pm4py.algo.conformance.alignments.petri_net import algorithm
        from pm4py.objects.log.obj import Event, Trace

        petri, initial, final = mining.to_pm4py(net)
        known = {transition.label for transition in petri.transitions if transition.label}
        prices: dict[str, Any] = {
            "model_cost_function": {t: MODEL_COST * SCALE if t.label else 1 for t in petri.transitions},
            "sync_cost_function": {t: 0 for t in petri.transitions if t.label},
        }
        found = []
        for trace in traces:
            prices["trace_cost_function"] = [SCALE * (KNOWN_COST if name in known else UNKNOWN_COST) for name in trace]
            log = Trace([Event({"concept:name": name}) for name in trace])
            result = algorithm.apply_trace(log, petri, initial, final, parameters=dict(prices))
            found.append(int(result["cost"]) // SCALE)
        return found


def walked(automaton: Automaton, rng: np.random.Generator) -> Word:
    """A designed journey, shaken: steps left out, repeated, swapped, strangers put in."""
    state, trace = 0, list[str]()
    while not (automaton.accepting[state] and rng.random() < 0.9):
        edges = np.flatnonzero(automaton.source == state)
        if not len(edges) or len(trace) > 20:
            break
        edge = int(rng.choice(edges))
        state = int(automaton.target[edge])
        if rng.random() > 0.12:
            trace.append(automaton.letters[automaton.letter[edge]])
        if rng.random() < 0.12:
            trace.append(str(rng.choice([*automaton.letters, "stranger"])))
    if len(trace) > 2 and rng.random() < 0.3:
        i = int(rng.integers(len(trace) - 1))
        trace[i], trace[i + 1] = trace[i + 1], trace[i]
    return tuple(trace)


@pytest.mark.parametrize("traces_n", [100, pytest.param(300, marks=pytest.mark.slow)])
def test_random_traces_on_ten_random_maps_cost_what_pm4py_says(
    random_flow: Callable[[np.random.Generator], Flow], traces_n: int
) -> None:
    rng = np.random.default_rng(2026)
    compared = 0
    for _ in range(10):
        flow = random_flow(rng)
        automaton = compile_flow(flow)
        drawn = [walked(automaton, rng) for _ in range(traces_n)]
        distinct = sorted(set(drawn))
        assert costs(automaton, distinct) == costs_of_pm4py(net_of(flow), distinct)
        compared += len(drawn)
    assert compared == 10 * traces_n


STRESS = """
journey: stress
title: Stress
flow:
  - phase: A
    steps: [a, {one_of: [b, [c, d, {repeat: e}]]}, {all_of: [f, [g, h], {optional: i}]}]
  - phase: B
    steps: [{repeat: {sequence: [j, {one_of: [k, l]}]}}, {optional: [m, n]}, o]
    anytime: [p]
"""
"""As large benchmark models are: choices, concurrency, loops and skips within each other."""


@pytest.mark.parametrize(
    ("longest", "variants_n", "seed"), [(12, 120, 1), (30, 60, 2), (60, 12, 3)], ids=["many", "long", "very long"]
)
def test_logs_in_which_nothing_fits_cost_what_pm4py_says(
    tmp_path: Path, longest: int, variants_n: int, seed: int
) -> None:
    path = tmp_path / "stress.yaml"
    path.write_text(STRESS, encoding="utf-8")
    flow = load_map(path).flow
    automaton = compile_flow(flow)
    rng = np.random.default_rng(seed)
    names = [*automaton.letters, "stranger"]
    drawn = {
        tuple(str(name) for name in rng.choice(names, size=rng.integers(longest // 2, longest + 1)))
        for _ in range(variants_n)
    }
    traces = sorted(trace for trace in drawn if not automaton.accepts(trace))
    assert len(traces) == variants_n, "nothing fits, and every variant is another one"
    assert costs(automaton, traces) == costs_of_pm4py(net_of(flow), traces)


@pytest.fixture(scope="module")
def fines(shared_data: Path) -> pl.DataFrame:
    """One row per variant of the fines log: its trace and how many cases took it."""
    log = pl.read_csv(shared_data / "traffic_fines" / "traffic_fines.csv.gz", infer_schema=False)
    ordered = log.with_columns(pl.col("timestamp").str.to_datetime("%Y-%m-%d %H:%M:%S%z"), pl.col(".order").cast(int))
    traces = ordered.sort("case_id", "timestamp", ".order").group_by("case_id", maintain_order=True).agg("activity")
    return traces.group_by("activity").len().sort("len", "activity", descending=True)


@pytest.mark.parametrize(("name", "fitting"), [("data_petri_net.pnml", 9_464), ("roadtraffic.pnml", 10_000)])
def test_the_fines_fit_their_imported_nets_as_is_known_of_them(
    shared_data: Path, fines: pl.DataFrame, name: str, fitting: int
) -> None:
    net = mining.read_pnml(shared_data / "traffic_fines" / name)
    traces = [tuple(trace) for trace in fines["activity"].to_list()]

    result = costs(automaton_of(net), traces)

    assert len(traces) == 44
    assert sum(n for n, cost in zip(fines["len"].to_list(), result, strict=True) if cost == 0) == fitting


def test_every_variant_of_the_fines_costs_what_pm4py_says_under_the_imported_net(
    shared_data: Path, fines: pl.DataFrame
) -> None:
    net = mining.read_pnml(shared_data / "traffic_fines" / "data_petri_net.pnml")
    traces = [tuple(trace) for trace in fines["activity"].to_list()]

    assert costs(automaton_of(net), traces) == costs_of_pm4py(net, traces)
