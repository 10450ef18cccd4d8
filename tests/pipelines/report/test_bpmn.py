"""Mined models in the signs of BPMN: every step once, gateways in pairs, and nothing on another."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from pipelines.report.process.bpmn import bpmn_picture
from pipelines.report.process.observed import Observed, Step
from schemas.blocks import AllOf, Block, OneOf, Optional, Repeat, Sequence, Touch, leaves

A, B, C, D = (Touch(name) for name in "abcd")
SEEN = Observed(tuple(Step(name, f"Step {name}", "flow", 100) for name in "abcd"))


@pytest.mark.parametrize(
    ("block", "gateways_n", "told"),
    [
        (Sequence((A, B)), 0, "Step a, Step b"),
        (OneOf((A, B)), 2, "one of (Step a | Step b)"),
        (AllOf((A, B, C)), 2, "all of (Step a, Step b, Step c)"),
        (Optional(Sequence((A, B))), 2, "perhaps (Step a, Step b)"),
        (Repeat(Sequence((A, B))), 2, "again and again (Step a, Step b)"),
        (Repeat(A), 0, "again and again (Step a)"),
        (
            Sequence((A, Optional(OneOf((B, Repeat(C)))), D)), 4,
            "Step a, perhaps (one of (Step b | again and again (Step c))), Step d",
        ),
    ],
)  # fmt: skip
def test_a_block_has_its_gateways_and_its_words(block: Block, gateways_n: int, told: str) -> None:
    drawing = bpmn_picture(block, SEEN, "m", "A model")

    assert drawing is not None
    assert drawing.svg.count('class="gatesign"') == gateways_n
    assert f">{told}</desc>" in drawing.svg


def test_a_model_of_nothing_has_no_picture() -> None:
    assert bpmn_picture(None, SEEN, "m", "A model") is None


@pytest.mark.parametrize("seed", range(12))
def test_every_step_is_drawn_once_and_nothing_stands_on_another(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # a seeded walk, no secret
    block = at_random(dice, 4, [])
    names = leaves(block)
    observed = Observed(tuple(Step(name, f"Kredittvurderingsgodkjenning {name}", "off_map", 1_234) for name in names))
    drawing = bpmn_picture(block, observed, "m", "A model")

    assert drawing is not None
    assert drawing.svg.count('class="stepoff"') == len(names)
    assert [(one.text, other.text) for one, other in combinations(drawing.boxes, 2) if one.overlaps(other)] == []
    assert [box.text for box in drawing.boxes if box.left < 0 or box.right > drawing.width] == []


def at_random(dice: random.Random, depth: int, names: list[str]) -> Block:
    kind = dice.choice(("touch", "sequence", "one", "all", "optional", "repeat")) if depth else "touch"
    if kind == "touch":
        names.append(f"t{len(names)}")
        return Touch(names[-1])
    if kind in {"optional", "repeat"}:
        child = at_random(dice, depth - 1, names)
        return Optional(child) if kind == "optional" else Repeat(child)
    children = tuple(at_random(dice, depth - 1, names) for _ in range(dice.randint(2, 3)))
    return Sequence(children) if kind == "sequence" else OneOf(children) if kind == "one" else AllOf(children)
