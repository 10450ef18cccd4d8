"""A hundred thousand distinct variants of a map with 25 touchpoints: what aligning them takes, moves included."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np

from models.automaton import Automaton, compile_flow
from models.deviations import traces_of
from models.places import layout
from schemas.blocks import Flow
from schemas.journey_map import load_map
from tests.bench import peers
from tests.bench.measure import Costs

SEED = 20261122
VARIANTS = 100_000
MAP = """\
journey: wide
title: A map of 25 touchpoints
version: 1
journey_is: {opens_with: t00, goal: t23}
flow:
  - phase: First
    steps: [{repeat: t00}, t01, {one_of: [t02, t03]}, {optional: t04}, t05]
  - phase: Second
    steps:
      - all_of: [t06, t07, t08, t09]
      - t10
      - {repeat: t11, at_most: 3}
      - one_of: [t12, t13, {sequence: [t14, t15]}]
  - phase: Third
    steps: [{optional: t16}, t17, {all_of: [t18, t19]}, t20]
    anytime: [t24]
  - phase: Fourth
    steps: [{repeat: t21, at_most: 2}, t22, t23]
"""
GOAL = "t23"
_NOISE = 0.12
_MOST = 60
_STRANGERS = ("chat", "call", "t05", "t13", "t20")


def write_map(folder: Path) -> Flow:
    """Write the map, and read it."""
    path = folder / "wide.yaml"
    path.write_text(MAP, encoding="utf-8")
    return load_map(path).flow


def align_many(folder: Path, memory: str) -> Costs:
    """All variants by ours as they are judged, and the finished ones alone; some of these by r4pm and by pm4py."""
    del memory  # no warehouse
    flow, costs = write_map(folder), Costs()
    automaton = compile_flow(flow)
    plan, _ = layout(flow, automaton.letters)
    variants = make_variants(automaton, VARIANTS)
    peers.ours(flow, variants[:10], Costs())  # compiled, or fetched from numba's cache
    is_full = np.array([trace[-1] == GOAL for trace in variants])
    with costs.step("as judged"):
        costs.numbers["moves"] = peers.lay_out(automaton, plan, traces_of(automaton, variants), is_full)
    finished = [variant for variant, full in zip(variants, is_full.tolist(), strict=True) if full]
    peers.compared(flow, finished, peers.ours(flow, finished, costs), costs)
    costs.numbers |= {
        "variants": len(finished),
        "all_variants": len(variants),
        "states": automaton.states_n,
        "events": sum(map(len, variants)),
    }
    return costs


def make_variants(automaton: Automaton, n: int) -> list[tuple[str, ...]]:
    """So many distinct traces: walks through the automaton that leave the way at every eighth step or so.

    Half of them stop somewhere. The same number gives the same traces.
    """
    chance = Random(SEED)  # noqa: S311 -- a seeded log, no secret
    edges: dict[int, list[tuple[str, int]]] = {}
    columns = (automaton.source.tolist(), automaton.letter.tolist(), automaton.target.tolist())
    for source, letter, target in zip(*columns, strict=True):
        edges.setdefault(source, []).append((automaton.letters[letter], target))
    found: dict[tuple[str, ...], None] = {}
    while len(found) < n:
        found.setdefault(_walk(edges, chance))
    return list(found)


def _walk(edges: dict[int, list[tuple[str, int]]], chance: Random) -> tuple[str, ...]:
    trace: list[str] = []
    state, last = 0, _MOST if chance.random() < 0.5 else chance.randint(2, 25)
    while len(trace) < last and state in edges:
        touchpoint, target = chance.choice(edges[state])
        off = chance.random() / _NOISE
        if off < 0.4:  # something comes in between
            trace.append(chance.choice(_STRANGERS))
            continue
        if off < 0.7:  # the step comes before the one before
            trace.insert(max(0, len(trace) - 1), touchpoint)
        elif off > 1 or not trace:  # else it is passed by
            trace.append(touchpoint)
        state = target
    return tuple(trace)
