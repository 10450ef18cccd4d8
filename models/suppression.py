"""Small cells: which counts of a publication have to be hidden, so that none of them can be worked out from the rest.

A count of fewer people than the minimum could point at one of them, so it is hidden. But a sum and its other parts
give it back, so more has to be hidden with it, until whoever knows every published count, every sum, and that hidden
small counts lie between 1 and the minimum, still finds at least two possible values for each of them.

The proof is constructive: a count is taken for safe only if another table is found that differs in it, agrees with all
that is published, and keeps to what is known of the hidden ones. Too much may be hidden, never too little.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf
from typing import Generic, TypeVar

Name = TypeVar("Name", bound=Hashable)
_MOST_TRIES = 500  # changes that are tried for one count; beyond them more is hidden instead


@dataclass(frozen=True)
class Sum(Generic[Name]):
    """Counts that add up to others, as everybody knows. What stands in no count is a constant, and may be left out."""

    parts: tuple[Name, ...]
    totals: tuple[Name, ...] = ()


@dataclass(frozen=True)
class Hidden(Generic[Name]):
    """What must not be shown.

    Attributes:
        small: Counts under the minimum; it may be said of each that it is one.
        beside: Counts that would give them away, and small ones that would if it were said that they are small.
    """

    small: frozenset[Name] = frozenset()
    beside: frozenset[Name] = frozenset()

    def __contains__(self, name: object) -> bool:
        """Whether a count is hidden, for either reason."""
        return name in self.small or name in self.beside


def hide(
    counts: Mapping[Name, int],
    sums: Iterable[Sum[Name]],
    minimum: int,
    sensitive: Collection[Name] = (),
    dispensable: Collection[Name] = (),
) -> Hidden[Name]:
    """The counts to hide.

    Args:
        counts: Every published count, totals among them. Zeros are no people, and are shown.
        sums: What adds up to what.
        minimum: Counts from 1 up to this, exclusively, are small; 1 hides nothing.
        sensitive: Counts that are small whatever they say, because they tell of few people.
        dispensable: Counts that are rather hidden than others; else small ones are.
    """
    small = frozenset(name for name, n in counts.items() if 0 < n < minimum or (n > 0 and name in sensitive))
    if minimum <= 1 or not small:
        return Hidden()
    names = tuple(counts)
    table = _table(counts, sums, minimum, small)
    table.dispensable |= {at for at, name in enumerate(names) if name in dispensable}
    table.find_mends()
    tried: list[int] = []
    for name in table.in_order():
        if not table.is_safe(name):
            table.hide(*table.cheapest_beside(name))
        while not table.is_safe(name) and (beside := table.next_beside(name)) is not None:
            table.hide(beside)
            tried.append(beside)
        if not table.is_safe(name):
            table.mask_around(name)
    table.show_again(tried)
    told = small - {names[at] for at in table.masked}
    return Hidden(told, frozenset(names[at] for at in table.hidden) - told)


@dataclass
class _Table:
    """Counts and sums as the search needs them. Names are numbers here: that of a count is where it comes in `counts`.

    Attributes:
        told: How each name is written, for an order that does not depend on the numbers.
        sums: int to its sign, for each sum.
        of: The sums that each name stands in.
        places: The same sums, each with the place of the name in it.
        inside: The hidden of each sum, with their places in it and their signs, in its order.
        hidden: Hidden so far.
        proofs: What is known to have two possible values, to the changes that make the other one.
        masked: Small counts of which not even that is told.
        dispensable: What is rather hidden than others.
        mends: A sum and what it has too much, to the price and the count of the cheapest remedy.
    """

    told: Sequence[str]
    counts: Sequence[int]
    sums: Sequence[dict[int, int]]
    of: Sequence[list[int]]
    places: Sequence[list[tuple[int, int]]]
    minimum: int
    small: frozenset[int]
    inside: list[list[tuple[int, int, int]]]
    hidden: set[int] = field(default_factory=set)
    proofs: dict[int, Mapping[int, int]] = field(default_factory=dict)
    masked: set[int] = field(default_factory=set)
    dispensable: set[int] = field(default_factory=set)
    mends: dict[tuple[int, int], tuple[float, int]] = field(default_factory=dict)

    def hide(self, *names: int) -> None:
        """Hide some counts more."""
        for name in names:
            if name not in self.hidden:
                self.hidden.add(name)
                for number, place in self.places[name]:
                    insort(self.inside[number], (place, name, self.sums[number][name]))

    def show(self, name: int) -> None:
        """Hide a count no longer."""
        self.hidden.remove(name)
        for number, place in self.places[name]:
            del self.inside[number][bisect_left(self.inside[number], (place,))]

    def is_safe(self, name: int) -> bool:
        """Whether another table differs in this count and agrees with everything that is known."""
        if name in self.proofs:
            return True
        for step in (1, -1):
            moves: dict[int, int] = {}
            broken: dict[int, int] = {}
            if self._may(name, step):
                self._move(name, step, moves, broken)
                if not self._balanced(moves, broken, [_MOST_TRIES]):
                    continue
                self.proofs |= dict.fromkeys(moves, moves)
                return True
        return False

    def _may(self, name: int, step: int) -> bool:
        """Whether a hidden count may be one more or one less, by what is known of it."""
        n = self.counts[name]
        if n < self.minimum and name not in self.masked:
            return 1 <= n + step < self.minimum
        return n + step >= (1 if name in self.small else self.minimum)

    def _balanced(self, moves: dict[int, int], broken: dict[int, int], tries: list[int]) -> bool:
        """Adds changes of other hidden counts to the moves until every sum holds again."""
        if not broken:
            return True
        number, surplus = next(iter(broken.items()))
        for _, name, sign in self.inside[number]:
            step = -sign if surplus > 0 else sign
            if name in moves or not self._may(name, step):
                continue
            tries[0] -= 1
            if tries[0] < 0:
                return False
            self._move(name, step, moves, broken)
            if self._balanced(moves, broken, tries):
                return True
            self._move(name, -step, moves, broken)
            del moves[name]
        return False

    def _move(self, name: int, step: int, moves: dict[int, int], broken: dict[int, int]) -> None:
        """Note a change, and which sums it breaks or mends, by how much."""
        moves[name] = step
        for number in self.of[name]:
            surplus = broken.get(number, 0) + step * self.sums[number][name]
            if surplus:
                broken[number] = surplus
            else:
                del broken[number]

    def show_again(self, tried: Iterable[int]) -> None:
        """Show what was hidden on the way and turned out not to be needed, the largest first."""
        small = self.in_order()  # what proves one count safe may prove others: never in an order of a set's own
        for name in sorted(tried, key=lambda each: (-self.counts[each], self.told[each])):
            self.show(name)
            kept = self.proofs
            self.proofs = {other: changes for other, changes in kept.items() if name not in changes}
            if not all(map(self.is_safe, small)):
                self.hide(name)
                self.proofs = kept

    def cheapest_beside(self, name: int) -> tuple[int, ...]:
        """The counts of the cheapest change that this one can take part in; none where none was found.

        A count is a way between two sums that it stands in: a change runs along it from one to the other, and what it
        breaks in further sums is mended there. The change must come back to the count, or end outside of all sums.
        """
        rings = []
        for step in (1, -1):
            if not self._may(name, step):
                continue
            ends = {number: step * self.sums[number][name] for number in self.of[name]}
            ways = [self._way(name, number, surplus, ends) for number, surplus in ends.items()]
            if all(way is not None for way in ways):
                rings.append(tuple(dict.fromkeys(other for way in ways if way for other in way)))
        rings.sort(key=lambda ring: (sum(map(self._price, ring)), self._written(ring)))
        return rings[0] if rings else ()

    def _written(self, names: Sequence[int]) -> str:
        return "(" + ", ".join(self.told[name] for name in names) + ("," if len(names) == 1 else "") + ")"

    def _way(self, name: int, number: int, surplus: int, ends: Mapping[int, int]) -> tuple[int, ...] | None:
        """The cheapest way for a surplus from a sum to outside, or to another sum where it is wanted."""
        best: list[tuple[float, int, int, int, tuple[int, ...]]] = [(0.0, 0, number, surplus, ())]
        seen: set[tuple[int, int]] = set()
        pushed = 0
        while best:
            price, _, at, left, way = heappop(best)
            if at < 0 or (at != number and ends.get(at) == -left):
                return way
            if (at, left) in seen:
                continue
            seen.add((at, left))
            for other, sign in self.sums[at].items():
                if other == name or not self._can_move(other, -left * sign):
                    continue
                for beyond, carried, mended in self._onward(other, at, -left * sign):
                    pushed += 1
                    more = sum(map(self._price, (other, *mended)))
                    heappush(best, (price + more, pushed, beyond, carried, (*way, other, *mended)))
        return None

    def _onward(self, name: int, at: int, step: int) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Where a change leads from a sum: the next one, what it carries there, and what mends the others."""
        others = [number for number in self.of[name] if number != at]
        for beyond in (*others, -1):
            rest = [(number, step * self.sums[number][name]) for number in others if number != beyond]
            if all(state in self.mends for state in rest):
                carried = step * self.sums[beyond][name] if beyond >= 0 else 0
                yield beyond, carried, tuple(other for state in rest for other in self._mended(state))

    def _mended(self, state: tuple[int, int]) -> tuple[int, ...]:
        name = self.mends[state][1]
        number, surplus = state
        step = -surplus * self.sums[number][name]
        after = ((each, step * self.sums[each][name]) for each in self.of[name] if each != number)
        return (name, *(other for each in after for other in self._mended(each)))

    def find_mends(self) -> None:
        """For each sum and surplus the cheapest count that takes it up, with all that this breaks elsewhere."""
        has_changed = True
        while has_changed:
            has_changed = False
            for number, signs in enumerate(self.sums):
                for surplus in (1, -1):
                    found = min(self._offers(number, signs, surplus), default=None, key=lambda offer: offer[0])
                    if found is not None and found[0] < self.mends.get((number, surplus), (inf,))[0]:
                        self.mends[(number, surplus)] = found
                        has_changed = True

    def _offers(self, number: int, signs: Mapping[int, int], surplus: int) -> Iterator[tuple[float, int]]:
        for name, sign in signs.items():
            step = -surplus * sign
            if self._can_move(name, step):
                after = [(each, step * self.sums[each][name]) for each in self.of[name] if each != number]
                if all(state in self.mends for state in after):
                    yield self._price(name) + sum(self.mends[state][0] for state in after), name

    def _can_move(self, name: int, step: int) -> bool:
        return self.counts[name] > 0 and self._may(name, step)

    def _price(self, name: int) -> float:
        if name in self.hidden:
            return 0.0
        return 1.0 if name in self.dispensable else float(self.counts[name])

    def next_beside(self, name: int) -> int | None:
        """The published count to hide next: near to this one, small itself, but not so small that it cannot move.

        Sums with one hidden count come first: it cannot move there at all.
        """
        rings = list(self._rings(name))
        for is_dead_end in (True, False):
            for near in rings:
                sums = (number for number in near if not is_dead_end or self._hidden_n(number) == 1)
                shown = {other for number in sums for other in self.sums[number] if self._can_hide(other)}
                if shown:
                    return min(shown, key=self._cost)
        return None

    def _cost(self, name: int) -> tuple[bool, int, str]:
        return (self.counts[name] == self.minimum, self.counts[name], self.told[name])

    def _hidden_n(self, number: int) -> int:
        return len(self.inside[number])

    def mask_around(self, name: int) -> None:
        """Tell of no small count near to this one that it is small: their sums leave no room below the minimum."""
        near = {other for ring in self._rings(name) for number in ring for other in self.sums[number]}
        self.masked |= {name} | (near & self.small)

    def in_order(self) -> list[int]:
        """The small counts, those in the fewest sums last: what hides the others often hides them."""
        return sorted(self.small, key=lambda name: (-len(self.of[name]), self.told[name]))

    def _can_hide(self, name: int) -> bool:
        return self.counts[name] > 0 and name not in self.hidden

    def _rings(self, name: int) -> Iterator[set[int]]:
        """Sums around a count: its own, then those that hidden counts of the former stand in, and so on."""
        seen = ring = set(self.of[name])
        while ring:
            yield ring
            inside = (other for number in ring for _, other, _ in self.inside[number])
            ring = {number for other in inside for number in self.of[other]} - seen
            seen = seen | ring


def _table(counts: Mapping[Name, int], sums: Iterable[Sum[Name]], minimum: int, small: frozenset[Name]) -> _Table:
    at = {name: number for number, name in enumerate(counts)}
    signed: list[dict[int, int]] = []
    places: list[list[tuple[int, int]]] = [[] for _ in at]
    for each in sums:
        signs = dict.fromkeys((at[name] for name in each.parts if name in at), 1)
        signs |= dict.fromkeys((at[name] for name in each.totals if name in at), -1)
        for place, name in enumerate(signs):
            places[name].append((len(signed), place))
        signed.append(signs)
    table = _Table(
        told=tuple(map(repr, at)),
        counts=tuple(counts.values()),
        sums=signed,
        of=[[number for number, _ in each] for each in places],
        places=places,
        minimum=minimum,
        small=frozenset(at[name] for name in small),
        inside=[[] for _ in signed],
    )
    table.hide(*sorted(table.small))
    return table
