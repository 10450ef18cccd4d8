"""Moves laid out: whatever the map and the trace, the two lines are what they say they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.alignment import align
from models.alignment_moves import EXIT
from models.automaton import Automaton, compile_flow
from models.places import layout
from pipelines.compare.moves import Events, aligned_moves
from schemas.blocks import Flow

Row = tuple[str | None, int, int | None]


def random_letters(rng: np.random.Generator, automaton: Automaton) -> list[int]:
    """A walk that leaves the way now and then; -1 is an unknown event, EXIT an exit."""
    letters: list[int] = []
    state = 0
    for _ in range(rng.integers(0, 14)):
        edges = np.flatnonzero(automaton.source == state)
        chance = rng.random()
        if chance < 0.1:
            letters.append(-1)
        elif chance < 0.15:
            letters.append(EXIT)
        elif chance < 0.3:
            letters.append(int(rng.integers(len(automaton.letters))))
        elif len(edges):
            edge = rng.choice(edges)
            state = int(automaton.target[edge])
            if chance < 0.85:
                letters.append(int(automaton.letter[edge]))
    return letters


def test_the_lines_are_a_run_of_the_map_and_the_trace_and_cost_what_the_alignment_costs(
    random_flow: Callable[[np.random.Generator], Flow],
) -> None:
    rng = np.random.default_rng(11)
    for _ in range(40):
        flow = random_flow(rng)
        automaton = compile_flow(flow)
        plan, _ = layout(flow, automaton.letters)
        traces = [random_letters(rng, automaton) for _ in range(30)]
        letters = np.array([each for trace in traces for each in trace], dtype=np.int32)
        offsets = np.cumsum([0, *map(len, traces)]).astype(np.int64)
        events = Events(np.arange(len(traces)), letters, letters, offsets)
        is_full = rng.random(len(traces)) < 0.5
        found = align(automaton, events.traces, is_full, plan.place)
        moves = aligned_moves(events, found, np.arange(len(automaton.letters) + 1, dtype=np.int32))
        assert moves["variant_key"].is_sorted()
        for key, trace in enumerate(traces):
            mine = moves.filter(moves["variant_key"] == key)
            assert mine["move_no"].to_list() == list(range(len(mine)))
            check(automaton, mine.select("move", "code", "position").rows(), trace, bool(is_full[key]), found.cost[key])


def check(automaton: Automaton, rows: list[Row], trace: list[int], is_full: bool, cost: int) -> None:
    planned = [automaton.letters[code] for move, code, _ in rows if move in {"sync", "model"}]
    actual = [(code, position) for move, code, position in rows if move != "model"]
    prices = {"model": 10, "sync": 0, None: 0}
    paid = sum(prices.get(move, 10 if code < 0 else 11) for move, code, _ in rows)

    assert automaton.accepts(planned) if is_full else automaton.accepts_prefix(planned)
    assert actual == [(code, place) for place, code in enumerate(trace)]
    assert all(position is None for move, _, position in rows if move == "model")
    assert all((move is None) == (code == EXIT) for move, code, _ in rows)
    assert paid == cost
    if not is_full and rows:
        assert rows[-1][0] != "model"  # a prefix is never ahead of what happened


def test_a_workspace_without_variants_has_no_moves() -> None:
    nothing = Events(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(1, np.int64))
    found = align(compile_flow(Flow(())), nothing.traces, np.zeros(0, np.bool_))

    assert aligned_moves(nothing, found, np.zeros(1, np.int32)).is_empty()
