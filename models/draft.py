"""A first map from what happened: which steps have a place, which are welcome anywhere, and the flow that says most.

Discovery gives many models of one log: with more or less of the rare behaviour, and of the rare steps. Each is judged
by the two things that a map is for: how many journeys it fits (fitness), and how little else it allows where they
have been (precision by escaping edges: Munoz-Gama and Carmona, 2010). The best harmonic mean of the two is drafted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.automaton import Automaton, compile_flow
from models.process_trees import Tree, block_of, optional, repeat
from schemas.blocks import Block, Flow, Optional, Phase, Repeat, Touch, leaves
from schemas.blocks import Sequence as Steps
from schemas.errors import MapError

Trace = tuple[str, ...]
Traces = Mapping[Trace, int]
Miner = Callable[[Traces, float], Tree]

NOISES = (0.0, 0.1, 0.2, 0.4)  # shares of rare behaviour that the miner leaves out; beyond them little of it is left
COVERED = (0.6, 0.8, 0.95)  # the most frequent variants that make this share of the journeys
MOST_STEPS = 25  # of a mined flow: with more the miner takes minutes, and nobody reads the map
SHARE_ANYTIME = 0.05  # a step without a place in so many journeys is welcome anywhere; a rarer one is off the map
MOST_VARIANTS = 300  # that are mined: beyond them it is the same behaviour again
LONGEST = 200  # steps of a trace that is mined
WANDERING = (0.35, 0.2)  # a step on another side of the others than usual in this share has perhaps no place of its own
SHARE_AGAIN = 0.02  # a step that comes twice running in this share of its journeys may be repeated
WORD, TWICE = 0.005, 0.02  # what each word, and each step that stands at two places, has to bring to be worth reading
MOST_STATES = 2_000  # of a drafted map: a wider one says nearly nothing, and is slow to compare with


@dataclass(frozen=True)
class Drafted:
    """A proposed flow.

    Attributes:
        steps: The steps in order.
        anytime: Steps that are welcome anywhere, most frequent first.
        fitness: Share of whole journeys that are as the flow has it.
        precision: Share of what it allows that happened, where those journeys have been.
    """

    steps: tuple[Block, ...]
    anytime: tuple[str, ...]
    fitness: float
    precision: float

    @property
    def score(self) -> float:
        """Harmonic mean of fitness and precision, less what makes it hard to read."""
        both = self.fitness + self.precision
        mean = 2 * self.fitness * self.precision / both if both else 0.0
        names = leaves(Steps(self.steps))
        return mean - WORD * sum(map(_words_n, self.steps)) - TWICE * (len(names) - len(set(names)))


def _words_n(block: Block) -> int:
    """How many of the five words a block takes; a plain list is none."""
    match block:
        case Touch():
            return 0
        case Optional(child) | Repeat(child):
            return 1 + _words_n(child)
        case Steps(children):
            return sum(map(_words_n, children))
        case _:
            return 1 + sum(map(_words_n, block.children))


def draft(traces: Traces, mine: Miner, required: Collection[str] = ()) -> Drafted:
    """The best flow that discovery finds.

    Args:
        traces: Whole journeys: steps to how many took them; no trace is empty. Steps that are too rare to have a
            place are not among them.
        mine: Discovers a process tree from traces, leaving out a share of noise.
        required: Steps that must have a place, such as the goal.

    Raises:
        MapError: No flow that people could read says anything of these journeys.
    """
    shares = steps_by_share(traces)
    known = list(dict.fromkeys([*required, *shares][: MOST_STEPS + len(required)]))
    settled = [name for name in known if name not in required]
    wandering = [wanderers(traces, known, above) for above in WANDERING]
    best: Drafted | None = None
    for roaming in dict.fromkeys((*(tuple(name for name in names if name in settled) for names in wandering), ())):
        placed = [name for name in known if name not in roaming]
        again = repeated(traces, placed)
        for block in _candidates(_projected(traces, placed), again, mine):
            if not set(required) <= set(leaves(block)):
                continue
            for anytime in dict.fromkeys((roaming, _homeless(shares, block))):
                found = judged(traces, block, anytime)
                if found and (best is None or found.score > best.score + 1e-9):
                    best = found
    if best is None:
        raise MapError("journeys that no flow of a readable size fits", "steps in some order")
    return best


def _homeless(shares: Mapping[str, float], block: Block) -> tuple[str, ...]:
    """Steps that the block has no place for although many journeys have them."""
    return tuple(name for name, share in shares.items() if share >= SHARE_ANYTIME and name not in leaves(block))


def steps_by_share(traces: Traces) -> dict[str, float]:
    """Steps with the share of journeys that have them, the most common first."""
    counts: Counter[str] = Counter()
    for trace, n in traces.items():
        counts.update(dict.fromkeys(trace, n))
    all_n = max(sum(traces.values()), 1)
    return {name: counts[name] / all_n for name in sorted(counts, key=lambda name: (-counts[name], name))}


def collapsed(trace: Trace) -> Trace:
    """The trace with every step that comes several times running once."""
    return tuple(name for at, name in enumerate(trace) if at == 0 or trace[at - 1] != name)


def repeated(traces: Traces, names: Collection[str]) -> frozenset[str]:
    """Steps that often come twice running, when only steps of these names are looked at."""
    having: Counter[str] = Counter()
    again: Counter[str] = Counter()
    for trace, n in traces.items():
        seen = [name for name in trace if name in names]
        having.update(dict.fromkeys(seen, n))
        again.update(dict.fromkeys((name for name, last in zip(seen[1:], seen, strict=False) if name == last), n))
    return frozenset(name for name, n in again.items() if n >= SHARE_AGAIN * having[name])


# --- steps without a place -----------------------------------------------------------------------------------------


def wanderers(traces: Traces, names: Sequence[str], above: float) -> tuple[str, ...]:
    """Steps that come before, between and after the others alike: welcome anywhere rather than part of the order.

    One after the other the worst is taken out, so that its mess is not held against the rest. At least two stay.

    Args:
        traces: Journeys.
        names: Steps to look at.
        above: Share of a step's company, on average, on another side of it than usual, above which it wanders.
    """
    apart, together = _order(traces, names)
    left, found = list(range(len(names))), []
    while len(left) > 2:
        joint = together[np.ix_(left, left)]
        mixed = (joint - apart[np.ix_(left, left)]).sum(axis=1) / np.maximum(joint.sum(axis=1), 1)
        worst = int(np.argmax(mixed))
        if mixed[worst] <= above:
            break
        found.append(names[left.pop(worst)])
    return tuple(name for name in names if name in found)


def _order(traces: Traces, names: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Per pair of steps: journeys in which they stand apart in their usual order, and journeys that have both."""
    size, number = len(names), {name: at for at, name in enumerate(names)}
    before = np.zeros((size, size), np.int64)
    together = np.zeros((size, size), np.int64)
    for trace, n in traces.items():
        first, last = np.full(size, -1), np.full(size, -1)
        for at, name in enumerate(trace):
            if name in number:
                last[number[name]] = at
                if first[number[name]] < 0:
                    first[number[name]] = at
        has = np.flatnonzero(first >= 0)
        pairs = np.ix_(has, has)
        before[pairs] += n * (last[has][:, None] < first[has][None, :])
        together[pairs] += n
    np.fill_diagonal(together, 0)
    return np.maximum(before, before.T), together


