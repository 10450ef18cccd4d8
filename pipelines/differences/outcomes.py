"""Conversion, drop-off and exits as numbers that groups can differ in, with the freezes of `touchpoint_outcomes`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.comparable import Incidences, Number
from models.intervals import Integers
from models.outcomes import UNSETTLED_SHARE
from models.patience import patience_ahead
from pipelines.differences.people import People
from pipelines.engine import Engine
from pipelines.friction.inputs import Subject
from pipelines.study import Study

_CONVERTED, _EXITED, _ABANDONED = 1, 2, 3
_HERE = "waits here outlast the horizon"
_AFTER = "waits after it outlast the horizon"


def outcome_numbers(engine: Engine, study: Study, people: People, subject: Subject) -> Iterator[Number]:
    """Conversion of all, and of those who reached each touchpoint; drop-off and exits at each."""
    maker = _Maker(study, people, subject)
    yield from maker.conversion(_Visits(-1, None, np.arange(people.n, dtype=np.int64), people.entered_us))
    for code in range(study.flow_n):
        if code in maker.goals:
            continue
        reached = engine.frame(
            f"SELECT first_reached.journey_key, reached_us FROM first_reached JOIN journey_states USING (journey_key)"
            f" WHERE code = {code} ORDER BY 1"
        )
        came_us = reached["reached_us"].to_numpy()
        visits = _Visits(code, study.plan.names[code], people.rows(reached["journey_key"]), came_us)
        yield from maker.conversion(visits)
        yield from maker.left_here(visits)


@dataclass(frozen=True)
class _Visits:
    """Who came to a touchpoint (code -1: into the journey) and when."""

    code: int
    name: str | None
    rows: Integers
    came_us: Integers


class _Maker:
    """Makes numbers of visits: patience per code of the flow, none at the goal."""

    def __init__(self, study: Study, people: People, subject: Subject) -> None:
        self.goals = frozenset(study.code(name) for name in study.plan.goals if study.code(name) < study.flow_n)
        self.people = people
        self.as_of_us = study.as_of_us
        self.horizon_us = subject.journeys.horizon_us
        self.is_unsettled = subject.journeys.is_unsettled
        self.patience_us = subject.journeys.patience_us[: study.flow_n].copy()
        self.patience_us[list(self.goals)] = -1

    def conversion(self, visits: _Visits) -> Iterator[Number]:
        """Converted within the horizon, of those who came."""
        if visits.rows.size == 0:
            return
        people, rows = self.people, visits.rows
        standing_at = people.stands_at[rows][people.status[rows] >= _ABANDONED]
        freeze_us = self._freeze(patience_ahead(self.patience_us[standing_at], rows.size))
        chosen, until, followed = self._followed(visits, freeze_us)
        cause = np.where(people.end_us[chosen] <= freeze_us, people.status[chosen], 0)
        is_cut = np.count_nonzero(self.is_unsettled[standing_at]) > UNSETTLED_SHARE * rows.size
        refused = self._unsettled(visits.code) or (_AFTER if is_cut else None)
        yield Incidences(
            "conversion", visits.name, None, chosen, until, cause, _CONVERTED, self.horizon_us, followed,
            refused=refused,
        )  # fmt: skip

    def left_here(self, visits: _Visits) -> Iterator[Number]:
        """Abandoned while standing here, and exited."""
        freeze_us = self._freeze(int(self.patience_us[visits.code]))
        chosen, until, followed = self._followed(visits, freeze_us)
        if chosen.size == 0:
            return
        status, is_here = self.people.status[chosen], self.people.stands_at[chosen] == visits.code
        cause = np.select([is_here & (status == _ABANDONED), is_here & (status == _EXITED)], [1, 2], default=3)
        cause = np.where(self.people.end_us[chosen] <= freeze_us, cause, 0)
        for wanted, measure in ((1, "drop_off"), (2, "exit")):
            if wanted == 1 or np.any(cause == wanted):
                yield Incidences(
                    measure, visits.name, None, chosen, until, cause, wanted, self.horizon_us, followed,
                    is_whole=False, refused=self._unsettled(visits.code),
                )  # fmt: skip

    def _freeze(self, patience_us: int) -> int:
        return self.as_of_us - max(0, patience_us) - 1

    def _unsettled(self, code: int) -> str | None:
        return _HERE if code >= 0 and self.is_unsettled[code] else None

    def _followed(self, visits: _Visits, freeze_us: int) -> tuple[Integers, Integers, Integers]:
        """Those who came by the freeze: their rows, until when they are seen, and how long they can be followed."""
        is_in = visits.came_us <= freeze_us
        rows, came_us = visits.rows[is_in], visits.came_us[is_in]
        until = np.maximum(np.minimum(self.people.end_us[rows], freeze_us) - came_us, 0)
        order = np.argsort(until, kind="stable")  # what is in order is sorted again, group by group, in no time
        return rows[order], until[order], freeze_us - came_us[order]
