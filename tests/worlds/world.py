"""What is true in a world: its map, its people, how they leave, and what is planted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from tests.worlds.draws import Draws, Floats, Ints
from tests.worlds.plan import Plan

HOUR_S, DAY_S, WEEK_S = 3_600.0, 86_400.0, 604_800.0
START_US = 1_767_571_200_000_000  # Monday 5 January 2026

ON_ENTRY = ("failed", "wrong_channel", "wrong_initiator")
"""Faults of the very event that reaches the touchpoint; whoever has it leaves from there more often."""
WITHIN_STAY = ("ad_hoc", "repeated", "branch_conflict")
"""A further event while she stands there: the harm is done there."""
BETWEEN = ("missing", "wrong_entry", "late", "out_of_order", "on_the_way")
"""Known when the next touchpoint is reached; whoever has it leaves from that one more often.

`on_the_way` is a contact (`ad_hoc`) just before the next touchpoint.
"""
SKIPS = ("missing", "wrong_entry")
"""Of these, those in which the touchpoint itself is not seen."""


@dataclass(frozen=True)
class Segment:
    """A known trait of journeys: its values, their shares, and how much more often each leaves at each step."""

    name: str
    values: tuple[str, ...]
    shares: tuple[float, ...]
    harder: tuple[float, ...]


@dataclass(frozen=True)
class Plant:
    """Something planted.

    Attributes:
        kind: One of ON_ENTRY, WITHIN_STAY or BETWEEN.
        target: What the signal is charged to.
        slot: Place of the walk at which people are exposed, or not.
        share: How many are, of those who come there.
        effect: What it adds to the share that leaves; below 0 it helps.
        role: friction, helpful, benign (no effect, exposure at random) or decoy (no effect, but the hard are exposed).
        lean: Exposure is multiplied by this for each value of the first segment.
        drift: Exposure is multiplied by a number that goes from 1 - drift to 1 + drift over the window.
        hidden: Exposure is multiplied by it for those with the hidden trait.
        timing: For events within a stay, when they come: `soon` (a few per cent of the usual wait), `anywhere` (any
            time before she goes on or gives up), `hazard` (as long as she stands there, at a constant rate), `chase`
            (the same, and whoever will be lost stands there for ever).
        waiters: For `late`: added share that leaves while waiting too long.
        slows: For events within a stay: whoever has one waits so many times as long for the next touchpoint.
    """

    kind: str
    target: str
    slot: int
    share: float
    effect: float
    role: str
    lean: tuple[float, ...] = ()
    drift: float = 0.0
    hidden: float = 1.0
    timing: str = "soon"
    waiters: float = 0.0
    slows: float = 1.0

    @property
    def signal(self) -> str:
        """Name of the signal that shows it."""
        return "ad_hoc" if self.kind == "on_the_way" else self.kind

    @property
    def key(self) -> tuple[str, str]:
        """Signal and what it is charged to: the row of `frictions` that tells of it."""
        return self.signal, self.target


@dataclass(frozen=True)
class World:
    """A world.

    Attributes:
        name: Of the kind of world.
        seed: Same seed, same world.
        people_n: People.
        plan: The designed journey.
        plants: What is planted.
        segments: Known traits.
        leave: Share that leaves at each touchpoint without anything planted.
        pause_s: Median time from each touchpoint to the next.
        pause_sigma: Spread of its logarithm.
        window_d: Days over which journeys begin.
        as_of_d: The snapshot, days after the window opens.
        horizon_d: The horizon of the map.
        repeats: Journeys per person: the mean of a geometric number; 1: each has one.
        person_sd: How people differ in leaving, the same in all their journeys and at all steps.
        person_lean: How far exposure is a habit of the person, which says nothing of leaving: 0 not at all.
        drift: Leaving changes by so much from the window's beginning to its end.
        hidden: Those with a hidden trait (half of all) leave more often by so much.
        exits: Of those who leave, so many say so.
        noise: Events off the map, per journey and touchpoint, that mean nothing.
    """

    name: str
    seed: int
    people_n: int
    plan: Plan
    leave: Mapping[str, float]
    pause_s: Mapping[str, float]
    window_d: float
    as_of_d: float
    horizon_d: float
    plants: tuple[Plant, ...] = ()
    segments: tuple[Segment, ...] = ()
    pause_sigma: float = 0.6
    repeats: float = 1.0
    person_sd: float = 0.0
    person_lean: float = 0.0
    drift: float = 0.0
    hidden: float = 0.0
    exits: float = 0.0
    noise: float = 0.0
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def as_of_us(self) -> int:
        """The snapshot."""
        return START_US + int(self.as_of_d * DAY_S) * 1_000_000

    @property
    def yaml(self) -> str:
        """The map, with the facts of `journey_is`."""
        return replace(self.plan, facts=self.facts).yaml

    def grown(self, people_n: int, seed: int) -> World:
        """The same world with other people, and with nothing cut off by the snapshot."""
        return replace(self, people_n=people_n, seed=seed, as_of_d=self.as_of_d * 100)


@dataclass(frozen=True)
class People:
    """Who begins which journey, one element per journey, ordered by person and beginning.

    Attributes:
        person: Number of the person.
        entered_us: When it begins.
        values: For each segment the number of the journey's value.
        harder: What its traits add to the share that leaves at each step.
        habit: The person's place among people in meeting departures, standard normal.
        is_hidden: Whether it has the hidden trait.
    """

    person: Ints
    entered_us: Ints
    values: tuple[Ints, ...]
    harder: Floats
    habit: Floats
    is_hidden: Ints

    def where(self, rows: Ints) -> People:
        """Some of the journeys."""
        return People(
            self.person[rows], self.entered_us[rows], tuple(value[rows] for value in self.values),
            self.harder[rows], self.habit[rows], self.is_hidden[rows],
        )  # fmt: skip


def people_of(world: World) -> People:
    """Draw the people of a world and their journeys."""
    draws = Draws(world.seed, world.people_n)
    person = np.repeat(np.arange(world.people_n), _journeys_each(world, draws))
    n, first = person.size, np.searchsorted(person, np.arange(world.people_n))
    nth = np.arange(n) - first[person]
    each = np.bincount(person)[person]
    own = Draws(world.seed, n)
    # A person's journeys keep their distance, so that each is over before the next begins.
    spread = np.where(each == 1, own.uniform("entry"), (nth + 0.25 * own.uniform("entry")) / each)
    entered_us = START_US + (spread * world.window_d * DAY_S * 1e6).astype(np.int64)
    ease, habit = draws.normal("ease")[person], draws.normal("habit")[person]
    values = tuple(draws.pick(f"segment {s.name}", s.shares)[person] for s in world.segments)
    is_hidden = (draws.uniform("hidden")[person] < 0.5).astype(np.int64)
    harder = world.person_sd * ease + world.hidden * (is_hidden - 0.5) + world.drift * (spread - 0.5)
    for segment, value in zip(world.segments, values, strict=True):
        harder = harder + np.asarray(segment.harder)[value]
    return People(person, entered_us, values, harder, habit, is_hidden)


def _journeys_each(world: World, draws: Draws) -> Ints:
    if world.repeats <= 1.0:
        return np.ones(world.people_n, dtype=np.int64)
    more = np.floor(np.log(1 - draws.uniform("repeats")) / np.log(1 - 1 / world.repeats)).astype(np.int64)
    return np.asarray(np.minimum(1 + more, 6), dtype=np.int64)
