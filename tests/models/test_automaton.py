"""The automaton of a flow, against words enumerated straight from the blocks and against the flow's net."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import permutations, product

import numpy as np
import pytest

from models.automaton import Automaton, compile_flow
from models.net import Net, automaton_of, net_of
from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch
from schemas.errors import MapError

A, B, C, D = (Touch(name) for name in "abcd")
Word = tuple[str, ...]


def flow(*steps: Block, anytime: tuple[str, ...] = ()) -> Flow:
    return Flow((Phase("only", steps, anytime),))


def shuffled(left: Word, right: Word) -> set[Word]:
    if not left or not right:
        return {left + right}
    return {left[:1] + rest for rest in shuffled(left[1:], right)} | {
        right[:1] + rest for rest in shuffled(left, right[1:])
    }


def joined(parts: Iterable[set[Word]]) -> set[Word]:
    return {sum(choice, ()) for choice in product(*parts)}


def words(block: Block) -> set[Word]:
    """Every word of a block without limitless repeats, by the meaning of the five words alone."""
    match block:
        case Touch(name):
            return {(name,)}
        case Sequence(children):
            return joined(map(words, children))
        case OneOf(children):
            return set().union(*map(words, children))
        case AllOf(children):
            found: set[Word] = {()}
            for child in children:
                found = {mix for one in found for other in words(child) for mix in shuffled(one, other)}
            return found
        case Optional(child):
            return {()} | words(child)
        case Repeat(child, at_most):
            return set().union(*(joined([words(child)] * n) for n in range(1, (at_most or 1) + 1)))


def language(automaton: Automaton, longest: int) -> set[Word]:
    ends: set[Word] = set()
    edges: dict[int, list[tuple[int, int]]] = {}
    for source, letter, target in zip(automaton.source, automaton.letter, automaton.target, strict=True):
        edges.setdefault(int(source), []).append((int(letter), int(target)))
    open_words: list[tuple[Word, int]] = [((), 0)]
    while open_words:
        word, state = open_words.pop()
        if automaton.accepting[state]:
            ends.add(word)
        if len(word) < longest:
            open_words += [((*word, automaton.letters[letter]), t) for letter, t in edges.get(state, [])]
    return ends


def same(left: Automaton, right: Automaton) -> bool:
    columns = ("source", "letter", "target", "accepting")
    return left.letters == right.letters and all(
        np.array_equal(getattr(left, name), getattr(right, name)) for name in columns
    )


@pytest.mark.parametrize(
    ("steps", "allowed", "refused"),
    [
        ((A, B), ["ab"], ["", "a", "b", "ba", "abb", "abx"]),
        ((A, OneOf((B, C)), D), ["abd", "acd"], ["ad", "abcd"]),
        ((AllOf((A, B, C)),), ["".join(p) for p in permutations("abc")], ["ab", "aabc", "abca"]),
        ((AllOf((Sequence((A, B)), C)),), ["abc", "acb", "cab"], ["bac", "cba"]),
        ((A, Optional(B), C), ["abc", "ac"], ["abbc"]),
        ((A, Repeat(B, 2), C), ["abc", "abbc"], ["ac", "abbbc"]),
        ((A, Repeat(B), C), ["abc", "abbc", "abbbbbbbc"], ["ac"]),
    ],
)
def test_a_flow_allows_what_its_words_mean(steps: tuple[Block, ...], allowed: list[str], refused: list[str]) -> None:
    automaton = compile_flow(flow(*steps))

    assert [automaton.accepts(word) for word in allowed] == [True] * len(allowed)
    assert [automaton.accepts(word) for word in refused] == [False] * len(refused)


def test_what_is_welcome_in_a_phase_is_welcome_only_there_and_what_is_welcome_in_the_journey_everywhere() -> None:
    automaton = compile_flow(Flow((Phase("one", (A,), ("x",)), Phase("two", (B, C))), ("y",)))

    assert automaton.accepts("xaxbc")
    assert automaton.accepts("yaxybyc")
    assert not automaton.accepts("abxc")


def test_a_flow_and_its_net_speak_the_same_language_whatever_the_blocks(
    random_flow: Callable[[np.random.Generator], Flow],
) -> None:
    rng = np.random.default_rng(11)
    for _ in range(60):
        tried = random_flow(rng)
        assert same(compile_flow(tried), automaton_of(net_of(tried)))


def test_an_automaton_has_exactly_the_words_that_the_blocks_mean(random_block: Callable[..., Block]) -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        block = random_block(rng, 6)
        wanted = words(block)
        assert language(compile_flow(flow(block)), max(map(len, wanted)) + 1) == wanted


def test_an_all_of_of_n_steps_has_two_to_the_n_states() -> None:
    assert compile_flow(flow(AllOf(tuple(Touch(name) for name in "abcdefgh")))).states_n == 2**8


def test_a_flow_too_wide_to_compare_says_so_and_how_to_mend_it() -> None:
    wide = flow(AllOf(tuple(Touch(f"step {i}") for i in range(15))))

    with pytest.raises(MapError, match=r"more than 20,000 states: the all_of of step 0, .* makes 32,768") as raised:
        compile_flow(wide)
    assert "two all_of of 8 and 7 steps after one another (383 states)" in raised.value.hint


def test_a_net_whose_end_cannot_be_reached_is_refused() -> None:
    stuck = Net(("p", "q"), (("t", "a"),), (("p", "t"),), frozenset({("p", 1)}), frozenset({("q", 1)}))

    with pytest.raises(MapError, match="cannot be reached"):
        automaton_of(stuck)


def test_a_net_without_bounds_is_refused() -> None:
    growing = Net(
        ("p", "q"),
        (("t", None), ("u", "a")),
        (("p", "t"), ("t", "p"), ("t", "q"), ("q", "u")),
        frozenset({("p", 1)}),
        frozenset({("q", 1)}),
    )

    with pytest.raises(MapError, match="unbounded"):
        automaton_of(growing)
