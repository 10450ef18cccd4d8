"""Let the people of a world walk: who is exposed to what, who leaves where, and every event on the way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from tests.worlds.draws import Bools, Draws, Floats, Ints
from tests.worlds.world import BETWEEN, DAY_S, ON_ENTRY, SKIPS, START_US, WITHIN_STAY, People, Plant, World, people_of

CONVERTED = 1_000
"""Where a walk ended that reached the goal."""
_LEAST, _MOST = 0.0, 0.95
AT_A_RATE = ("hazard", "chase")
_SOON = 0.05
"""A contact that comes soon comes after about this part of the usual pause."""


@dataclass
class Events:
    """Columns of events in the making; one list of arrays per column. Where nobody wants them, none are kept."""

    journey: list[Ints] = field(default_factory=list)
    at_us: list[Ints] = field(default_factory=list)
    code: list[Ints] = field(default_factory=list)
    plant: list[Ints] = field(default_factory=list)

    is_told: bool = True

    def add(self, journey: Ints, at_us: Floats, code: Ints | int, plant: Ints | int = -1) -> None:
        """Add events; `plant` is the number of the plant that the event shows."""
        if not self.is_told:
            return
        self.journey.append(journey)
        self.at_us.append(np.asarray(at_us).astype(np.int64))
        self.code.append(np.broadcast_to(np.asarray(code, dtype=np.int64), journey.shape))
        self.plant.append(np.broadcast_to(np.asarray(plant, dtype=np.int64), journey.shape))


@dataclass
class Marks:
    """Signs of trouble in the making: which journey, which plant, when it was known, and whether an entry shows it."""

    journey: list[Ints] = field(default_factory=list)
    plant: list[Ints] = field(default_factory=list)
    known_us: list[Ints] = field(default_factory=list)
    is_entry: list[Bools] = field(default_factory=list)
    is_told: bool = True

    def add(self, journey: Ints, plant: int, known_us: Floats, *, is_entry: bool) -> None:
        """Add marks of one plant."""
        if not self.is_told:
            return
        self.journey.append(journey)
        self.plant.append(np.full(journey.size, plant))
        self.known_us.append(known_us.astype(np.int64))
        self.is_entry.append(np.full(journey.size, is_entry))


@dataclass(frozen=True)
class Walked:
    """What became of a world's journeys, as if they could be watched for ever.

    Attributes:
        people: Who they are.
        left_slot: Slot from which each was left; CONVERTED where it reached the goal.
        ended_us: When it reached the goal, or its last event.
        met: One row per plant: who was drawn to meet it, whether or not it came to that.
        exposed: One row per plant: who met it.
        at_risk: One row per plant: who came where it could be met.
        lost_there: One row per plant: who of those left where it does harm.
        journey, at_us, code, plant: The events, by journey and time.
        marks: Journey, plant, when it was known, and whether an entry shows it (0 or 1), one column each.
    """

    people: People
    left_slot: Ints
    ended_us: Ints
    met: Bools
    exposed: Bools
    at_risk: Bools
    lost_there: Bools
    journey: Ints
    at_us: Ints
    code: Ints
    plant: Ints
    marks: tuple[Ints, Ints, Ints, Ints]

    @property
    def is_converted(self) -> Bools:
        """Which reached the goal."""
        return np.asarray(self.left_slot == CONVERTED)


def walk(world: World, fixed: Collection[int] = ()) -> Walked:
    """Simulate a world. Numbers of plants in `fixed` happen to nobody; all else is drawn with the same numbers."""
    people = people_of(world)
    return _Walker(world, frozenset(fixed), people, Draws(world.seed + 1, people.person.size)).walked()


class Again:
    """A world that can be walked again with something fixed, by those alone who met it."""

    def __init__(self, world: World, *, is_told: bool = True) -> None:
        self.world, self.people = world, people_of(world)
        self.draws = Draws(world.seed + 1, self.people.person.size)
        self.base = _Walker(world, frozenset(), self.people, self.draws, is_told=is_told).walked()

    def fixed(self, fixed: Collection[int]) -> tuple[Ints, Walked]:
        """Journeys that met something of what is fixed, and how they walk without it."""
        rows = np.flatnonzero(self.base.met[list(fixed)].any(axis=0))
        walker = _Walker(self.world, frozenset(fixed), self.people.where(rows), self.draws.of(rows), is_told=False)
        return rows, walker.walked()


class _Walker:
    """All journeys of a world at once, slot by slot."""

    def __init__(
        self, world: World, fixed: frozenset[int], people: People, draws: Draws, *, is_told: bool = True
    ) -> None:
        self.world, self.fixed, self.plan = world, fixed, world.plan
        self.people, self.draws = people, draws
        self.n = self.people.person.size
        self.events, self.marks = Events(is_told=is_told), Marks(is_told=is_told)
        self.now_us = self.people.entered_us.astype(float)
        self.alive = np.ones(self.n, dtype=bool)
        self.left_slot = np.full(self.n, CONVERTED)
        shape = (len(world.plants), self.n)
        self.exposed, self.at_risk, self.lost_there, self.met = (np.zeros(shape, dtype=bool) for _ in range(4))
        # Of plants that do their harm at the next touchpoint: who went past them, and who of those met them.
        self.passed, self.due = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        self.base = np.array([world.leave[name] for name in self.plan.names])
        self.pause_us = np.array([world.pause_s[name] * 1e6 for name in self.plan.names])
        self.codes = self._codes()

    def walked(self) -> Walked:
        for slot in range(len(self.plan.slots)):
            self._visit(slot)
        return self._result()

    def _codes(self) -> Ints:
        """Touchpoint of each slot (row) and journey; -1 where an optional one is left out."""
        codes = np.empty((len(self.plan.slots), self.n), dtype=np.int64)
        first = 0
        for number, piece in enumerate(self.plan.pieces):
            own = np.array([self.plan.code(name) for name in piece.names])
            if piece.word == "all_of":
                order = np.argsort(self.draws.uniform(f"order {number}", own.size), axis=1)
                codes[first : first + own.size] = own[order].T
                first += own.size
                continue
            if piece.word == "one_of":
                codes[first] = own[self.draws.pick(f"branch {number}", piece.shares)]
            elif piece.word == "optional":
                codes[first] = np.where(self.draws.uniform(f"optional {number}") < piece.shares[0], own[0], -1)
            else:
                codes[first] = own[0]
            first += 1
        return codes

    def _visit(self, slot: int) -> None:
        code = self.codes[slot]
        here = self.alive & (code >= 0)
        met = {number: self._met(number, plant, here) for number, plant in self._plants_at(slot)}
        skipped = np.zeros(self.n, dtype=bool)
        for number, plant in self._plants_at(slot):
            if plant.kind == "out_of_order":
                self._swap(slot, met[number])
            if plant.kind in SKIPS:
                skipped |= met[number]
        if slot == len(self.plan.slots) - 1:
            self._arrive(here, code)
            return
        leaves = self._leaves(slot, here, skipped, met)
        # Who leaves was there after all: only those who go on can have skipped it.
        shown = here & (leaves | ~skipped)
        self._tell_visit(slot, shown, met)
        self._go_on(slot, here, shown, leaves, met)

    def _plants_at(self, slot: int) -> list[tuple[int, Plant]]:
        return [(number, plant) for number, plant in enumerate(self.world.plants) if plant.slot == slot]

    def _met(self, number: int, plant: Plant, here: Bools) -> Bools:
        """Who meets a plant, of those who are where it can be met."""
        at_risk = here.copy()
        if plant.kind in ON_ENTRY or plant.kind == "repeated":
            at_risk &= self.codes[plant.slot] == self.plan.code(plant.target)
        if plant.kind == "branch_conflict":
            at_risk &= self.codes[plant.slot] != self.plan.code(plant.target)
        share = np.full(self.n, plant.share)
        if plant.lean:
            share *= np.asarray(plant.lean)[self.people.values[0]]
        place = (self.people.entered_us - START_US) / (self.world.window_d * DAY_S * 1e6)
        share *= 1 + plant.drift * (2 * place - 1)
        share *= np.where(self.people.is_hidden == 1, plant.hidden, 1.0)
        share *= np.exp(self.world.person_lean * self.people.habit)
        met = at_risk & (self.draws.uniform(f"meets {number}") < share) & (number not in self.fixed)
        self.met[number] = met
        if plant.kind not in BETWEEN:
            self.at_risk[number], self.exposed[number] = at_risk, met
        return met

    def _swap(self, slot: int, who: Bools) -> None:
        """The touchpoint after this one comes first."""
        self.codes[slot, who], self.codes[slot + 1, who] = self.codes[slot + 1, who], self.codes[slot, who]

    def _leaves(self, slot: int, here: Bools, skipped: Bools, met: dict[int, Bools]) -> Bools:
        """Who leaves from here."""
        chance = np.where(here, self.base[np.maximum(self.codes[slot], 0)] + self.people.harder, 0.0)
        visits = here & ~skipped
        judged = []
        for number, plant in enumerate(self.world.plants):
            if plant.kind in BETWEEN and plant.slot < slot:
                first = visits & self.passed[number]
                self.passed[number] &= ~first
                self.at_risk[number] |= first
                self.exposed[number] |= first & self.due[number]
                if plant.kind != "on_the_way":  # that was known before
                    self._mark(number, first & self.due[number], self.now_us, is_entry=True)
                chance = chance + plant.effect * (first & self.due[number])
                judged.append((number, first))
        for number, plant in self._plants_at(slot):
            if plant.kind in (*ON_ENTRY, *WITHIN_STAY) and plant.timing not in AT_A_RATE:
                chance = chance + plant.effect * (met[number] & visits)
                judged.append((number, self.at_risk[number]))
            if plant.kind == "late":
                chance = chance + plant.waiters * (met[number] & visits)
        leaves = here & (self.draws.uniform(f"leaves {slot}") < np.clip(chance, _LEAST, _MOST))
        for number, first in judged:
            self.lost_there[number] |= leaves & first
        return leaves

    def _mark(self, number: int, who: Bools, known_us: Floats, *, is_entry: bool) -> None:
        found = np.flatnonzero(who)
        self.marks.add(found, number, known_us[found], is_entry=is_entry)

    def _tell_visit(self, slot: int, shown: Bools, met: dict[int, Bools]) -> None:
        """The event of the touchpoint itself, and which plant it shows."""
        shows = np.full(self.n, -1)
        for number, plant in self._plants_at(slot):
            if plant.kind in ON_ENTRY:
                shows[met[number]] = number
                self._mark(number, met[number] & shown, self.now_us, is_entry=True)
        who = np.flatnonzero(shown)
        self.events.add(who, self.now_us[who], self.codes[slot][who], shows[who])

    def _pause(self, slot: int) -> Floats:
        """How long each would stand here before the next touchpoint."""
        spread = np.exp(self.world.pause_sigma * self.draws.normal(f"pause {slot}"))
        return np.asarray(self.pause_us[np.maximum(self.codes[slot], 0)] * spread)

    def _go_on(self, slot: int, here: Bools, shown: Bools, leaves: Bools, met: dict[int, Bools]) -> None:
        pause_us = self._promised(slot, self._pause(slot), met)
        for number, plant in self._plants_at(slot):
            if plant.kind in WITHIN_STAY:
                pause_us = self._tell_stay(number, plant, met[number] & shown, pause_us, leaves)
        self._tell_noise(slot, shown, pause_us)
        self._tell_exits(slot, shown & leaves, pause_us)
        self.left_slot[leaves] = slot
        self.alive &= ~leaves
        gone_on = here & self.alive
        for number, plant in self._plants_at(slot):
            if plant.kind in BETWEEN:
                self.passed[number] |= gone_on
                self.due[number] |= met[number] & gone_on
            if plant.kind == "on_the_way":
                who = np.flatnonzero(met[number] & gone_on)
                part = 0.95 + 0.04 * self.draws.uniform(f"when {number}")[who]
                at_us = self.now_us[who] + part * pause_us[who]
                self.events.add(who, at_us, self.plan.code(plant.target), number)
                self.marks.add(who, number, at_us, is_entry=False)
        self.now_us = np.where(gone_on, self.now_us + pause_us, self.now_us)

    def _promised(self, slot: int, pause_us: Floats, met: dict[int, Bools]) -> Floats:
        """Where something is promised, those who are kept waiting wait longer than that, and all others less."""
        for number, plant in self._plants_at(slot):
            if plant.kind != "late":
                continue
            within_us = next(within for ready, _, within in self.plan.promises if ready == plant.target) * 1e6
            over = within_us * (1.1 + self.draws.uniform(f"late {number}"))
            kept = np.where(pause_us < within_us, pause_us, within_us * self.draws.uniform(f"kept {number}"))
            pause_us = np.where(met[number], over, kept)
        return pause_us

    def _tell_stay(self, number: int, plant: Plant, who: Bools, pause_us: Floats, leaves: Bools) -> Floats:
        """Events of a plant while people stand here; returns their pauses."""
        drawn = self.draws.uniform(f"when {number}")
        pause_us = np.where(who, pause_us * plant.slows, pause_us)
        usual = np.median(self.pause_us[np.maximum(self.codes[plant.slot], 0)])
        if plant.timing == "soon":
            after = usual * _SOON * (0.2 + 1.6 * drawn)
            pause_us = np.where(who, np.maximum(pause_us, after * 1.2), pause_us)
        elif plant.timing == "anywhere":
            after = pause_us * (0.05 + 0.85 * drawn)
        else:
            who, after = self._at_a_rate(number, plant, who, pause_us, leaves)
            pause_us = np.where(who, np.maximum(pause_us, after * 1.05), pause_us)  # who is kept goes on after it
        told = np.flatnonzero(who)
        code = self.plan.code(plant.target)
        self.events.add(told, self.now_us[told] + after[told], code, number)
        self._mark(number, who, self.now_us + after, is_entry=plant.kind == "branch_conflict")
        return pause_us

    def _at_a_rate(
        self, number: int, plant: Plant, who: Bools, pause_us: Floats, leaves: Bools
    ) -> tuple[Bools, Floats]:
        """Contacts of those who stand long enough; who has one then leaves more often."""
        rate = -np.log(1 - self.draws.uniform(f"when {number}"))
        after = rate * self.pause_us[np.maximum(self.codes[plant.slot], 0)] / 0.7
        who = who & ((after < pause_us) | (leaves & (plant.timing == "chase")))
        self.exposed[number] = who
        plain = np.clip(self.base[np.maximum(self.codes[plant.slot], 0)] + self.people.harder, 1e-6, _MOST)
        drawn = self.draws.uniform(f"leaves then {number}")
        more = who & ~leaves & (drawn < plant.effect / (1 - plain))
        spared = who & leaves & (drawn < -plant.effect / plain)
        leaves |= more
        leaves &= ~spared
        self.lost_there[number] = leaves & self.at_risk[number]
        return who, after

    def _tell_noise(self, slot: int, shown: Bools, pause_us: Floats) -> None:
        if self.world.noise <= 0:
            return
        who = np.flatnonzero(shown & (self.draws.uniform(f"noise {slot}") < self.world.noise))
        part = self.draws.uniform(f"noise at {slot}")[who]
        self.events.add(who, self.now_us[who] + part * pause_us[who], -1)

    def _tell_exits(self, slot: int, left: Bools, pause_us: Floats) -> None:
        if self.world.exits <= 0:
            return
        who = np.flatnonzero(left & (self.draws.uniform(f"says so {slot}") < self.world.exits))
        self.events.add(who, self.now_us[who] + pause_us[who], self.plan.code("declined"))

    def _arrive(self, shown: Bools, code: Ints) -> None:
        who = np.flatnonzero(shown)
        self.events.add(who, self.now_us[who], code[who])
        self.alive &= ~shown

    def _result(self) -> Walked:
        ended_us = self.now_us.astype(np.int64)
        nothing = np.zeros(0, dtype=np.int64)
        columns = (nothing, nothing, nothing, nothing)
        if self.events.is_told:
            columns = self._events()
            np.maximum.at(ended_us, columns[0], columns[1])
        return Walked(
            self.people, self.left_slot, ended_us, self.met, self.exposed, self.at_risk, self.lost_there,
            *columns, self._marks(),
        )  # fmt: skip

    def _events(self) -> tuple[Ints, Ints, Ints, Ints]:
        told = self.events
        journey, at_us = np.concatenate(told.journey), np.concatenate(told.at_us)
        code, plant = np.concatenate(told.code), np.concatenate(told.plant)
        order = np.lexsort((np.arange(journey.size), at_us, journey))
        return journey[order], at_us[order], code[order], plant[order]

    def _marks(self) -> tuple[Ints, Ints, Ints, Ints]:
        told = self.marks
        if not told.journey:
            nothing = np.zeros(0, dtype=np.int64)
            return nothing, nothing, nothing, nothing
        journey, plant = np.concatenate(told.journey), np.concatenate(told.plant)
        return journey, plant, np.concatenate(told.known_us), np.concatenate(told.is_entry).astype(np.int64)
