"""How wide a flow is, told from its blocks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from models.automaton import compile_flow
from models.width import states_of, too_wide
from schemas.blocks import AllOf, Block, Flow, Optional, Phase, Repeat, Sequence, Touch

A, B, C = (Touch(name) for name in "abc")


def flow(*steps: Block) -> Flow:
    return Flow((Phase("p", steps),))


def many(n: int) -> tuple[Block, ...]:
    return tuple(Touch(f"t{i}") for i in range(n))


@pytest.mark.parametrize(
    ("block", "states_n"),
    [
        (A, 2),
        (Sequence((A, B, C)), 4),
        (AllOf(many(10)), 1024),
        (AllOf((Sequence((A, B)), C)), 6),
        (Repeat(A, 5), 6),
        (Repeat(Sequence((A, B))), 3),
        (Sequence((AllOf(many(3)), A, Optional(B))), 10),
    ],
)
def test_states_are_counted_from_the_blocks(block: Block, states_n: int) -> None:
    assert states_of(block) == states_n


def test_no_flow_has_more_states_than_its_blocks_say(random_flow: Callable[[np.random.Generator], Flow]) -> None:
    rng = np.random.default_rng(7)
    for _ in range(200):
        made = random_flow(rng)
        plain = Flow(tuple(Phase(phase.name, phase.children) for phase in made.phases))  # anytime may keep phases apart
        assert compile_flow(plain).states_n <= states_of(plain)


@pytest.mark.parametrize(
    ("steps", "got", "hint"),
    [
        ((A, AllOf(many(15))), "the all_of of t0, t1, t2, t3, t4, t5 and 9 more makes 32,768", "of 8 and 7 steps"),
        ((AllOf(many(3)), AllOf((*many(14), A))), "and 9 more makes 32,768", "(383 states)"),
        ((Repeat(Sequence((A, B)), 20_000),), "the repeat of a, b makes 40,001", "leave out `at_most: 20000`"),
        ((A, B), "more than 20,000 states", "several maps"),
    ],
)
def test_a_wide_flow_names_the_block_and_how_to_mend_it(steps: tuple[Block, ...], got: str, hint: str) -> None:
    error = too_wide(flow(*steps), 20_000)

    assert got in error.got
    assert hint in error.hint
