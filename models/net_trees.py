"""From a workflow net to the process tree of the same language, by rules that each keep the language.

The net shrinks step by step (Murata, "Petri nets: properties, analysis and applications", 1989; van Zelst and Leemans,
"Translating workflow nets to process trees", 2020): silent steps melt, alternatives, sequences, parallel branches and
loops become one step that carries their tree. Where nothing fits, a place between plain steps is taken out as a state
of an automaton is (Brzozowski and McCluskey, 1963), which writes steps twice but needs no blocks. A sound net with
parallel branches that are not blocks is left over, and so is every net that is not sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from models.net import Net
from models.process_trees import TAU, Leaf, Node, Operator, Tree
from schemas.errors import MapError

LARGEST = 1_500  # leaves: where steps would have to be written twice that often, nobody could read the map
DEEPEST = 40  # levels of a tree; a map that people can read has 6

SOURCE, SINK = "source of all", "sink of all"


@dataclass(frozen=True)
class Step:
    """A transition that carries the tree of what was merged into it.

    Attributes:
        name: Name of the transition, or of one that was merged into it.
        tree: What happens when it fires.
        pre: Places that it empties.
        post: Places that it fills.
    """

    name: str
    tree: Tree
    pre: frozenset[str]
    post: frozenset[str]


class NotBlocks(Exception):  # noqa: N818 -- an answer rather than an error: readers say it in the file's own words
    """The net is no nesting of blocks.

    Attributes:
        steps: What is left of it.
    """

    def __init__(self, steps: Iterable[Step]) -> None:
        super().__init__()
        self.steps = tuple(steps)


def tree_of_net(net: Net, order: Mapping[str, int] | None = None) -> Tree:
    """The process tree of a net.

    Args:
        net: A net whose arcs have weight 1.
        order: Label to its place among alternatives and parallel branches; default: by name.

    Raises:
        NotBlocks: It is no nesting of blocks, or not sound.
        MapError: Steps would have to be written too often, or too deep.
    """
    reduction = _Reduction(steps_of(net))
    while reduction.simplify():
        pass
    if len(reduction.steps) != 1:
        raise NotBlocks(step for _, step in sorted(reduction.steps.items()))
    (last,) = reduction.steps.values()
    if (last.pre, last.post) != (frozenset({SOURCE}), frozenset({SINK})):
        raise NotBlocks([last])
    if depth(last.tree) > DEEPEST:
        raise MapError(f"blocks nested more than {DEEPEST} deep", "a flow that people can read")
    return _ordered(last.tree, order or {})[1]


def steps_of(net: Net) -> Iterator[Step]:
    """The net's transitions, and one silent step each that begins and ends it.

    Raises:
        NotBlocks: A place holds several tokens at the start or end, or an arc has a weight.
    """
    pre: dict[str, list[str]] = {name: [] for name, _ in net.transitions}
    post: dict[str, list[str]] = {name: [] for name, _ in net.transitions}
    for tail, head in net.arcs:
        if tail in post:
            post[tail].append(head)
        else:
            pre[head].append(tail)
    first, last = ([place for place, n in sorted(marking) for _ in range(n)] for marking in (net.initial, net.final))
    if any(len(set(places)) < len(places) for places in (*pre.values(), *post.values(), first, last)):
        raise NotBlocks(())
    yield Step(SOURCE, TAU, frozenset({SOURCE}), frozenset(first))
    yield Step(SINK, TAU, frozenset(last), frozenset({SINK}))
    for name, label in net.transitions:
        yield Step(name, Leaf(label), frozenset(pre[name]), frozenset(post[name]))


class _Reduction:
    """The net that is left, by number of step; every rule says whether it changed something."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps = dict(enumerate(sorted(steps, key=lambda step: step.name)))
        self._next = len(self.steps)
        self._look()

    def _look(self) -> None:
        """Who fills and who empties each place."""
        self.fills: dict[str, set[int]] = {}
        self.empties: dict[str, set[int]] = {}
        for number, step in self.steps.items():
            for place in step.post:
                self.fills.setdefault(place, set()).add(number)
            for place in step.pre:
                self.empties.setdefault(place, set()).add(number)

    def simplify(self) -> bool:
        """Apply the first rule that applies."""
        rules = (self._melt, self._alternatives, self._line, self._branches, self._again, self._at_will, self._take_out)
        return any(rule() for rule in rules)

    def _put(self, old: Iterable[int], *new: Step) -> bool:
        for number in list(old):
            del self.steps[number]
        for step in new:
            self.steps[self._next] = step
            self._next += 1
        self._look()
        return True

    def _rename(self, old: str, new: str, without: int) -> bool:
        """Two places become one, and the step between them is gone."""
        gone = self.steps.pop(without)
        for table, places in ((self.empties, gone.pre), (self.fills, gone.post)):
            for place in places:
                table[place].discard(without)
        for number in self.fills.get(old, set()) | self.empties.get(old, set()):
            step = self.steps[number]
            pre, post = (frozenset(new if place == old else place for place in side) for side in (step.pre, step.post))
            self.steps[number] = Step(step.name, step.tree, pre, post)
        for table in (self.fills, self.empties):  # a place that nobody fills or empties is not in there
            together = table.pop(old, set()) | table.pop(new, set())
            if together:
                table[new] = together
        return True

    def _melt(self) -> bool:
        """A silent step between two places, of which one has no other way out or the other no other way in."""
        for number, step in self.steps.items():
            if step.tree != TAU:
                continue
            if step.pre == step.post:
                return self._put([number])
            if len(step.pre) == len(step.post) == 1:
                (before,), (after,) = step.pre, step.post
                is_only_way_out = self.empties[before] == {number} and before != SOURCE
                is_only_way_in = self.fills[after] == {number} and after != SINK
                if is_only_way_out and not self.fills.get(before, set()) & self.fills[after]:
                    return self._rename(before, after, number)
                if is_only_way_in and not self.empties[before] & self.empties.get(after, set()):
                    return self._rename(after, before, number)
        return False

    def _alternatives(self) -> bool:
        """Steps between the same places."""
        found: dict[tuple[frozenset[str], frozenset[str]], list[int]] = {}
        for number, step in self.steps.items():
            found.setdefault((step.pre, step.post), []).append(number)
        for (pre, post), numbers in found.items():
            if len(numbers) > 1 and pre != post:
                return self._put(numbers, Step(self._name(numbers), self._choice(numbers), pre, post))
        return False

    def _name(self, numbers: Iterable[int]) -> str:
        return next(iter(sorted(self.steps[number].name for number in numbers)))

    def _choice(self, numbers: Iterable[int]) -> Tree:
        return joined(Operator.CHOICE, (self.steps[number].tree for number in numbers))

    def _line(self) -> bool:
        """A step, and the one step that empties all that it fills."""
        for number, step in self.steps.items():
            if not step.post or SINK in step.post:
                continue
            after = set().union(*(self.empties.get(place, set()) for place in step.post))
            if len(after) != 1 or after == {number}:
                continue
            (following,) = after
            other = self.steps[following]
            if other.pre == step.post and all(self.fills[place] == {number} for place in step.post):
                tree = joined(Operator.SEQUENCE, (step.tree, other.tree))
                return self._put((number, following), Step(step.name, tree, step.pre, other.post))
        return False

    def _branches(self) -> bool:
        """Steps that begin with the same splits and end in the same joins, each between two places of its own."""
        groups: dict[tuple[frozenset[int], frozenset[int]], list[int]] = {}
        for number, step in self.steps.items():
            if len(step.pre) == len(step.post) == 1:
                (before,), (after,) = step.pre, step.post
                splits, joins = self.fills.get(before, set()), self.empties.get(after, set())
                alone = self.empties[before] == {number} and self.fills[after] == {number}
                if alone and splits and joins and before != after:
                    groups.setdefault((frozenset(splits), frozenset(joins)), []).append(number)
        for numbers in groups.values():
            if len(numbers) > 1:
                tree = joined(Operator.PARALLEL, (self.steps[number].tree for number in numbers))
                return self._without(numbers[1:], replace(self.steps[numbers[0]], tree=tree), numbers[0])
        return self._empty_branch(groups.keys())

    def _without(self, branches: Iterable[int], merged: Step, number: int) -> bool:
        """The net with one branch that stands for all of them."""
        gone = set().union(*(self.steps[branch].pre | self.steps[branch].post for branch in branches))
        self.steps[number] = merged
        for branch in branches:
            del self.steps[branch]
        return self._drop(gone)

    def _drop(self, places: Iterable[str]) -> bool:
        gone = frozenset(places)
        for number, step in self.steps.items():
            self.steps[number] = replace(step, pre=step.pre - gone, post=step.post - gone)
        self._look()
        return True

    def _empty_branch(self, groups: Iterable[tuple[frozenset[int], frozenset[int]]]) -> bool:
        """A place from split to join beside a branch or another such place: it adds nothing."""
        known = set(groups)
        for place in sorted(self.fills.keys() & self.empties.keys()):
            key = (frozenset(self.fills[place]), frozenset(self.empties[place]))
            if key in known and not key[0] & key[1]:
                return self._drop([place])
            known.add(key)
        return False

    def _again(self) -> bool:
        """A step that is the only way from one place to another, and steps back: do (redo do)*."""
        for number, step in self.steps.items():
            if len(step.pre) != 1 or len(step.post) != 1:
                continue
            (before,), (after,) = step.pre, step.post
            back = sorted(
                other
                for other in self.empties.get(after, set()) & self.fills.get(before, set())
                if (self.steps[other].pre, self.steps[other].post) == (step.post, step.pre)
            )
            if back and self.empties[before] == {number} and self.fills[after] == {number}:
                tree = Node(Operator.LOOP, (step.tree, self._choice(back)))
                return self._put((number, *back), replace(step, tree=tree))
        return False

    def _at_will(self) -> bool:
        """Steps that lead back to the place where they began: any number of them, whenever a token comes by."""
        for place in sorted(self.empties.keys() & self.fills.keys()):
            around = sorted(
                number for number in self.empties[place] if self.steps[number].pre == self.steps[number].post == {place}
            )
            if around:
                tree = Node(Operator.LOOP, (TAU, self._choice(around)))
                return self._star(place, around, tree)
        return False

    def _star(self, place: str, around: list[int], tree: Tree) -> bool:
        left = f"{place}, left"
        star = Step(self._name(around), tree, frozenset({place}), frozenset({left}))
        for number in self.empties[place] - set(around):
            step = self.steps[number]
            self.steps[number] = replace(step, pre=step.pre - {place} | {left})
        return self._put(around, star)

    def _take_out(self) -> bool:
        """A place between plain steps: each way in followed by each way out."""
        plain = [place for place in self.fills.keys() & self.empties.keys() if self._is_plain(place)]
        if not plain:
            return False
        place = min(plain, key=lambda place: (self._price(place), place))
        if sum(map(self._size, self.steps)) + self._price(place) > LARGEST:
            raise MapError(f"a flow that takes more than {LARGEST} steps to write in blocks", "one of nested blocks")
        pairs = [(self.steps[one], self.steps[other]) for one in self.fills[place] for other in self.empties[place]]
        new = [
            Step(one.name, joined(Operator.SEQUENCE, (one.tree, other.tree)), one.pre, other.post)
            for one, other in pairs
        ]
        return self._put(self.fills[place] | self.empties[place], *new)

    def _is_plain(self, place: str) -> bool:
        around = {self.steps[number].post == {place} for number in self.fills[place]}
        around |= {self.steps[number].pre == {place} for number in self.empties[place]}
        return around == {True} and not self.fills[place] & self.empties[place]

    def _price(self, place: str) -> int:
        into, out = self.fills[place], self.empties[place]
        return (len(out) - 1) * sum(map(self._size, into)) + (len(into) - 1) * sum(map(self._size, out))

    def _size(self, number: int) -> int:
        return leaves_n(self.steps[number].tree)