# --- candidates ----------------------------------------------------------------------------------------------------


def _projected(traces: Traces, names: Collection[str]) -> Counter[Trace]:
    """The traces with these steps alone, none twice running."""
    found: Counter[Trace] = Counter()
    for trace, n in traces.items():
        found[collapsed(tuple(name for name in trace if name in names))] += n
    return found


def _candidates(traces: Counter[Trace], again: Collection[str], mine: Miner) -> Iterator[Block]:
    named = _Named(again)
    tried: set[tuple[Trace, ...]] = set()
    for share in COVERED:
        chosen = _most_frequent(traces, share)
        if not chosen or tuple(chosen) in tried:
            continue
        tried.add(tuple(chosen))
        for noise in NOISES:
            block = block_of(mine(chosen, noise), named)
            if block is not None:
                yield block
    usual = _in_usual_order(traces, named)
    if usual is not None:
        yield usual


@dataclass(frozen=True)
class _Named:
    """From a leaf to its block; what often comes twice running may be repeated."""

    again: Collection[str]

    def __call__(self, name: str) -> Block | None:
        return repeat(Touch(name)) if name in self.again else Touch(name)


def _most_frequent(traces: Counter[Trace], share: float) -> dict[Trace, int]:
    """The most frequent traces that make this share of the journeys."""
    wanted, chosen = share * traces.total(), {}
    ordered = sorted(traces.items(), key=lambda item: (-item[1], item[0]))
    for trace, n in ordered[:MOST_VARIANTS]:
        if wanted <= 0:
            break
        wanted -= n
        if trace and len(trace) <= LONGEST:
            chosen[trace] = n
    return chosen


