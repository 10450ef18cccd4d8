"""Judge old traffic by a new map: what would have been found, had it been the map all along.

Both the new map and the one in force judge all traffic, each as if it were the only version of its journey; else the
one would be blamed, or praised, for other people. Nothing is published and the workspace stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from pipelines.compare import compare
from pipelines.ingest.states import with_outages
from pipelines.maps.scratch import scratch
from pipelines.privacy.cover import Cover, read_cover
from pipelines.reconstruct import reconstruct
from pipelines.settings import Settings
from pipelines.study import studies
from pipelines.terminal import Tell
from pipelines.warehouse import last_run
from schemas.errors import WarehouseError
from schemas.journey_map import JourneyMap
from schemas.words import Assignment, Status

COUNTED = ("journeys_n", *(f"{status}_n" for status in Status), "conforming_n")
_SHARE = ("horizon_d", "converted_share", "converted_low", "converted_high")


@dataclass(frozen=True)
class Judgement:
    """All traffic as one map judges it. Numbers that tell of too few journeys are None.

    Attributes:
        version: The map's version.
        content_hash: Hash of what it says.
        counts: Journeys, by status, and those that are where the flow has them (columns of `map_versions`).
        share: Conversion within the horizon among journeys that are old enough, with its interval and the horizon.
        deviations: Kind and what it is charged to (touchpoint, block or activity) to the journeys.
        unmapped_n: Events inside journeys that the map does not know.
        elsewhere_n: Further journeys that begin like this one and are another map's, or of which nobody can tell.
    """

    version: int
    content_hash: str
    counts: dict[str, int | None]
    share: dict[str, float | None]
    deviations: dict[tuple[str, str], int | None]
    unmapped_n: int | None
    elsewhere_n: int | None = 0


@dataclass(frozen=True)
class Change:
    """One deviation that the two maps do not find equally often.

    Attributes:
        kind: See DeviationKind.
        target: Touchpoint, block or activity.
        before_n: Journeys with it under the map in force; None: too few to be told.
        after_n: Journeys with it under the new map; None: too few to be told.
    """

    kind: str
    target: str
    before_n: int | None
    after_n: int | None

    @property
    def more_n(self) -> int:
        """Journeys more than before; what is not told counts as none."""
        return (self.after_n or 0) - (self.before_n or 0)


@dataclass(frozen=True)
class Backtest:
    """Two judgements of the same traffic.

    Attributes:
        journey: The map's name.
        as_of: The snapshot.
        after: By the new map.
        before: By the map in force; None: the workspace has none of this name.
        smallest: Changes of fewer journeys are not told one by one.
    """

    journey: str
    as_of: datetime
    after: Judgement
    before: Judgement | None
    smallest: int = 1

    @property
    def gained(self) -> tuple[Change, ...]:
        """Deviations of more journeys than before, the largest change first."""
        return tuple(change for change in self._changes() if change.more_n >= self.smallest)

    @property
    def lost(self) -> tuple[Change, ...]:
        """Deviations of fewer journeys than before, the largest change first."""
        return tuple(change for change in self._changes() if change.more_n <= -self.smallest)

    @property
    def small_n(self) -> int:
        """Further deviations that changed by too few journeys to be told, or perhaps not at all."""
        told = {*self.gained, *self.lost}
        return sum(None in (each.before_n, each.after_n) or each.more_n != 0 for each in {*self._changes()} - told)

    def _before(self) -> dict[tuple[str, str], int | None]:
        return self.before.deviations if self.before else {}

    def _names(self) -> list[tuple[str, str]]:
        return sorted({*self._before(), *self.after.deviations})

    def _changes(self) -> list[Change]:
        before, after = self._before(), self.after.deviations
        changes = [Change(*name, before.get(name, 0), after.get(name, 0)) for name in self._names()]
        return sorted(changes, key=lambda each: -abs(each.more_n))


def backtest(
    settings: Settings, new: JourneyMap, maps: Sequence[JourneyMap], as_of: datetime | None, tell: Tell
) -> Backtest:
    """Judges the workspace's events by a map.

    Args:
        settings: The workspace's.
        new: The map.
        maps: Every version of every map of the workspace.
        as_of: The snapshot; None: that of the last run.
        tell: Told what goes on.

    Raises:
        WarehouseError: The workspace has had no run.
    """
    moment = as_of or _last_snapshot(settings)
    old = in_force(maps, new.journey, moment)
    others = tuple(each for each in maps if each.journey != new.journey)
    tell("Judge the events by the new map")
    after = _judged(settings, new, others, moment)
    before = None
    if old is not None:
        tell("Judge the events by the map in force")
        before = _judged(settings, old, others, moment)
    return Backtest(new.journey, moment, after, before, settings.privacy.minimum_cell)


def in_force(maps: Sequence[JourneyMap], journey: str, as_of: datetime) -> JourneyMap | None:
    """The version of a map that judges what begins at the snapshot; None: there is no such map."""
    found = [study for study in studies(maps, as_of) if study.plan.journey == journey]
    begun = [study for study in found if study.valid_from_us <= study.as_of_us]
    return begun[-1].plan if begun else None


def _last_snapshot(settings: Settings) -> datetime:
    with scratch(settings) as (connection, _):
        last = last_run(connection, "succeeded")
    if last is None or last.as_of is None:
        raise WarehouseError(
            got="no run that succeeded",
            wanted="a workspace with a run",
            hint="run `terreng run` first",
            file=str(settings.warehouse),
        )
    return last.as_of


def _judged(settings: Settings, plan: JourneyMap, others: tuple[JourneyMap, ...], as_of: datetime) -> Judgement:
    with scratch(settings) as (connection, own):
        working = replace(own, sources=with_outages(connection, own))
        reconstruct(connection, working, (plan, *others), as_of)
        compare(connection, working, (plan, *others), as_of)
        return _read(connection, plan, settings.privacy.minimum_cell)


def _read(connection: duckdb.DuckDBPyConnection, plan: JourneyMap, minimum: int) -> Judgement:
    cover = read_cover(connection, minimum)
    (version,) = _rows(connection, "map_versions", plan.journey, "NOT straddles")
    deviations: dict[tuple[str, str], int | None] = {}
    for row in _rows(connection, "deviation_rates", plan.journey, "true"):
        is_told = "journeys_n" not in cover.columns("deviation_rates", row)
        name = str(row["kind"]), str(row["touchpoint"] or row["block"])
        deviations[name] = int(str(row["journeys_n"])) if is_told else None
    counts = {name: int(str(version[name])) for name in COUNTED}
    return Judgement(
        version=plan.version,
        content_hash=plan.content_hash,
        counts=_shown(counts, plan.journey, cover),
        share={name: _real(version[name]) for name in _SHARE},
        deviations=deviations,
        unmapped_n=_unmapped(connection, plan.journey, minimum),
        elsewhere_n=_elsewhere(connection, plan.journey, minimum),
    )


def _shown(counts: dict[str, int], journey: str, cover: Cover) -> dict[str, int | None]:
    """Counts that may be told; one that is all but a few of the journeys tells of the few."""
    told: dict[str, int | None] = dict(counts)
    for status in Status:
        if (journey, "status", str(status)) in cover.hidden:
            told[f"{status}_n"] = None
    rest = counts["journeys_n"] - counts["conforming_n"]
    if any(0 < n < cover.minimum for n in (counts["conforming_n"], rest)):
        told["conforming_n"] = None
    return told


def _unmapped(connection: duckdb.DuckDBPyConnection, journey: str, minimum: int) -> int | None:
    rows = _rows(connection, "unmapped_activities", journey, "true")
    n = sum(int(str(row["in_journeys_n"])) for row in rows)
    return None if 0 < n < minimum else n


def _elsewhere(connection: duckdb.DuckDBPyConnection, journey: str, minimum: int) -> int | None:
    n = len(_rows(connection, "map_assignments", journey, f"verdict <> '{Assignment.THIS}'"))
    return None if 0 < n < minimum else n


def _rows(connection: duckdb.DuckDBPyConnection, table: str, journey: str, where: str) -> tuple[dict[str, object], ...]:
    found = connection.sql(
        f"SELECT * FROM main.{table} WHERE journey = $journey AND {where}", params={"journey": journey}
    )
    names = found.columns
    return tuple(dict(zip(names, row, strict=True)) for row in found.fetchall())


def _real(value: object) -> float | None:
    return value if isinstance(value, float) else None
