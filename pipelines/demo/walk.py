"""A crowd that walks a journey step by step: who is still here, when each of them is, and what each of them did."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.demo.clockwork import Mask, Shares, Times, gaps
from pipelines.demo.story import DAY, END_US, PLANTED

STAYS = -1


@dataclass
class Walk:
    """One row per journey in every array.

    Attributes:
        rng: Source of chance.
        person: Number of the person.
        now: When the journey's last happening was, or will be.
        entered_at: When it began.
        is_here: Has not left.
        place: Number of the step that it stands on.
        steps: Names of the steps, in the order walked.
        left_from: Number of the step that it left from, STAYS for those who did not.
        decided_at: When it made up its mind to leave.
        exit_at: When it said so; 0 for those who said nothing.
        goal_at: When it reached the goal; 0 for those who did not.
        flags: Planted signal to who shows it.
        risk: Planted signal to who could show it.
        happenings: What was done, a frame per call.
    """

    rng: np.random.Generator
    person: Times
    now: Times
    entered_at: Times = field(init=False)
    is_here: Mask = field(init=False)
    place: Times = field(init=False)
    steps: list[str] = field(default_factory=list)
    left_from: Times = field(init=False)
    decided_at: Times = field(init=False)
    exit_at: Times = field(init=False)
    goal_at: Times = field(init=False)
    flags: dict[str, Mask] = field(default_factory=dict)
    risk: dict[str, Mask] = field(default_factory=dict)
    happenings: list[pl.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.entered_at = self.now.copy()
        self.is_here = np.ones(self.n, dtype=bool)
        self.place = np.zeros(self.n, dtype=np.int64)
        self.left_from = np.full(self.n, STAYS, dtype=np.int64)
        self.decided_at, self.exit_at, self.goal_at = (np.zeros(self.n, dtype=np.int64) for _ in range(3))

    @property
    def n(self) -> int:
        """How many journeys walk."""
        return len(self.person)

    def chance(self, probability: float | Shares) -> Mask:
        """Who is lucky."""
        return self.rng.random(self.n) < probability

    def gap(self, median_us: float | Shares, spread: float = 0.8) -> Times:
        """A gap for each."""
        return gaps(self.rng, self.n, median_us, spread)

    def show(self, name: str, who: Mask, among: Mask | bool = True) -> Mask:
        """Keep who shows a planted signal, among those who are here and could; gives them back."""
        self.risk[name] = self.is_here & among
        self.flags[name] = self.risk[name] & who
        return self.flags[name]

    def effect(self, name: str) -> Shares:
        """What a planted signal adds to each one's probability of leaving."""
        return np.where(self.flags[name], PLANTED[name].effect, 0.0)

    def note(self, what: str, who: Mask, at: Times, is_ok: Mask | bool = True) -> None:
        """Something happened to some at some time, besides the steps."""
        picked = np.flatnonzero(who)
        ok = np.broadcast_to(np.asarray(is_ok), (self.n,))[picked]
        self.happenings.append(
            pl.DataFrame(
                {"person": self.person[picked], "at": at[picked], "is_ok": ok, "journey": picked}
            ).with_columns(what=pl.lit(what))
        )

    def step(self, what: str, at: Times, who: Mask | bool = True, is_ok: Mask | bool = True) -> None:
        """Those who are here (and meant) do the next thing and stand there from then on."""
        doing = self.is_here & who
        self.note(what, doing, at, is_ok)
        self.stand(what, doing, at)

    def stand(self, what: str, who: Mask, at: Times) -> None:
        """Some stand at a step from a time on."""
        if what not in self.steps:
            self.steps.append(what)
        self.now = np.where(who, at, self.now)
        self.place = np.where(who, self.steps.index(what), self.place)

    def linger(self, what: str, who: Mask, at: Times) -> None:
        """Something that is no step happens to some, and the next step comes after it."""
        self.note(what, who, at)
        self.now = np.where(who, np.maximum(self.now, at), self.now)

    def leave(self, probability: float | Shares, says_so: float = 0.0) -> None:
        """Some of those who are here leave; a share of them says so some days later."""
        leaving = self.is_here & self.chance(probability)
        self.left_from = np.where(leaving, self.place, self.left_from)
        self.decided_at = np.where(leaving, self.now + self.gap(0.5 * DAY), self.decided_at)
        saying = leaving & self.chance(says_so)
        self.exit_at = np.where(saying, self.decided_at + self.gap(2 * DAY, 0.5), self.exit_at)
        self.is_here = self.is_here & ~leaving

    def refuse(self, who: Mask, at: Times) -> None:
        """The company says no to some at once."""
        refused = self.is_here & who
        self.left_from = np.where(refused, self.place, self.left_from)
        self.decided_at = np.where(refused, at, self.decided_at)
        self.exit_at = np.where(refused, at, self.exit_at)
        self.is_here = self.is_here & ~refused

    def reach_goal(self) -> None:
        """Those who are still here have what they came for."""
        self.goal_at = np.where(self.is_here, self.now, self.goal_at)

    def status(self) -> pl.Series:
        """What is true of each at the end of the window, silence known for what it is."""
        converted = (self.goal_at > 0) & (self.goal_at < END_US)
        exited = (self.exit_at > 0) & (self.exit_at < END_US)
        abandoned = (self.left_from != STAYS) & (self.decided_at < END_US)
        words = np.select([converted, exited, abandoned], ["converted", "exited", "abandoned"], "in_flight")
        return pl.Series("status", words)
