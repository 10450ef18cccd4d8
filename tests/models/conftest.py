"""Made-up journeys whose every end is planted, and what a snapshot would show of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from models.patience import learn_patience

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DAY_US = 86_400_000_000
NEVER_US = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class Plan:
    """How journeys go: per touchpoint the chance to leave in silence, to say no, to touch again, and the wait."""

    lose: tuple[float, ...] = (0.20, 0.10, 0.15, 0.05)
    refuse: tuple[float, ...] = (0.02, 0.10, 0.05, 0.03)
    again: tuple[float, ...] = (0.10, 0.00, 0.20, 0.10)
    median_d: tuple[float, ...] = (0.5, 1.0, 7.0, 0.5)  # the third is slow, and not lost
    back: tuple[int, ...] = (0, 0, 0, 0)  # how many touchpoints back the touch again is
    spread: float = 0.6
    window_d: float = 150.0
    horizon_d: float = 30.0
    likeness: float = 0.0  # how much one person's journeys are alike: standard deviation on the logit of losing
    mean_journeys: float = 1.0

    @property
    def true_patience_us(self) -> Integers:
        """Patience that 99 % of those who go on do not exceed, where nobody goes back."""
        return np.asarray(np.array(self.median_d) * np.exp(2.326 * self.spread) * DAY_US, dtype=np.int64)

    @property
    def window_us(self) -> int:
        return int(self.window_d * DAY_US)

    @property
    def horizon_us(self) -> int:
        return int(self.horizon_d * DAY_US)


@dataclass(frozen=True)
class World:
    """Whole journeys, futures included. Arrays by touchpoint and journey; `NEVER_US` where it does not happen."""

    plan: Plan
    patience_us: Integers
    person: Integers
    reached_us: Integers
    again_us: Integers
    refused_us: Integers
    goal_us: Integers
    events_us: Integers = field(init=False)

    def __post_init__(self) -> None:
        rows = (self.reached_us, self.again_us, self.refused_us, self.goal_us[None, :])
        object.__setattr__(self, "events_us", np.vstack(rows))

    @property
    def touchpoints_n(self) -> int:
        return len(self.plan.lose)

    def ends(self, as_of_us: int = NEVER_US - 1) -> tuple[npt.NDArray[np.str_], Integers, Integers, Integers]:
        """Status, end, last event and place of each journey as a snapshot shows them; the last one shows everything."""
        seen = np.where(self.events_us <= as_of_us, self.events_us, -1)
        last_us = seen.max(axis=0)
        codes = np.arange(self.touchpoints_n)
        place = np.append(codes, codes - self.plan.back)[seen[: 2 * self.touchpoints_n].argmax(axis=0)]
        is_won = self.goal_us <= as_of_us
        is_refused = (self.refused_us <= as_of_us).any(axis=0)
        is_silent = as_of_us - last_us > self.patience_us[place]
        status = np.select([is_won, is_refused, is_silent], ["converted", "exited", "abandoned"], default="in_flight")
        return status, np.where(status == "in_flight", NEVER_US, last_us), last_us, place

    def truth(self) -> pl.DataFrame:
        """One row per touchpoint: shares by the horizon, and hazards, over whole journeys."""
        status, end_us, _, place = self.ends()
        rows = []
        for code in range(self.touchpoints_n):
            chosen = self.reached_us[code] < NEVER_US
            is_in = end_us[chosen] - self.reached_us[code][chosen] <= self.plan.horizon_us
            ended, here = status[chosen], place[chosen] == code
            words = ("converted", "exited", "abandoned")
            shares = {f"{word}_share": np.mean(is_in & (ended == word)) for word in words}
            hazards = {
                "hazard": np.mean(is_in & here & (ended == "abandoned")),
                "exit_hazard": np.mean(is_in & here & (ended == "exited")),
            }
            rows.append({"code": code, **shares, "active_share": np.mean(~is_in), **hazards})
        return pl.DataFrame(rows)

    def snapshot(self, as_of_us: int | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The two frames that the models read, from what has happened by the snapshot; default: the window's end."""
        at_us = self.plan.window_us if as_of_us is None else as_of_us
        status, end_us, last_us, place = self.ends(at_us)
        begun = np.flatnonzero(self.reached_us[0] <= at_us)
        code, journey = np.nonzero(self.reached_us <= at_us)
        reached = pl.DataFrame({"journey_key": journey, "code": code, "reached_us": self.reached_us[code, journey]})
        journeys = pl.DataFrame(
            {
                "journey_key": begun,
                "person_key": self.person[begun],
                "status": status[begun],
                "end_us": end_us[begun],
                "last_us": last_us[begun],
                "code": place[begun],
            }
        )
        is_open = pl.col("end_us") >= NEVER_US
        return reached, journeys.with_columns(end_us=pl.when(~is_open).then("end_us"))

    def touches(self, as_of_us: int) -> tuple[Integers, Integers, Floats]:
        """Every touch seen after which something was awaited: touchpoint, time, next event (NaN: none by then)."""
        parts = []
        for code in range(self.touchpoints_n):
            after = self.reached_us[code + 1] if code + 1 < self.touchpoints_n else self.goal_us
            onward = np.minimum(after, self.refused_us[code])
            for place, at_us, next_us in (
                (code, self.reached_us[code], np.minimum(self.again_us[code], onward)),
                (code - self.plan.back[code], self.again_us[code], onward),
            ):
                seen = at_us <= as_of_us
                then = np.where(next_us[seen] <= as_of_us, next_us[seen], np.nan)
                parts.append((np.full(int(seen.sum()), place), at_us[seen], then))
        places, at, nexts = (np.concatenate(column) for column in zip(*parts, strict=True))
        return places, at, nexts