def _in_usual_order(traces: Counter[Trace], named: _Named) -> Block | None:
    """The plainest flow, which is always there: every step at its mean place, optional where journeys lack it."""
    having: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for trace, n in traces.items():
        for name in dict.fromkeys(trace):
            having[name] += n
            places[name] += n * 1000 * trace.index(name) // max(len(trace) - 1, 1)  # whole numbers add up in any order
    ordered = sorted(having, key=lambda name: (places[name] / having[name], name))
    blocks = [named(name) if having[name] >= 0.95 * traces.total() else optional(named(name)) for name in ordered]
    steps = tuple(block for block in blocks if block is not None)
    return Steps(steps) if len(steps) > 1 else steps[0] if steps else None


# --- judging -------------------------------------------------------------------------------------------------------


_END = -1
_Place = tuple[int, int]  # where a journey is on the map, and which step it took last


def judged(traces: Traces, block: Block, anytime: tuple[str, ...]) -> Drafted | None:
    """A flow with its fitness and precision over whole journeys; None where it is too wide to be a map."""
    steps = block.children if isinstance(block, Steps) else (block,)
    try:
        automaton = compile_flow(Flow((Phase("all", steps),), anytime))
    except MapError:
        return None
    if automaton.states_n > MOST_STATES:
        return None
    fitting, visits, taken = 0, Counter[_Place](), set[tuple[_Place, int]]()
    walk = _walker(automaton)
    for trace, n in traces.items():
        states = walk(trace)
        if states is not None and automaton.accepting[states[-1][1]]:
            fitting += n
            places = [(state, last) for _, state, last in states]
            for place, letter in zip(places, [*(letter for _, _, letter in states[1:]), _END], strict=True):
                visits[place] += n
                taken.add((place, letter))
    return Drafted(steps, anytime, fitting / max(sum(traces.values()), 1), _precision(automaton, visits, taken))


Walk = Callable[[Trace], "list[tuple[int, int, int]] | None"]


def _walker(automaton: Automaton) -> Walk:
    """From a trace to its steps as (state before, state after, letter), after one (start, start, -1)."""
    keys = zip(automaton.source.tolist(), automaton.letter.tolist(), strict=True)
    edges = dict(zip(keys, automaton.target.tolist(), strict=True))
    number = {name: at for at, name in enumerate(automaton.letters)}

    def walk(trace: Trace) -> list[tuple[int, int, int]] | None:
        state, steps = 0, [(0, 0, -1)]
        for name in trace:
            letter = number.get(name, -1)
            after = edges.get((state, letter), -1)
            if after < 0:
                return None
            steps.append((state, after, letter))
            state = after
        return steps

    return walk


def _precision(automaton: Automaton, visits: Mapping[_Place, int], taken: Collection[tuple[_Place, int]]) -> float:
    """Of what is allowed where journeys have been (a step, or to end), the share that was done, weighted by visits.

    A place is told by the last step too: else a map that allows everything, which has one place only, would be the
    most precise of all.
    """
    allowed = Counter(automaton.source.tolist())
    done = Counter(place for place, _ in taken)
    ways = {place: allowed[place[0]] + int(automaton.accepting[place[0]]) for place in visits}
    weight = sum(n * ways[place] for place, n in visits.items())
    return sum(n * done[place] for place, n in visits.items()) / weight if weight else 0.0


def fits(automaton: Automaton, goals: Collection[str]) -> Callable[[Trace], bool]:
    """Whether a journey is as designed: wholly where it reached the goal, so far where it did not."""
    walk = _walker(automaton)

    def is_fitting(trace: Trace) -> bool:
        states = walk(trace)
        if states is None:
            return False
        return bool(automaton.accepting[states[-1][1]]) or not any(name in goals for name in trace)

    return is_fitting


# --- phases --------------------------------------------------------------------------------------------------------

MOST_PHASES = 5
LONG_GAP_S = 3600.0  # shorter pauses are no change of phase
GAP_FACTOR = 3.0  # a phase begins where people wait this many times longer than between the other steps


def phase_starts(gaps_s: Sequence[float | None]) -> tuple[int, ...]:
    """Where phases begin: before the step after each of the longest gaps.

    Args:
        gaps_s: Median seconds from one step to the next, one fewer than there are steps; None: never seen together.
    """
    known = sorted(gap for gap in gaps_s if gap is not None)
    if not known:
        return (0,)
    usual = known[(len(known) - 1) // 2]
    long = [
        (-gap, at + 1)
        for at, gap in enumerate(gaps_s)
        if gap is not None and gap >= max(LONG_GAP_S, GAP_FACTOR * usual)
    ]
    return (0, *sorted(at for _, at in sorted(long)[: MOST_PHASES - 1]))
