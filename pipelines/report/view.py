"""One map and its published rows, looked at from the questions that the pictures and sentences ask."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from pipelines.language import all_of, any_of, tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.metro.layout import Plan, plan
from pipelines.report.numbers import days
from pipelines.report.rows import JourneyData, OutcomeRow, RateRow, SideRow, WaitRow
from pipelines.report.text import short
from schemas.journey_map import JourneyMap

UTC = ZoneInfo("UTC")
LONGEST_TITLE = 80  # characters; three lines of a station's column hold fewer


@dataclass(frozen=True)
class JourneyView:
    """One map with what was seen of it; dates are told in the zone."""

    map: JourneyMap
    data: JourneyData
    zone: ZoneInfo = UTC

    @cached_property
    def plan(self) -> Plan:
        """The drawing on the grid."""
        return plan(self.map.flow)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Touchpoint of the flow to the number on its station."""
        return {station.name: station.number for station in self.plan.stations}

    @cached_property
    def flow_names(self) -> tuple[str, ...]:
        """Touchpoints of the flow in the order of their numbers."""
        return tuple(sorted(self.numbers, key=lambda name: self.numbers[name]))

    def title(self, name: str) -> str:
        """Title of a name, or what the map does not hold (activities, blocks) as it is; cut where it is too long."""
        return short(self.map.title_of(name) if name in self.map.names else name, LONGEST_TITLE)

    def label(self, name: str) -> str:
        """Title with the station's number in front."""
        number = self.numbers.get(name)
        return f"{number} {self.title(name)}" if number else self.title(name)

    def place_label(self, touchpoint: str | None, block: str | None) -> str:
        """What something is charged to: a touchpoint, or one of a block's."""
        if touchpoint is not None:
            return self.label(touchpoint)
        if not block:
            return tr("the whole journey")
        branches = ([part.strip() for part in branch.split(",")] for branch in block.split("|"))
        return any_of(all_of(map(self.label, branch)) for branch in branches)

    def target_label(self, target: str | None) -> str:
        """What a signal is charged to: a touchpoint, one of a block's, an activity, or the whole journey."""
        return self.place_label(None, target) if self._is_block(target) else self.label(target or "")

    def target_title(self, target: str) -> str:
        """The same without the numbers of stations."""
        if not self._is_block(target):
            return self.title(target)
        branches = (branch.split(",") for branch in target.split("|"))
        return any_of(all_of(self.title(part.strip()) for part in branch) for branch in branches)

    def _is_block(self, target: str | None) -> bool:
        """Whether it names a block's branches; what customers did may have a comma in its name, and is none."""
        if not target or target in self.map.names:
            return not target
        parts = target.replace("|", ",").split(",")
        return len(parts) > 1 and any(part.strip() in self.map.names for part in parts)

    @cached_property
    def entry(self) -> str | None:
        """The opening touchpoint that most journeys reached."""
        openings = [name for name in self.map.openings if name in self.numbers] or list(self.plan.entries)
        return max(openings, key=lambda name: (self.reached_at_all(name), -self.numbers[name]), default=None)

    def reached_at_all(self, name: str) -> int:
        """Journeys that touched it, whatever the horizon."""
        return next((row.journeys_n for row in self.data.touchpoints if row.touchpoint == name), 0)

    @cached_property
    def horizon_d(self) -> float | None:
        """The longest horizon for which the entry's outcome is given, else the longest there is; days."""
        rows = [row for row in self.data.outcomes if row.segment is None]
        given = [row.horizon_d for row in rows if row.touchpoint == self.entry and row.refused is None]
        return max(given or [row.horizon_d for row in rows], default=None)

    @property
    def within(self) -> str:
        """The horizon in words, and why it is not the one that the map asks for."""
        if self.horizon_d is None:
            return ""
        wanted_s = self.map.journey_is.horizon_s
        told = days(self.horizon_d)
        if wanted_s is None or days(wanted_s / 86_400) == told or wanted_s / 86_400 < self.horizon_d:
            return told
        wanted = days(wanted_s / 86_400)
        return tr("{days} (a third of the observed time; the map asks for {wanted})", days=told, wanted=wanted)

    @cached_property
    def outcomes(self) -> dict[str, OutcomeRow]:
        """Touchpoint to its outcome over the horizon, all segments together."""
        rows = [row for row in self.data.outcomes if row.segment is None and row.horizon_d == self.horizon_d]
        return {row.touchpoint: row for row in rows}

    @cached_property
    def entry_outcome(self) -> OutcomeRow | None:
        """Outcome of those who began as designed."""
        return self.outcomes.get(self.entry) if self.entry else None

    def reached_n(self, name: str) -> int:
        """Journeys that reached a touchpoint."""
        outcome = self.outcomes.get(name)
        return outcome.reached_n if outcome else self.reached_at_all(name)

    def in_flight_n(self, name: str) -> int:
        """Journeys that stand there now."""
        outcome = self.outcomes.get(name)
        return outcome.in_flight_n if outcome else 0

    def leave(self, name: str) -> float | None:
        """Share that leaves there, silently or saying no; None where it is refused or unknown."""
        outcome = self.outcomes.get(name)
        return outcome.leave if outcome else None

    @cached_property
    def promises(self) -> tuple[WaitRow, ...]:
        """Waits with a promise, all segments together."""
        return tuple(row for row in self.data.waits if row.segment is None and row.promised_s is not None)

    def rate(self, kind: str, name: str) -> RateRow | None:
        """How often a kind of deviation is charged to a touchpoint, or to a block that begins with it."""
        rows = [row for row in self.data.rates if row.kind == kind]
        whole = next((row for row in rows if row.touchpoint == name), None)
        return whole or next((row for row in rows if row.block and _begins_with(row.block, name)), None)

    @cached_property
    def directly(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Pair of touchpoints to how often, and in how many journeys, the second followed the first directly."""
        pairs: dict[tuple[str, str], tuple[int, int]] = {}
        for row in self.data.flows:
            if row.from_touchpoint is not None and row.to_touchpoint is not None:
                pairs[(row.from_touchpoint, row.to_touchpoint)] = (row.n, row.journeys_n)
        return pairs

    @cached_property
    def entered(self) -> dict[str, int]:
        """Touchpoint of the flow to the journeys whose first step on it that was."""
        rows = [row for row in self.data.flows if row.from_touchpoint is None and row.to_touchpoint is not None]
        return {str(row.to_touchpoint): row.journeys_n for row in rows}

    def sides(self, name: str) -> tuple[SideRow, ...]:
        """What came beside the flow while journeys stood at a touchpoint, as far as it may be shown."""
        return tuple(row for row in self.shown_sides if row.at_touchpoint == name)

    @cached_property
    def shown_sides(self) -> tuple[SideRow, ...]:
        """What came beside the flow, but for the rows whose numbers are withheld."""
        return tuple(row for row in self.data.sides if not isinstance(row.n, Withheld))

    @cached_property
    def beside(self) -> dict[str, int]:
        """What is off the map or welcome anytime to how often it came, commonest first."""
        times: dict[str, int] = {}
        for row in self.shown_sides:
            times[row.touchpoint] = times.get(row.touchpoint, 0) + row.n
        return dict(sorted(times.items(), key=lambda entry: (-entry[1], entry[0])))

    @property
    def goal_title(self) -> str:
        """The goal in words."""
        names = self.map.goals[:2]
        return any_of(self.title(name) for name in names) if names else tr("the goal")


def _begins_with(block: str, name: str) -> bool:
    """Whether a block, "a | b, c", begins with a touchpoint: the one at which the picture tells of it."""
    return block.split("|", maxsplit=1)[0].split(",", maxsplit=1)[0].strip() == name
