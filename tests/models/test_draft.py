"""The flow that a first map is drafted with: what has a place, what has none, and which candidate is the best."""

from __future__ import annotations

import pytest

from models.automaton import compile_flow
from models.draft import (
    Drafted,
    Trace,
    Traces,
    collapsed,
    draft,
    fits,
    judged,
    phase_starts,
    repeated,
    steps_by_share,
    wanderers,
)
from models.process_trees import TAU, Leaf, Node, Operator, Tree
from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch
from schemas.errors import MapError

A, B, C, D = (Touch(name) for name in "abcd")


def counted(text: str) -> dict[Trace, int]:
    """`abc 3, ab 1`: traces of one-letter steps with how many took them."""
    return {tuple(word): int(n) for word, n in (part.split() for part in text.split(","))}


def chain(*names: str) -> Tree:
    return Node(Operator.SEQUENCE, tuple(map(Leaf, names)))


def anything(traces: Traces, noise: float) -> Tree:
    """A miner that allows everything: (a | b | ...)*."""
    del noise
    names = sorted({name for trace in traces for name in trace})
    return Node(Operator.LOOP, (TAU, Node(Operator.CHOICE, tuple(map(Leaf, names)))))


@pytest.mark.parametrize(
    ("traces", "result"),
    [
        ("abc 10, abxc 5, axbc 5, xabc 5", ("x",)),
        ("abc 10, ab 3, bac 1", ()),
        ("abcd 10, acbd 10", ()),  # two that swap are all_of, not welcome anywhere
        ("ab 5, ba 5", ()),  # two always stay
        ("axbxcxd 9, xaybycd 9, aybxcxyd 9", ("x", "y")),
    ],
)
def test_a_step_on_no_side_of_the_others_is_welcome_anywhere(traces: str, result: tuple[str, ...]) -> None:
    counts = counted(traces)
    assert wanderers(counts, list(steps_by_share(counts)), 0.2) == result


def test_steps_come_by_the_share_of_journeys_that_have_them() -> None:
    assert steps_by_share(counted("aab 3, b 1")) == {"b": 1.0, "a": 0.75}


def test_a_step_that_comes_twice_running_may_be_repeated() -> None:
    assert collapsed(tuple("aabbba")) == ("a", "b", "a")
    assert repeated(counted("aab 3, ab 97"), "ab") == {"a"}
    assert repeated(counted("aab 1, ab 99"), "ab") == frozenset()
    assert repeated(counted("axab 50, ab 50"), "ab") == {"a"}, "what has no place does not part them"


@pytest.mark.parametrize(
    ("block", "anytime", "fitness", "precision"),
    [
        (Sequence((A, B, C)), (), 0.8, 1.0),
        (Sequence((A, Optional(B), C)), (), 0.9, 1.0),
        # Eight journeys abc and one abxc: at the start, after a, b, x and c there are 9, 9, 9, 1 and 9 visits. Of the
        # 2, 2, 2, 2 and 2 ways on (x, and the next step or the end) 1, 1, 2, 1 and 1 were taken.
        (Sequence((A, B, C)), ("x",), 0.9, (9 + 9 + 18 + 1 + 9) / (18 + 18 + 18 + 2 + 18)),
        # Eight abc and one ac: 9 at the start, 9 after a, 8 after b, 9 after c; of 4 ways 1, 2, 1 and 1 were taken.
        (Optional(Repeat(OneOf((A, B, C)))), (), 0.9, (9 + 18 + 8 + 9) / (4 * 35)),
    ],
)
def test_a_flow_is_judged_by_what_it_fits_and_by_what_else_it_allows(
    block: Block, anytime: tuple[str, ...], fitness: float, precision: float
) -> None:
    found = judged(counted("abc 8, ac 1, abxc 1"), block, anytime)
    assert found is not None
    assert found.fitness == pytest.approx(fitness)
    assert found.precision == pytest.approx(precision)


def test_a_flow_that_allows_everything_scores_less_than_one_that_says_something() -> None:
    traces = counted("abcd 60, acbd 30, abd 10")
    every = judged(traces, Optional(Repeat(OneOf((A, B, C, D)))), ())
    some = judged(traces, Sequence((A, AllOf((B, Optional(C))), D)), ())
    assert every is not None
    assert some is not None
    assert (every.fitness, some.fitness) == (1.0, 1.0)
    assert some.score > every.score + 0.2


def test_a_flow_that_is_too_wide_is_none() -> None:
    wide = AllOf(tuple(Touch(f"t{i}") for i in range(12)))
    assert judged({("t0",): 1}, wide, ()) is None


def test_the_best_of_what_the_miner_gives_is_drafted() -> None:
    def mine(traces: Traces, noise: float) -> Tree:
        return chain("a", "b", "c") if noise == 0.2 else anything(traces, noise)

    found = draft(counted("abc 95, bca 5"), mine)
    assert found == Drafted((A, B, C), (), 0.95, 1.0)


def test_where_the_miner_says_nothing_the_usual_order_does() -> None:
    found = draft(counted("abc 60, ac 40"), anything)
    assert found.steps == (A, Optional(B), C)


def test_steps_without_a_place_are_welcome_anytime_where_that_fits_more() -> None:
    found = draft(counted("abc 40, xabc 20, axbc 20, abxc 20"), lambda *_: chain("a", "b", "c"))
    assert (found.steps, found.anytime, found.fitness) == ((A, B, C), ("x",), 1.0)


def test_the_goal_has_a_place_whatever_the_miner_leaves_out() -> None:
    found = draft(counted("abd 90, abcd 10"), lambda *_: chain("a", "b"), required=["d"])
    assert D in found.steps


def test_nothing_can_be_drafted_of_nothing() -> None:
    with pytest.raises(MapError, match="no flow of a readable size"):
        draft({}, anything)


def test_a_journey_fits_wholly_or_as_far_as_it_got() -> None:
    is_fitting = fits(compile_flow(Flow((Phase("p", (A, B, C)),))), ["c"])
    assert [is_fitting(tuple(trace)) for trace in ("abc", "ab", "a", "ac", "b", "abcc", "abx")] == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip


HOUR = 3600.0


@pytest.mark.parametrize(
    ("gaps", "starts"),
    [
        ([], (0,)),
        ([HOUR, HOUR, HOUR], (0,)),
        ([60.0, 60.0, 90 * HOUR, 60.0], (0, 3)),
        ([60.0, 60.0, 600.0, 60.0], (0,)),  # ten minutes are no change of phase
        ([None, 50 * HOUR, None, HOUR], (0, 2)),
        (
            [60.0] * 9 + [9e5, 8e5, 7e5, 6e5, 5e5, 4e5],
            (0, 10, 11, 12, 13),
        ),  # five phases at most, at the longest pauses
    ],
)
def test_phases_begin_after_the_longest_pauses(gaps: list[float | None], starts: tuple[int, ...]) -> None:
    assert phase_starts(gaps) == starts