# --- trees ---------------------------------------------------------------------------------------------------------


def joined(operator: Operator, trees: Iterable[Tree]) -> Tree:
    """Trees below one operator, flat, without what says nothing."""
    flat: dict[int, Tree] = {}
    for tree in trees:
        parts = tree.children if isinstance(tree, Node) and tree.operator is operator else (tree,)
        for part in parts:
            if operator is Operator.CHOICE and part in flat.values():
                continue
            if operator is Operator.CHOICE or part != TAU:
                flat[len(flat)] = part
    children = tuple(flat.values())
    return Node(operator, children) if len(children) > 1 else children[0] if children else TAU


def leaves_n(tree: Tree) -> int:
    """How many labelled leaves a tree has."""
    return sum(isinstance(part, Leaf) and part.label is not None for part in _parts(tree))


def _parts(tree: Tree) -> Iterator[Tree]:
    queue = [tree]
    while queue:
        part = queue.pop()
        yield part
        queue.extend(part.children if isinstance(part, Node) else ())


def depth(tree: Tree) -> int:
    """Levels of a tree, counted without recursion."""
    level, deepest = [tree], 0
    while level:
        deepest += 1
        level = [child for part in level if isinstance(part, Node) for child in part.children]
    return deepest


_Place = tuple[int, str]


def _ordered(tree: Tree, order: Mapping[str, int]) -> tuple[_Place, Tree]:
    """The tree with alternatives and parallel branches in order, silence last; and the place of its first step."""
    if isinstance(tree, Leaf):
        return (order.get(tree.label, len(order)), tree.label) if tree.label else (len(order) + 1, ""), tree
    placed = [_ordered(child, order) for child in tree.children]
    if tree.operator in (Operator.CHOICE, Operator.PARALLEL):
        placed.sort(key=lambda found: (found[1] == TAU, found[0], repr(found[1])))
    return min(place for place, _ in placed), Node(tree.operator, tuple(child for _, child in placed))
