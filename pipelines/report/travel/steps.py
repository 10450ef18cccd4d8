"""The steps of the funnel: the map's flow read from its beginning to its end, each with what became of all journeys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.intervals import wilson
from pipelines.privacy.withheld import Withheld
from pipelines.report.gap.rows import StateRow
from pipelines.report.view import JourneyView
from schemas.blocks import AllOf, Block, OneOf, Optional, Repeat, Sequence, Touch, leaves
from schemas.flow_shape import firsts


@dataclass(frozen=True)
class Branch:
    """One way of a choice: the touchpoint with which it begins, and the journeys that did it."""

    touchpoint: str
    done_n: int


@dataclass(frozen=True)
class Step:
    """One step of the flow. Every journey that came to it passed it, left there, stands there, or skipped it.

    Attributes:
        touchpoints: What it is: one touchpoint, or those with which the branches of a choice begin.
        phase: Name of its phase.
        is_beside: Nobody has to do it: it is optional, or on one branch of a choice.
        is_any_order: It may come before or after those around it.
        done_n: Journeys that did it.
        left_here_n: Of these, ended there.
        here_n: Of these, stand there now.
        skipped_n: Journeys that are past it and did not do it; None of a choice, where it would be a difference that
            nobody has covered.
        past_n: Came past it, whether they did it or not: for the shape of the funnel only.
        begun_n: All journeys.
        branches: Of a choice, what was chosen.
    """

    touchpoints: tuple[str, ...]
    phase: str
    is_beside: bool
    is_any_order: bool
    done_n: int
    left_here_n: int
    here_n: int
    skipped_n: int | None
    past_n: int
    begun_n: int
    branches: tuple[Branch, ...] = ()

    @property
    def is_told_apart(self) -> bool:
        """Whether it may be shown how many of those who did it went on, left and stand there."""
        return not any(isinstance(n, Withheld) for n in (self.done_n, self.left_here_n, self.here_n))

    @property
    def passed_n(self) -> int:
        """Went on from it, or converted there: for the picture only."""
        return max(0, self.done_n - self.left_here_n - self.here_n)

    def done_share(self, widening: float) -> tuple[float | None, float | None, float | None]:
        """Did it, of all journeys begun, with its 95 % interval; people with several journeys being alike."""
        if not self.begun_n or isinstance(self.done_n, Withheld) or isinstance(self.begun_n, Withheld):
            return None, None, None
        done, worth = min(1.0, self.done_n / self.begun_n), self.begun_n / widening
        low, high = wilson(done * worth, worth)
        return done, float(low), float(high)


def funnel_steps(view: JourneyView) -> tuple[Step, ...]:
    """The steps of the map's flow in designed order; none where no journey was begun or none may be told."""
    rows = {row.touchpoint: row for row in view.data.gap.states if row.segment is None}
    if not any(row.journeys_n and not isinstance(row.journeys_n, Withheld) for row in rows.values()):
        return ()
    reader = _Reader(rows, set())
    steps = [step for phase in view.map.flow.phases for child in phase.children
             for step in reader.steps(child, phase.name)]  # fmt: skip
    return tuple(steps)


def widening_of(view: JourneyView) -> float:
    """How many journeys are worth one, because one person has several: as at the entry."""
    row = view.entry_outcome
    return row.reached_n / row.effective_n if row and row.effective_n and row.reached_n else 1.0


@dataclass(frozen=True)
class _Reader:
    """Reads blocks; a touchpoint that stands in the flow twice is one step, the first time."""

    rows: dict[str, StateRow]
    seen: set[str]

    def steps(self, block: Block, phase: str, *, is_beside: bool = False, is_any_order: bool = False) -> Iterator[Step]:
        """The steps of a block, in order."""
        match block:
            case Touch(name):
                if name in self.rows and name not in self.seen:
                    self.seen.add(name)
                    yield _step((self.rows[name],), phase, is_beside=is_beside, is_any_order=is_any_order)
            case Optional(child):
                yield from self.steps(child, phase, is_beside=True, is_any_order=is_any_order)
            case Repeat(child):
                yield from self.steps(child, phase, is_beside=is_beside, is_any_order=is_any_order)
            case Sequence(children) | AllOf(children):
                is_mixed = is_any_order or isinstance(block, AllOf)
                for child in children:
                    yield from self.steps(child, phase, is_beside=is_beside, is_any_order=is_mixed)
            case OneOf():
                yield from self._choice(block, phase, is_beside=is_beside, is_any_order=is_any_order)

    def _choice(self, choice: OneOf, phase: str, *, is_beside: bool, is_any_order: bool) -> Iterator[Step]:
        """The choice as one step, split by what was chosen; then what else is on its branches, beside it."""
        begins = [name for child in choice.children for name in firsts(child)]
        rows = tuple(self.rows[name] for name in dict.fromkeys(begins) if name in self.rows and name not in self.seen)
        self.seen.update(row.touchpoint for row in rows)
        if rows:
            yield _step(rows, phase, is_beside=is_beside, is_any_order=is_any_order)
        for name in leaves(choice):
            yield from self.steps(Touch(name), phase, is_beside=True, is_any_order=is_any_order)


def _step(rows: tuple[StateRow, ...], phase: str, *, is_beside: bool, is_any_order: bool) -> Step:
    """One touchpoint; or a choice, at which those who took another branch count as past each of them."""
    one = rows[0] if len(rows) == 1 else None
    done_n = one.done_n if one else _sum(row.done_n for row in rows)
    return Step(
        touchpoints=tuple(row.touchpoint for row in rows),
        phase=phase,
        is_beside=is_beside,
        is_any_order=is_any_order,
        done_n=done_n,
        left_here_n=one.left_here_n if one else _sum(row.left_here_n for row in rows),
        here_n=one.standing_here_n if one else _sum(row.standing_here_n for row in rows),
        skipped_n=one.skipped_n if one else None,
        past_n=max(done_n, *(row.done_n + row.skipped_n for row in rows)),
        begun_n=rows[0].journeys_n,
        branches=() if one else tuple(Branch(row.touchpoint, row.done_n) for row in rows),
    )


def _sum(numbers: Iterable[int]) -> int:
    """A sum; where one of its parts may not be shown, it may not either."""
    parts = tuple(numbers)
    return Withheld(sum(parts)) if any(isinstance(part, Withheld) for part in parts) else sum(parts)
