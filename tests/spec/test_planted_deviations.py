"""Deviations that were planted are found for what they are, and nothing else is; ways that must not work do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.alignment import align
from models.automaton import compile_flow
from models.deviations import KINDS, departures, traces_of
from models.places import layout
from schemas.journey_map import load_map
from schemas.words import DeviationKind
from tests.spec.planted import Label, Planted, planted

Query = Callable[[str], list[tuple[Any, ...]]]
World = Callable[..., Query]
Found = dict[str, set[Label]]


def deviations_of(query: Query) -> Found:
    """Person to her deviations: kind and what it is charged to."""
    rows = query(
        "SELECT list_extract(map_values(e.ids), 1), d.kind, coalesce(d.touchpoint, d.block) FROM deviations d"
        " JOIN (SELECT journey_id, min(event_id) AS event_id FROM journey_events GROUP BY journey_id) first"
        " USING (journey_id) JOIN events e ON e.event_id = first.event_id"
    )
    found: Found = {}
    for person, kind, target in rows:
        found.setdefault(str(person), set()).add((str(kind), str(target)))
    return found


def scores(truth: Iterable[dict[str, set[Label]]], found: Iterable[Found]) -> dict[str, tuple[float, float, int]]:
    """Kind to precision, recall and how many were planted."""
    right, told, there = Counter[str](), Counter[str](), Counter[str]()
    for labels, rows in zip(truth, found, strict=True):
        for person, planted_here in labels.items():
            found_here = rows.get(person, set())
            right.update(kind for kind, _ in planted_here & found_here)
            told.update(kind for kind, _ in found_here)
            there.update(kind for kind, _ in planted_here)
    return {
        kind: (right[kind] / max(told[kind], 1), right[kind] / max(there[kind], 1), there[kind])
        for kind in sorted({*told, *there})
    }


def test_planted_deviations_of_finished_journeys_are_found_and_no_others(world: World) -> None:
    rng = np.random.default_rng(2026)
    worlds = [planted(rng, 500) for _ in range(5)]
    found = [deviations_of(world(each.map_text, each.events, as_of="400")) for each in worlds]
    told = scores([each.labels for each in worlds], found)
    every_kind = set(DeviationKind) - {DeviationKind.OVERDUE}  # which an open journey alone can have
    assert set(told) == {str(kind) for kind in every_kind}
    for kind, (precision, recall, n) in told.items():
        assert n >= 60, kind
        assert precision >= 0.97, f"{kind}: {told[kind]}"
        assert recall >= 0.97, f"{kind}: {told[kind]}"


@pytest.fixture(scope="module")
def in_flight() -> list[Planted]:
    rng = np.random.default_rng(11)
    return [planted(rng, 400, ["missing_in_flight"]) for _ in range(3)]


def test_what_is_missing_from_journeys_in_flight_is_what_was_passed_by(world: World, in_flight: list[Planted]) -> None:
    found = []
    for each in in_flight:
        query = world(each.map_text, each.events, as_of="400")
        assert query("SELECT DISTINCT status FROM journeys") == [("in_flight",)]
        found.append(deviations_of(query))
    precision, recall, n = scores([each.labels for each in in_flight], found)["missing"]
    assert n >= 600
    assert precision >= 0.97
    assert recall >= 0.95


class Laid:
    """The journeys of a world, laid over its map by the aligner alone, without tables."""

    def __init__(self, each: Planted, folder: Path) -> None:
        path = folder / "map.yaml"
        path.write_text(each.map_text, encoding="utf-8")
        self.flow = load_map(path).flow
        self.automaton = compile_flow(self.flow)
        self.plan, self.names = layout(self.flow, self.automaton.letters)
        self.people: dict[str, list[str]] = {}
        for line in each.events.splitlines():
            person, _, name, *_ = line.split()
            self.people.setdefault(person, []).append(name)

    def found(
        self,
        *,
        is_full: bool,
        places: NDArray[np.int32] | None = None,
        order: Sequence[str] = (),
        to_branch: bool = False,
    ) -> Found:
        """Person to the deviations from the flow.

        Args:
            is_full: Whether every journey is judged as finished.
            places: Designed places that break ties; None: the map's.
            order: To whom the results are given, in the order of the traces; empty: to those whose they are.
            to_branch: Charge a skipped block to the branch that the alignment happened to take.
        """
        given = traces_of(self.automaton, list(self.people.values()))
        chosen = align(self.automaton, given, np.full(given.n, is_full), self.plan.place if places is None else places)
        rows = departures(chosen, self.plan, np.diff(given.offsets))
        people = order or list(self.people)
        found: Found = {}
        for trace, kind, letter, block, event_letter in zip(
            rows.trace, rows.kind, rows.letter, rows.block, rows.event_letter, strict=True
        ):
            name = self.automaton.letters[event_letter if to_branch else letter]
            target = name if to_branch or block < 0 else self.names.labels[block]
            found.setdefault(people[trace], set()).add((str(KINDS[kind]), target))
        return found


FLOW_KINDS = {str(kind) for kind in KINDS}


def of_the_flow(labels: Found) -> Found:
    """Labels that the aligner alone can find; it sees no blind spot."""
    seen = {
        person: {("missing" if k == "unobservable" else k, t) for k, t in found} for person, found in labels.items()
    }
    return {person: {label for label in found if label[0] in FLOW_KINDS} for person, found in seen.items()}


def test_mutant_full_alignment_of_journeys_in_flight_calls_what_lies_ahead_missing(
    in_flight: list[Planted], tmp_path: Path
) -> None:
    laid = [(each.labels, Laid(each, tmp_path)) for each in in_flight]
    truth = [of_the_flow(labels) for labels, _ in laid]
    assert scores(truth, [one.found(is_full=False) for _, one in laid])["missing"][0] >= 0.97
    assert scores(truth, [one.found(is_full=True) for _, one in laid])["missing"][0] < 0.5


@pytest.fixture
def finished(tmp_path: Path) -> tuple[Found, Laid]:
    each = planted(np.random.default_rng(5), 600, ["missing", "missing_block", "repeated", "out_of_order"])
    whole = {person: labels for person, labels in each.labels.items() if labels}
    laid = Laid(each, tmp_path)
    laid.people = {person: trace for person, trace in laid.people.items() if person in whole}
    return of_the_flow(whole), laid


def test_the_aligner_alone_finds_what_was_planted_in_the_flow(finished: tuple[Found, Laid]) -> None:
    truth, laid = finished
    for kind, (precision, recall, _) in scores([truth], [laid.found(is_full=True)]).items():
        assert precision >= 0.97, kind
        assert recall >= 0.97, kind


def test_mutant_results_taken_by_position_go_to_the_wrong_journeys(finished: tuple[Found, Laid]) -> None:
    """Other tools give their results back sorted by case id: whoever zips them with her own rows mixes people up."""
    truth, laid = finished
    told = scores([truth], [laid.found(is_full=True, order=sorted(laid.people))])
    assert told["missing"][1] < 0.5


def test_mutant_charging_a_branch_blames_what_nobody_had_to_do(finished: tuple[Found, Laid]) -> None:
    truth, laid = finished
    assert scores([truth], [laid.found(is_full=True, to_branch=True)])["missing"][1] < 0.97


def test_mutant_ties_broken_by_hash_blame_somebody_else_each_time(finished: tuple[Found, Laid]) -> None:
    _, laid = finished
    said = []
    for seed in range(4):
        hashed = np.random.default_rng(seed).permutation(len(laid.automaton.letters)).astype(np.int32)
        said.append(laid.found(is_full=True, places=hashed, to_branch=True))
    assert any(one != said[0] for one in said[1:]), "the mutant must depend on its hash"
    backwards = Laid.__new__(Laid)
    backwards.__dict__ = {**laid.__dict__, "people": dict(reversed(laid.people.items()))}
    assert backwards.found(is_full=True) == laid.found(is_full=True), "ours depends on nothing but the trace"
