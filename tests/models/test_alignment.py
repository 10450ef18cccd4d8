"""Alignments, against edit distances to every word of the map: an oracle that shares nothing with the automaton."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product

import numpy as np
import pytest

from models import alignment
from models.alignment import KNOWN_COST, MODEL_COST, UNKNOWN_COST, Alignments, align
from models.alignment_kernel import LOG, MODEL, SYNC
from models.automaton import Automaton, compile_flow
from models.deviations import traces_of
from schemas.blocks import AllOf, Block, Flow, Optional, Phase, Repeat, Touch

Word = tuple[str, ...]
A, B, C, D = (Touch(name) for name in "abcd")


def flow(*steps: Block) -> Flow:
    return Flow((Phase("only", steps),))


def words_of(automaton: Automaton, longest: int) -> tuple[set[Word], set[Word]]:
    """Words up to a length, and their prefixes."""
    found: set[Word] = set()
    prefixes: set[Word] = set()
    open_words: list[Word] = [()]
    while open_words:
        word = open_words.pop()
        prefixes.add(word)
        found |= {word} if automaton.accepts(word) else set()
        if len(word) < longest:
            open_words += [(*word, name) for name in automaton.letters if automaton.accepts_prefix((*word, name))]
    return found, prefixes


def distance(trace: Word, word: Word) -> tuple[int, int]:
    """Cheapest insertions and deletions that turn one into the other, and in how many ways."""

    @cache
    def best(i: int, j: int) -> tuple[int, int]:
        if i == 0 and j == 0:
            return 0, 1
        options = []
        if i and j and trace[i - 1] == word[j - 1]:
            options.append(best(i - 1, j - 1))
        if i:
            cost, ways = best(i - 1, j)
            options.append((cost + KNOWN_COST, ways))
        if j:
            cost, ways = best(i, j - 1)
            options.append((cost + MODEL_COST, ways))
        cheapest = min(cost for cost, _ in options)
        return cheapest, sum(ways for cost, ways in options if cost == cheapest)

    return best(len(trace), len(word))


def expected(trace: Word, candidates: set[Word]) -> tuple[int, int]:
    found = [distance(trace, word) for word in candidates]
    cheapest = min(cost for cost, _ in found)
    return cheapest, sum(ways for cost, ways in found if cost == cheapest)


def aligned(automaton: Automaton, traces: list[str] | list[Word], is_full: bool, threads: int = 1) -> Alignments:
    found = traces_of(automaton, [tuple(trace) for trace in traces])
    return align(automaton, found, np.full(len(traces), is_full), threads=threads)


def moves(automaton: Automaton, trace: str, is_full: bool = True) -> str:
    """Moves of one trace as text: a synchronous, +a an event without a place, -a a step without an event."""
    found = aligned(automaton, [trace], is_full)
    sign = {SYNC: "", LOG: "+", MODEL: "-"}
    return " ".join(
        sign[int(kind)] + automaton.letters[letter] for kind, letter in zip(found.kind, found.letter, strict=True)
    )


def test_costs_and_numbers_of_optimal_alignments_are_those_of_the_nearest_words(
    random_block: Callable[..., Block],
) -> None:
    rng = np.random.default_rng(3)
    for _ in range(25):
        automaton = compile_flow(flow(random_block(rng, 5)))
        words, prefixes = words_of(automaton, 14)
        traces = [tuple(rng.choice(automaton.letters, size=rng.integers(0, 7))) for _ in range(20)]
        for is_full, candidates in ((True, words), (False, prefixes)):
            found = aligned(automaton, traces, is_full)
            result = list(zip(found.cost.tolist(), found.ties.tolist(), strict=True))
            wanted = [expected(trace, candidates) for trace in traces]
            if not is_full:  # a prefix ends at its last event or log move: a skip after that is never cheaper
                result, wanted = [(cost, 0) for cost, _ in result], [(cost, 0) for cost, _ in wanted]
            assert result == wanted


@pytest.mark.parametrize(
    ("trace", "is_full", "result"),
    [
        ("acbd", True, "a -b c +b d"),
        ("acb", False, "a +c b"),
        ("ac", False, "a -b c"),
        ("abbcd", True, "a b +b c d"),
        ("abd", True, "a b -c d"),
        ("d", False, "+d"),
    ],
)
def test_ties_are_broken_the_same_way_always(trace: str, is_full: bool, result: str) -> None:
    assert moves(compile_flow(flow(A, B, C, D)), trace, is_full) == result


def test_an_event_that_can_never_be_synchronous_costs_its_price_and_counts_once() -> None:
    automaton = compile_flow(flow(A, B))
    found = aligned(automaton, ["axxb", "ab"], True)

    assert found.cost.tolist() == [2 * UNKNOWN_COST, 0]
    assert found.ties.tolist() == [1, 1]


def test_positions_are_those_of_the_trace_with_its_unknown_events() -> None:
    automaton = compile_flow(flow(A, B, C))
    found = aligned(automaton, ["axc"], True)

    assert found.position.tolist() == [0, 2, 2]


def test_a_repeat_without_limit_aligns_like_the_word_that_is_long_enough() -> None:
    automaton = compile_flow(flow(A, Repeat(B), Optional(C), D))
    found = aligned(automaton, ["abbbbbbd", "ad", "abbcbd"], True)

    assert found.cost.tolist() == [0, MODEL_COST, KNOWN_COST]
    assert found.ties.tolist() == [1, 1, 2]


def test_the_result_does_not_depend_on_threads_or_on_the_order_of_the_traces() -> None:
    rng = np.random.default_rng(9)
    automaton = compile_flow(flow(A, Repeat(B, 3), Optional(C), D))
    traces = sorted({tuple(rng.choice([*"abcdx"], size=rng.integers(0, 9))) for _ in range(300)})
    one, many = (aligned(automaton, traces, True, threads) for threads in (1, 8))
    backwards = aligned(automaton, traces[::-1], True, 3)

    for name in ("cost", "ties", "offsets", "kind", "letter", "position"):
        assert np.array_equal(getattr(one, name), getattr(many, name))
    assert one.cost.tolist() == backwards.cost.tolist()[::-1]
    assert one.ties.tolist() == backwards.ties.tolist()[::-1]


def test_no_trace_at_all_gives_no_alignment() -> None:
    found = aligned(compile_flow(flow(A)), [], True)

    assert (len(found.cost), len(found.kind), found.offsets.tolist()) == (0, 0, [0])


@pytest.mark.parametrize(("first_cap", "layers_n"), [(1, 2**16), (10, 1), (10_000, 1)])
def test_the_result_does_not_depend_on_the_first_cap_or_on_the_room_for_layers(
    monkeypatch: pytest.MonkeyPatch, first_cap: int, layers_n: int
) -> None:
    automaton = compile_flow(flow(A, Repeat(B), Optional(C), AllOf((C, D)), A))
    traces = ["".join(each) for n in range(6) for each in product("abcd", repeat=n)][::3]
    wanted = [aligned(automaton, traces, is_full, threads) for is_full in (True, False) for threads in (1, 3)]
    monkeypatch.setattr(alignment, "FIRST_CAP", first_cap)
    monkeypatch.setattr(alignment, "LAYERS", layers_n)
    found = [aligned(automaton, traces, is_full, threads) for is_full in (True, False) for threads in (1, 3)]
    for left, right in zip(wanted, found, strict=True):
        for name, column in vars(left).items():
            assert (column == getattr(right, name)).all(), name
