from __future__ import annotations

import random
from itertools import pairwise

import pytest

from pipelines.report.metro.layout import Plan, plan
from pipelines.report.metro.strips import MOST_COLUMNS
from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch

A, B, C, D = (Touch(name) for name in "abcd")


def flow(*blocks: Block) -> Flow:
    return Flow((Phase("p", blocks),))


def designed(drawn: Plan) -> set[str]:
    return {f"{a}{b}" for a, b in drawn.designed()}


@pytest.mark.parametrize(
    ("blocks", "pairs"),
    [
        ((A, B, C), "ab bc"),
        ((A, Optional(B), C), "ab ac bc"),
        ((Optional(A), Optional(B), C), "ab ac bc"),
        ((A, OneOf((B, C)), D), "ab ac bd cd"),
        ((A, AllOf((B, C)), D), "ab ac bc cb bd cd"),
        ((A, Repeat(Sequence((B, C))), D), "ab bc cb cd"),
        ((A, OneOf((B, Optional(C))), D), "ab ac bd cd ad"),
        ((Repeat(A),), "aa"),
    ],
)
def test_designed_pairs_are_what_the_flow_lets_follow_directly(blocks: tuple[Block, ...], pairs: str) -> None:
    assert designed(plan(flow(*blocks))) == set(pairs.split())


@pytest.mark.parametrize(
    ("blocks", "places"),
    [
        ((A, B), {"a": (0, 0), "b": (1, 0)}),
        ((A, OneOf((B, C)), D), {"a": (0, 0), "b": (1, -0.5), "c": (1, 0.5), "d": (2, 0)}),
        ((A, Optional(B), C), {"a": (0, 0), "b": (1, -0.9), "c": (2, 0)}),
        ((OneOf((Sequence((A, B)), C)), D), {"a": (0, -0.5), "b": (1, -0.5), "c": (0, 0.5), "d": (2, 0)}),
    ],
)
def test_branches_are_parallel_tracks_and_what_may_be_passed_is_a_siding(
    blocks: tuple[Block, ...], places: dict[str, tuple[float, float]]
) -> None:
    assert {s.name: (s.at.column, s.at.row) for s in plan(flow(*blocks)).stations} == places


def test_a_touchpoint_that_recurs_keeps_its_number() -> None:
    drawn = plan(flow(A, B, A))
    assert [(s.name, s.number, s.is_again) for s in drawn.stations] == [
        ("a", 1, False),
        ("b", 2, False),
        ("a", 1, True),
    ]


@pytest.mark.parametrize(("columns_n", "strips_n"), [(1, 1), (12, 1), (13, 2), (25, 3), (60, 5)])
def test_strips_are_as_few_as_fit_and_of_like_length(columns_n: int, strips_n: int) -> None:
    drawn = plan(flow(*(Touch(f"t{i}") for i in range(columns_n))))
    lengths = [strip.columns_n for strip in drawn.strips]
    assert len(lengths) == strips_n
    assert max(lengths) <= MOST_COLUMNS
    assert max(lengths) - min(lengths) <= 1


def test_a_strip_ends_between_phases_rather_than_inside_one() -> None:
    drawn = plan(Flow(tuple(Phase(f"p{i}", tuple(Touch(f"t{i}{k}") for k in range(5))) for i in range(3))))
    assert [(strip.first, strip.last) for strip in drawn.strips] in ([(0, 4), (5, 14)], [(0, 9), (10, 14)])


@pytest.mark.parametrize("seed", range(60))
def test_no_two_stations_share_a_place_and_tracks_run_forward(seed: int) -> None:
    drawn = plan(flow(*random_blocks(random.Random(seed), 4)))  # noqa: S311  # a seeded case, no secret
    places = [(s.at.column, s.at.row) for s in drawn.stations]
    assert len(set(places)) == len(places)
    for track in drawn.tracks:
        if not track.is_free_order:
            way = [drawn.stations[track.start].at, *track.way, drawn.stations[track.end].at]
            assert all(a.column <= b.column for a, b in pairwise(way))


def random_blocks(chance: random.Random, depth: int) -> tuple[Block, ...]:
    return tuple(_random_block(chance, depth) for _ in range(chance.randint(1, 4)))


def _random_block(chance: random.Random, depth: int) -> Block:
    kind = chance.choice("ttttoarps" if depth else "t")
    if kind == "t":
        return Touch(f"t{chance.randint(0, 10**9)}")
    if kind in "oa":
        children = tuple(_random_block(chance, depth - 1) for _ in range(chance.randint(2, 3)))
        return OneOf(children) if kind == "o" else AllOf(children)
    if kind == "s":
        return Sequence(random_blocks(chance, depth - 1))
    child = _random_block(chance, depth - 1)
    return Repeat(child) if kind == "r" else Optional(child)
