"""Which touchpoints a journey has passed by, and whether it may: against the map's automaton, on random flows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from models.automaton import Automaton, compile_flow
from models.touch_states import by_design, design_of, passed_by
from schemas.blocks import AllOf, Flow, OneOf, Optional, Phase, Sequence, Touch, leaves
from tests.spec.ledger_proof import passed

RandomFlow = Callable[[np.random.Generator], Flow]


def runs(rng: np.random.Generator, automaton: Automaton) -> tuple[list[str], bool]:
    """A random beginning of a designed journey, and whether it is a whole one."""
    state = 0
    found: list[str] = []
    while len(found) < 30:
        edges = np.flatnonzero(automaton.source == state)
        if not len(edges) or rng.random() < 0.1:
            break
        edge = int(rng.choice(edges))
        found.append(automaton.letters[int(automaton.letter[edge])])
        state = int(automaton.target[edge])
    return found, bool(automaton.accepting[state])


@pytest.mark.parametrize("seed", range(40))
def test_what_passes_by_what_is_what_the_automaton_says(random_flow: RandomFlow, seed: int) -> None:
    flow = random_flow(np.random.default_rng(seed))
    names = leaves(flow)

    design = design_of(flow, names)

    behind = passed(compile_flow(flow))
    assert [[first != second and (first, second) in behind for second in names] for first in names] == (
        design.passes.tolist()
    )


@pytest.mark.parametrize("seed", range(40))
def test_designed_journeys_pass_by_only_what_the_flow_lets_them(random_flow: RandomFlow, seed: int) -> None:
    rng = np.random.default_rng(seed)
    flow = random_flow(rng)
    names = leaves(flow)
    traces = [runs(rng, compile_flow(flow)) for _ in range(50)]
    touched = np.array([[name in trace for name in names] for trace, _ in traces])
    is_whole = np.array([whole for _, whole in traces])
    design = design_of(flow, names)

    skipped = passed_by(design, touched, is_whole, np.zeros_like(touched))

    assert not (skipped & ~by_design(design, touched)).any()


A, B, C, D = map(Touch, "abcd")


@pytest.mark.parametrize(
    ("block", "touched", "excused"),
    [
        (Sequence((A, B)), "a", ""),
        (Sequence((A, Optional(B))), "a", "b"),
        (Sequence((A, Optional(Sequence((B, C))), D)), "abd", ""),
        (Sequence((A, Optional(Sequence((B, C))), D)), "ad", "bc"),
        (OneOf((A, B)), "a", "b"),
        (OneOf((A, B)), "", ""),
        (OneOf((Sequence((A, B)), C)), "a", "c"),
        (OneOf((Optional(A), B)), "", "ab"),
        (AllOf((A, OneOf((B, C)))), "ab", "c"),
        (AllOf((A, OneOf((B, C)))), "a", ""),
        (Sequence((Optional(A), B, A)), "b", ""),
    ],
)
def test_skips_that_the_flow_lets_are_told_apart(block: OneOf | AllOf | Sequence, touched: str, excused: str) -> None:
    flow = Flow((Phase("all", (block,)),))
    names = tuple(dict.fromkeys(leaves(flow)))
    flags = np.array([[name in touched for name in names]])

    found = by_design(design_of(flow, names), flags) & ~flags

    assert "".join(name for name, is_let in zip(names, found[0], strict=True) if is_let) == excused
