"""What directly followed what in the journeys of one map, also beside the map, as it may be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipelines.privacy.withheld import Withheld, small

if TYPE_CHECKING:
    import duckdb

    from pipelines.privacy.cover import Cover

ACTIVITY = "activity"
"""Role of a step that no map knows; the others are those of touchpoints."""
Key = tuple[str | None, str | None, str | None]
_UNITS = (5, 10, 20, 50, 100, 200, 500, 1000)  # round numbers to which the ways of more people are rounded


@dataclass(frozen=True)
class Step:
    """One thing that customers did or met.

    Attributes:
        name: The touchpoint, or `activity:` and the activity where no map knows it.
        role: flow, anytime, off_map or activity.
        journeys_n: Journeys with it.
    """

    name: str
    title: str
    role: str
    journeys_n: int


@dataclass(frozen=True)
class Way:
    """One step directly after another; no step before is the start, none after the end, with its status.

    Attributes:
        n: How often.
        p50_s: Median seconds between the two.
    """

    from_step: str | None
    to_step: str | None
    end_status: str | None
    n: int
    journeys_n: int
    p50_s: float | None

    @property
    def key(self) -> Key:
        """What names it."""
        return self.from_step, self.to_step, self.end_status


@dataclass(frozen=True)
class Observed:
    """Steps and ways of one map, most frequent first; what may not be told comes last."""

    steps: tuple[Step, ...] = ()
    ways: tuple[Way, ...] = ()

    @property
    def shown(self) -> tuple[Way, ...]:
        """The ways whose numbers may be told."""
        return tuple(way for way in self.ways if not isinstance(way.n, Withheld))


# An activity that no map knows and few people met is passed over, as if it had not been seen. An exit is an end.
# Journeys and steps are numbers until the end, and each is counted once for a way before ways are counted: sets of
# ids, one for every way, would have to stay in memory. So would the times that DuckDB's median looks at; sorted they
# need not.
_EVENTS = """
WITH chosen AS MATERIALIZED (
    SELECT journey_id, status, row_number() OVER () AS journey FROM journeys
    WHERE journey = $journey AND rule = 'default' AND assignment = 'this'
      AND ($ids IS NULL OR journey_id IN (SELECT unnest($ids)))
),
named AS (
    SELECT touchpoint, activity, coalesce(touchpoint, 'activity:' || activity) AS step
    FROM (SELECT DISTINCT touchpoint, activity FROM journey_events)
),
kinds AS (
    SELECT named.*, dense_rank() OVER (ORDER BY named.step) AS step_no, coalesce(known.role, 'activity') AS role
    FROM named LEFT JOIN touchpoints known ON known.touchpoint = named.touchpoint AND known.journey = $journey
),
seen AS MATERIALIZED (
    SELECT chosen.journey, e.position, e.occurred_at, kinds.step_no
    FROM journey_events e
    JOIN chosen ON chosen.journey_id = e.journey_id
    JOIN kinds ON kinds.activity = e.activity AND kinds.touchpoint IS NOT DISTINCT FROM e.touchpoint
),
met AS (SELECT step_no, count(*) AS n FROM (SELECT DISTINCT step_no, journey FROM seen) GROUP BY step_no),
steps AS (
    SELECT met.step_no, names.step, names.role, met.n
    FROM met JOIN (SELECT DISTINCT step_no, step, role FROM kinds) names ON names.step_no = met.step_no
    WHERE names.role <> 'exit' AND (names.role <> 'activity' OR met.n >= $minimum)
)
"""
_STEPS = _EVENTS + "SELECT step, role, n FROM steps ORDER BY n DESC, step"
_WAYS = (
    _EVENTS
    + """,
