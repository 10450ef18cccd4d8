"""Risk sets from small tables, and made-up journeys with planted frictions; truth comes from running them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from models.friction.parts import CONVERTED, LOST, RiskSet, Steps

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Row = tuple[int, bool, bool, int, int]


def from_table(rows: Sequence[Row], months: float = 1.0) -> RiskSet:
    """Units of one touchpoint, everybody another person: stratum (and segment), exposed, lost, fate, how many."""
    stratum, exposed, lost, fate, n = (np.array(column) for column in zip(*rows, strict=True))
    who = np.arange(int(n.sum()))
    return RiskSet(
        person=who,
        stratum=np.repeat(stratum, n),
        base=np.repeat(stratum, n),
        step=who,
        is_exposed=np.repeat(exposed, n),
        is_lost=np.repeat(lost, n),
        fate=np.repeat(fate, n),
        code=np.zeros_like(who),
        went_on_s=np.full(who.size, np.nan),
        months=months,
    )


@dataclass(frozen=True)
class Signal:
    """A planted signal: where it is known, how often, and what it adds to being lost there."""

    code: int
    rate: float
    effect: float
    is_decoy: bool = False  # hard customers meet it more often, and are lost more often whether they do or not


@dataclass(frozen=True)
class Plan:
    """How journeys go: touchpoints in a row, some skipped; segments from easy to hard customers."""

    signals: tuple[Signal, ...]
    journeys_n: int = 5000
    touchpoints_n: int = 6
    segments_n: int = 4
    months: float = 6.0
    mean_journeys: float = 1.0
    likeness: float = 0.0  # by how much a person's mood moves the share lost
    sticky: bool = False  # whoever meets a signal once meets it in all her journeys
    skipped: float = 0.2
    immature: float = 0.25


@dataclass(frozen=True)
class Planted:
    """Made-up journeys, and what is true of them."""

    plan: Plan
    sets: tuple[RiskSet, ...]
    steps: Steps
    person_hash: Hashes
    gains: Floats  # customers a month, by signal, were it removed
    all_gain: float  # were all that cost customers removed
    removal: Floats  # share of conversions that go through the signal (Anderl's removal effect), a month

    @property
    def is_friction(self) -> Flags:
        return np.array([signal.effect > 0 for signal in self.plan.signals])


@dataclass(frozen=True)
class _Draws:
    """Common random numbers: the same journeys, with signals or without."""

    plan: Plan
    person: Integers
    segment: Integers
    calendar: Integers
    met: Flags
    lose: Floats
    is_skipped: Flags
    hard: Floats = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hard", self.segment / max(1, self.plan.segments_n - 1))

    def walk(self, without: Sequence[int] = ()) -> tuple[Flags, Integers, Flags]:
        """Who converts, where the others are lost (-1), and who came where, with some signals removed."""
        plan = self.plan
        risk = 0.06 + 0.10 * self.hard[None, :].repeat(plan.touchpoints_n, axis=0)
        for place, signal in enumerate(plan.signals):
            if place not in without:
                risk[signal.code] += signal.effect * self.met[place] * (0.75 + 0.5 * self.hard)
        is_on = np.ones(self.person.size, dtype=bool)
        lost_at = np.full(self.person.size, -1)
        came = np.zeros((plan.touchpoints_n, self.person.size), dtype=bool)
        for code in range(plan.touchpoints_n):
            came[code] = is_on & ~self.is_skipped[code]
            leaves = came[code] & (self.lose[code] < np.clip(risk[code], 0, 1))
            lost_at[leaves] = code
            is_on &= ~leaves
        return is_on, lost_at, came


def _draw(plan: Plan, rng: np.random.Generator) -> _Draws:
    n = plan.journeys_n
    person = np.repeat(np.arange(n), rng.geometric(1 / plan.mean_journeys, n))[:n]
    segment = rng.integers(0, plan.segments_n, n)[person]
    hard = segment / max(1, plan.segments_n - 1)
    luck = rng.random((len(plan.signals), n))[:, person if plan.sticky else np.arange(n)]
    rate = np.array([s.rate * (0.4 + 2.2 * hard) if s.is_decoy else np.full(n, s.rate) for s in plan.signals])
    mood = rng.normal(0, plan.likeness, n)[person] if plan.likeness else 0.0
    lose = rng.random((plan.touchpoints_n, n)) + mood
    is_skipped = rng.random((plan.touchpoints_n, n)) < plan.skipped
    is_skipped[0] = False
    return _Draws(plan, person, segment, rng.integers(0, 4, n), luck < rate.reshape(-1, n), lose, is_skipped)


def _steps(draws: _Draws, lost_at: Integers, came: Flags) -> tuple[Steps, Integers]:
    """The stages, and by touchpoint and journey which of them it is."""
    following = np.full(came.shape, CONVERTED)
    after = np.full(came.shape[1], CONVERTED)
    for back in reversed(range(len(came))):
        following[back] = np.where(lost_at == back, LOST, after)
        after = np.where(came[back], back, after)
    code, journey = np.nonzero(came)
    row = np.full(came.shape, -1)
    row[code, journey] = np.arange(code.size)
    return Steps(draws.segment[journey], code, following[code, journey], code == 0), row


def plant(plan: Plan, seed: int) -> Planted:
    """Journeys of a plan; the truth is what the same journeys would have done without a signal."""
    rng = np.random.default_rng(seed)
    draws = _draw(plan, rng)
    is_won, lost_at, came = draws.walk()
    steps, row = _steps(draws, lost_at, came)
    is_late = rng.random(plan.journeys_n) < plan.immature
    sets = []
    for place, signal in enumerate(plan.signals):
        who = np.flatnonzero(came[signal.code])
        sets.append(
            RiskSet(
                person=draws.person[who],
                stratum=draws.segment[who] * 4 + draws.calendar[who],
                base=draws.segment[who],
                step=row[signal.code, who],
                is_exposed=draws.met[place, who],
                is_lost=lost_at[who] == signal.code,
                fate=np.where(is_late[who], -1, is_won[who]).astype(np.int64),
                code=np.full(who.size, signal.code),
                went_on_s=np.full(who.size, np.nan),
                months=plan.months,
            )
        )
    won_n = np.count_nonzero(is_won)
    gains = [np.count_nonzero(draws.walk((place,))[0]) - won_n for place in range(len(sets))]
    costly = [place for place, signal in enumerate(plan.signals) if signal.effect > 0]
    all_gain = np.count_nonzero(draws.walk(costly)[0]) - won_n
    removal = [np.count_nonzero(is_won & came[s.code] & draws.met[place]) for place, s in enumerate(plan.signals)]
    return Planted(
        plan,
        tuple(sets),
        steps,
        rng.integers(0, 2**63, plan.journeys_n).astype(np.uint64),
        np.array(gains) / plan.months,
        all_gain / plan.months,
        np.array(removal) / plan.months,
    )


def random_plan(seed: int, frictions_n: int = 4, nulls_n: int = 8, decoys_n: int = 3, **more: int | float) -> Plan:
    """Signals at random places: some that cost customers, one that keeps them, many that do nothing, and decoys."""
    rng = np.random.default_rng((seed, 1))
    chosen = replace(Plan(()), **more)  # type: ignore[arg-type]  # numbers for fields that are numbers
    effects = [*rng.uniform(0.08, 0.20, frictions_n), *([-0.05] if frictions_n else []), *np.zeros(nulls_n)]
    signals = [
        Signal(int(rng.integers(chosen.touchpoints_n)), float(rng.uniform(0.08, 0.25)), float(effect))
        for effect in effects
    ]
    decoys = [
        Signal(int(rng.integers(chosen.touchpoints_n)), float(rng.uniform(0.1, 0.2)), 0.0, is_decoy=True)
        for _ in range(decoys_n)
    ]
    return replace(chosen, signals=(*signals, *decoys))


@pytest.fixture(scope="session")
def table() -> Callable[..., RiskSet]:
    """Makes a risk set of a small table."""
    return from_table


@pytest.fixture(scope="session")
def hashes() -> Callable[[int], Hashes]:
    """Makes hashes of so many persons."""
    return lambda n: np.random.default_rng(5).integers(0, 2**63, n).astype(np.uint64)


@pytest.fixture(scope="session")
def planted() -> Callable[..., Planted]:
    """Plants journeys by a plan and a seed; the same ones are made once."""
    return lru_cache(maxsize=None)(plant)


@pytest.fixture(scope="session")
def crowd() -> Callable[..., Planted]:
    """Plants journeys of a random plan: seed, and what `random_plan` takes."""
    return lambda seed, **more: plant(random_plan(seed, **more), seed)


@pytest.fixture(scope="session")
def signal() -> type[Signal]:
    """Describes a planted signal."""
    return Signal


@pytest.fixture(scope="session")
def plan() -> type[Plan]:
    """Describes planted journeys."""
    return Plan
