"""What is hidden cannot be worked out, by an attacker who tries every table that agrees with what is published."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]  # it ships no types

from models.suppression import Hidden, Sum, hide

MINIMUM = 5
MOST = 10**5  # more than any count here, and less than what the solver takes for infinite


def attack(
    counts: Mapping[str, int], sums: Sequence[Sum[str]], hidden: Hidden[str], minimum: int = MINIMUM
) -> dict[str, tuple[int, int]]:
    """The least and the greatest value that each hidden small count can have, for all that is known.

    Whole numbers, by an integer programme: every sum holds; a small count lies from 1 to under the minimum, one that is
    hidden beside it is no smaller than the minimum, unless it is one of the small ones of which that is not told.
    """
    names = [name for name in counts if name in hidden]
    place = {name: i for i, name in enumerate(names)}
    rows, wanted = [], []
    for each in sums:
        row = np.zeros(len(names))
        left = 0
        for sign, group in ((1, each.parts), (-1, each.totals)):
            for name in group:
                if name in place:
                    row[place[name]] += sign
                left += sign * counts[name] * (name in place)  # what everybody knows: the sum holds in truth
        rows.append(row)
        wanted.append(left)
    low = [1 if name in hidden.small or counts[name] < minimum else minimum for name in names]
    high = [minimum - 1 if name in hidden.small and counts[name] < minimum else MOST for name in names]
    found = {}
    for name in (name for name in names if name in hidden.small or counts[name] < minimum):
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(names))
            goal[place[name]] = sign
            answer = milp(
                goal,
                constraints=LinearConstraint(np.array(rows), wanted, wanted) if rows else (),
                integrality=np.ones(len(names)),
                bounds=Bounds(low, high),
            )
            ends.append(round(float(answer.x[place[name]])))
        found[name] = (ends[0], ends[1])
    return found


def recovered(counts: Mapping[str, int], sums: Sequence[Sum[str]], hidden: Hidden[str]) -> list[str]:
    return [name for name, (low, high) in attack(counts, sums, hidden).items() if low == high]


def two_way(cells: Sequence[Sequence[int]]) -> tuple[dict[str, int], list[Sum[str]]]:
    """A table with its margins and its total."""
    counts = {f"c{r}{c}": n for r, row in enumerate(cells) for c, n in enumerate(row)}
    counts |= {f"row{r}": sum(row) for r, row in enumerate(cells)}
    counts |= {f"col{c}": sum(row[c] for row in cells) for c in range(len(cells[0]))}
    counts["all"] = sum(map(sum, cells))
    rows = [Sum(tuple(f"c{r}{c}" for c in range(len(cells[0]))), (f"row{r}",)) for r in range(len(cells))]
    cols = [Sum(tuple(f"c{r}{c}" for r in range(len(cells))), (f"col{c}",)) for c in range(len(cells[0]))]
    ends = [Sum(tuple(f"row{r}" for r in range(len(cells))), ("all",))]
    ends += [Sum(tuple(f"col{c}" for c in range(len(cells[0]))), ("all",))]
    return counts, rows + cols + ends


def test_the_attacker_finds_what_is_hidden_alone() -> None:
    counts, sums = two_way([[3, 20], [30, 40]])
    assert recovered(counts, sums, Hidden(frozenset({"c00"}))) == ["c00"]
    assert recovered({"a": 1, "b": 1, "all": 2}, [Sum(("a", "b"), ("all",))], Hidden(frozenset("ab"))) == ["a", "b"]


@pytest.mark.parametrize(
    ("counts", "small", "beside"),
    [
        ({"a": 3, "b": 20, "c": 30, "all": 53}, {"a"}, {"b"}),
        ({"a": 3, "b": 2, "c": 30, "all": 35}, {"a", "b"}, set()),
        ({"a": 1, "b": 1, "c": 30, "all": 32}, {"a", "b"}, {"c"}),
        ({"a": 4, "b": 4, "c": 30, "all": 38}, {"a", "b"}, {"c"}),
        ({"a": 1, "b": 5, "c": 30, "all": 36}, {"a"}, {"c"}),
        ({"a": 3, "b": 0, "c": 0, "all": 3}, {"a", "all"}, set()),
        ({"a": 5, "b": 20, "c": 0, "all": 25}, set(), set()),
    ],
)
def test_a_second_count_hides_the_first(counts: dict[str, int], small: set[str], beside: set[str]) -> None:
    hidden = hide(counts, [Sum(("a", "b", "c"), ("all",))], MINIMUM)
    assert (set(hidden.small), set(hidden.beside)) == (small, beside)


def test_where_even_the_word_small_gives_a_count_away_it_is_not_said() -> None:
    """Four counts of at least one that make at most four can only be one each."""
    counts = {"a": 1, "b": 1, "c": 1, "d": 1, "all": 4}
    hidden = hide(counts, [Sum(("a", "b", "c", "d"), ("all",))], MINIMUM)
    assert hidden == Hidden(frozenset(), frozenset(counts))


def test_in_two_ways_at_once_a_rectangle_is_hidden() -> None:
    counts, sums = two_way([[3, 20, 50], [30, 40, 60], [70, 80, 90]])
    hidden = hide(counts, sums, MINIMUM)
    assert recovered(counts, sums, hidden) == []
    assert hidden.beside == {"c01", "c10", "c11"}


def test_one_switches_it_off() -> None:
    assert hide({"a": 1, "all": 9}, [Sum(("a",), ("all",))], 1) == Hidden()


def test_a_count_that_tells_of_few_people_is_hidden_however_large_it_is() -> None:
    counts = {"times": 12, "others": 40, "all": 52}
    hidden = hide(counts, [Sum(("times", "others"), ("all",))], MINIMUM, {"times"})
    assert hidden == Hidden(frozenset({"times"}), frozenset({"others"}))


small_or_large = st.one_of(st.integers(0, 6), st.integers(0, 60))


@settings(max_examples=150)
@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(small_or_large, min_size=width, max_size=width), min_size=2, max_size=4)
    )
)
def test_no_attacker_recovers_a_cell_of_a_table_with_margins(cells: list[list[int]]) -> None:
    counts, sums = two_way(cells)
    assert recovered(counts, sums, hide(counts, sums, MINIMUM)) == []


@settings(max_examples=150)
@given(st.lists(st.tuples(small_or_large, st.integers(0, 2), st.integers(0, 3)), min_size=3, max_size=14))
def test_no_attacker_recovers_a_cell_of_overlapping_sums(rows: list[tuple[int, int, int]]) -> None:
    """Parts in two groupings of different fineness, as segments are, and one part of each has another name, too."""
    counts = {f"p{i}": n for i, (n, _, _) in enumerate(rows)}
    sums: list[Sum[str]] = []
    for place, letter in ((1, "x"), (2, "y")):
        for group in sorted({row[place] for row in rows}):
            parts = tuple(f"p{i}" for i, row in enumerate(rows) if row[place] == group)
            counts[f"{letter}{group}"] = sum(counts[part] for part in parts)
            sums.append(Sum(parts, (f"{letter}{group}",)))
    counts["again"] = counts["p0"]
    sums.append(Sum(("again",), ("p0",)))
    assert recovered(counts, sums, hide(counts, sums, MINIMUM)) == []


def test_against_every_table_there_is() -> None:
    """The integer programme itself, held against plain trial of all tables."""
    counts, sums = two_way([[1, 7], [6, 2]])
    hidden = hide(counts, sums, MINIMUM)
    names = [name for name in counts if name in hidden]
    worlds = []
    for values in product(range(1, 16), repeat=len(names)):
        world = counts | dict(zip(names, values, strict=True))
        keeps = all((world[name] < MINIMUM) == (name in hidden.small) for name in names)
        if keeps and all(sum(world[p] for p in s.parts) == sum(world[t] for t in s.totals) for s in sums):
            worlds.append(world)
    assert counts in worlds
    for name, (low, high) in attack(counts, sums, hidden).items():
        values_of = {world[name] for world in worlds}
        assert (low, high) == (min(values_of), max(values_of))
        assert len(values_of) > 1


def test_the_same_is_hidden_whatever_the_order() -> None:
    counts, sums = two_way([[3, 20, 50], [30, 1, 60], [70, 80, 90]])
    turned = dict(reversed(counts.items()))
    assert hide(turned, sums[::-1], MINIMUM) == hide(counts, sums, MINIMUM)


@dataclass(frozen=True)
class Salted:
    """A name whose hash is another with another salt, as a string's is in another process."""

    text: str
    salt: int

    def __hash__(self) -> int:
        return hash((zlib.crc32(self.text.encode()), self.salt))

    def __repr__(self) -> str:
        return self.text


def test_what_is_hidden_does_not_depend_on_the_hashes_of_the_names() -> None:
    found = []
    for salt in range(3):
        chance = Random(1)  # noqa: S311 -- a seeded table, no secret
        texts = [f"{i} {j}" for i in range(6) for j in range(7)]
        cells = {Salted(text, salt): chance.choice([0, 1, 1, 2, 3, 4, 5, 6, 8, 20]) for text in texts}
        names = list(cells)
        lines = [names[row * 7 : row * 7 + 7] for row in range(6)] + [names[column::7] for column in range(7)]
        lines.append(chance.sample(names, 21))
        totals = {Salted(f"line {i}", salt): sum(cells[name] for name in line) for i, line in enumerate(lines)}
        sums = [Sum(tuple(line), (total,)) for line, total in zip(lines, totals, strict=True)]
        hidden = hide(cells | totals, sums, MINIMUM)
        found.append((sorted(map(repr, hidden.small)), sorted(map(repr, hidden.beside))))
    assert found[1:] == found[:1] * 2