placed AS MATERIALIZED (
    SELECT journey, step_no, epoch_us(occurred_at) - epoch_us(lag(occurred_at) OVER journey) AS apart_us,
           lag(step_no) OVER journey AS before_no, lead(step_no) OVER journey IS NULL AS is_last
    FROM seen WHERE step_no IN (SELECT step_no FROM steps)
    WINDOW journey AS (PARTITION BY journey ORDER BY position)
),
counted AS (
    SELECT before_no, step_no, CAST(sum(n) AS BIGINT) AS n, count(*) AS journeys_n
    FROM (SELECT before_no, step_no, journey, count(*) AS n FROM placed GROUP BY ALL) GROUP BY ALL
),
ranked AS (
    SELECT before_no, step_no, apart_us, row_number() OVER (PARTITION BY before_no, step_no ORDER BY apart_us) AS place
    FROM placed WHERE before_no IS NOT NULL
),
timed AS (
    SELECT before_no, step_no, avg(apart_us) / 1e6 AS p50_s FROM ranked JOIN counted USING (before_no, step_no)
    WHERE place IN ((n + 1) // 2, n // 2 + 1) GROUP BY before_no, step_no
)
SELECT before.step, steps.step, NULL, counted.n AS n, counted.journeys_n, timed.p50_s
FROM counted
LEFT JOIN timed USING (before_no, step_no)
JOIN steps ON steps.step_no = counted.step_no
LEFT JOIN steps before ON before.step_no = counted.before_no
UNION ALL
SELECT steps.step, NULL, chosen.status, count(*), count(*), NULL
FROM placed JOIN chosen ON chosen.journey = placed.journey JOIN steps ON steps.step_no = placed.step_no
WHERE placed.is_last GROUP BY steps.step, chosen.status
ORDER BY n DESC, 1, 2, 3
"""
)


def read_observed(
    con: duckdb.DuckDBPyConnection, journey: str, cover: Cover, among: Collection[str] | None = None
) -> Observed:
    """What was seen of one map in the published snapshot, covered.

    Args:
        con: A reader of the snapshot.
        journey: Name of the map.
        cover: What is hidden of the snapshot.
        among: Ids of the journeys to look at; None: all of them.
    """
    asked = {"journey": journey, "minimum": cover.minimum, "ids": None if among is None else sorted(among)}
    counted = con.execute(_STEPS, asked).fetchall()
    rows = con.execute("SELECT * FROM touchpoints WHERE journey = ? ORDER BY place", [journey])
    names = [column[0] for column in rows.description or ()]
    touchpoints = {row[1]: dict(zip(names, row, strict=True)) for row in rows.fetchall()}
    steps = [_step(name, n, touchpoints.get(name), cover, is_whole=among is None) for name, _, n in counted]
    ways = tuple(Way(*row) for row in con.execute(_WAYS, asked).fetchall())
    return Observed(tuple(steps), covered_ways(ways, cover.minimum))


def _step(name: str, n: int, row: Mapping[str, object] | None, cover: Cover, *, is_whole: bool) -> Step:
    if row is None:
        return Step(name, name.removeprefix("activity:"), ACTIVITY, n)
    hidden = cover.columns("touchpoints", row) if is_whole else {}
    told = hidden.get("journeys_n") or (small(cover.minimum) if n < cover.minimum else n)
    return Step(name, str(row["title"]), str(row["role"]), told)


def covered_ways(ways: tuple[Way, ...], minimum: int) -> tuple[Way, ...]:
    """The ways without those of few journeys, all other numbers rounded so that they cannot be worked out.

    What leaves a step, and what comes to it, adds up to numbers that are published exactly; so are ways between
    touchpoints of the flow with nothing beside the map between. Hiding what would give small numbers away would hide
    the main ways; rounded to a unit that is no finer than the minimum they can all be told.
    """
    if minimum <= 1:
        return ways
    unit = next(unit for unit in _UNITS if unit >= min(minimum, _UNITS[-1]))
    units = {way.key: unit for way in ways}
    for group in _groups(ways):
        few = [way for way in group if way.journeys_n < minimum]
        told = [way for way in group if way.journeys_n >= minimum]
        if few and told and _is_pinned(told, few, units, minimum):
            units[told[0].key] = unit * 10
    covered = [_rounded(way, units[way.key], minimum) for way in ways]
    shown = sorted((way for way in covered if not isinstance(way.n, Withheld)), key=lambda way: (-way.n, repr(way.key)))
    return (*shown, *sorted((way for way in covered if isinstance(way.n, Withheld)), key=lambda way: repr(way.key)))


def _groups(ways: tuple[Way, ...]) -> list[list[Way]]:
    """The ways that add up to what is known: those that leave a step, and those that come to one, or to an end."""
    groups: dict[object, list[Way]] = defaultdict(list)
    for way in ways:
        groups["after", way.from_step].append(way)
        groups["before", way.to_step, way.end_status].append(way)
    return list(groups.values())


def _is_pinned(told: list[Way], few: list[Way], units: Mapping[Key, int], minimum: int) -> bool:
    """Whether the sum of the few could only be what it is, to whoever knows the whole and the rounded numbers."""
    rest = sum(way.n for way in few) + sum(way.n for way in told)
    ends = [(_near(way.n, units[way.key]), units[way.key]) for way in told]
    low = rest - sum(n + unit - unit // 2 - 1 for n, unit in ends)
    high = rest - sum(n - unit // 2 for n, unit in ends)
    return max(len(few), low) >= min(len(few) * (minimum - 1), high)


def _near(n: int, unit: int) -> int:
    return max(unit, (n + unit // 2) // unit * unit)


def _rounded(way: Way, unit: int, minimum: int) -> Way:
    if way.journeys_n < minimum:
        return replace(way, n=small(minimum), journeys_n=small(minimum), p50_s=None)
    return replace(way, n=_near(way.n, unit), journeys_n=_near(way.journeys_n, unit))