def make_world(plan: Plan, journeys_n: int, rng: np.random.Generator) -> World:
    """Journeys that begin at any time of the window, each with its whole future."""
    extra = rng.geometric(1 / plan.mean_journeys, journeys_n)
    person = np.repeat(np.arange(journeys_n), extra)[:journeys_n]
    mood = rng.normal(0.0, plan.likeness, journeys_n)[person] if plan.likeness else np.zeros(journeys_n)
    shape = (len(plan.lose), journeys_n)
    reached, again, refused = (np.full(shape, NEVER_US, dtype=np.int64) for _ in range(3))
    at = rng.uniform(0, plan.window_us, journeys_n)
    is_on = np.ones(journeys_n, dtype=bool)
    for code, (lose, refuse, repeat, median) in enumerate(
        zip(plan.lose, plan.refuse, plan.again, plan.median_d, strict=True)
    ):
        reached[code, is_on] = at[is_on]
        wait = rng.lognormal(np.log(median * DAY_US), plan.spread, (3, journeys_n))
        repeats = is_on & (rng.random(journeys_n) < repeat)
        again[code, repeats] = (at + wait[0])[repeats]
        at = np.where(repeats, at + wait[0], at)
        chance = 1 / (1 + np.exp(-(np.log(lose / (1 - lose)) + mood)))
        fate = rng.random(journeys_n)
        says_no = is_on & (fate >= chance) & (fate < chance + (1 - chance) * refuse)
        refused[code, says_no] = (at + wait[1])[says_no]
        is_on = is_on & (fate >= chance + (1 - chance) * refuse)
        at = at + wait[2]
    goal = np.where(is_on, at, NEVER_US).astype(np.int64)
    return World(plan, plan.true_patience_us, person, reached, again, refused, goal)


class Planted:
    """Plans and worlds, handed over as a fixture because tests import nothing of each other."""

    plan = Plan
    never_us = NEVER_US
    day_us = DAY_US

    @staticmethod
    @lru_cache(maxsize=4)
    def world(plan: Plan, journeys_n: int, seed: int) -> World:
        """A world of that many journeys."""
        return make_world(plan, journeys_n, np.random.default_rng(seed))

    @staticmethod
    @cache
    def truth(plan: Plan) -> pl.DataFrame:
        """What becomes of the plan's journeys, over very many of them."""
        return make_world(plan, 400_000, np.random.default_rng(1)).truth()

    @staticmethod
    def learned(world: World) -> World:
        """The same world, its patience learned from what the window shows instead of planted."""
        plan = world.plan
        code, touched_us, next_us = world.touches(plan.window_us)
        patience_us = learn_patience(
            code,
            touched_us,
            next_us,
            codes_n=len(plan.lose),
            as_of_us=plan.window_us,
            horizon_us=plan.horizon_us,
        )
        return replace(world, patience_us=np.where(patience_us < 0, plan.horizon_us, patience_us))


@pytest.fixture(scope="session")
def planted() -> Planted:
    """Worlds with planted ends."""
    return Planted()
