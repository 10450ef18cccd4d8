"""Which numbers of the published summaries are not shown at the edges: in reports, exports and listings.

The published tables themselves stay whole: they are for the analyst, who sees the rows of single (pseudonymous)
journeys there anyway. What leaves for others is covered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import duckdb

from models.suppression import Hidden, Sum, hide
from pipelines.privacy.experience_sums import sums_of_experience
from pipelines.privacy.flow_cover import flows_of_many
from pipelines.privacy.folding import EDGES
from pipelines.privacy.ledger_sums import sums_of_the_ledger
from pipelines.privacy.measures import BETWEEN, MEASURES, PLACES, SHARES, Key, Row, measured
from pipelines.privacy.rule_sums import sums_of_rules
from pipelines.privacy.version_sums import sums_of_versions
from pipelines.privacy.wait_sums import sums_of_curves
from pipelines.privacy.withheld import Withheld, beside, small

Sums = list[Sum[Key]]
_AT_A_PLACE = ("returned", "reached", "followed", "unfollowed", "in_flight", "silent", "say_no")
_WAITING = ("waits", "waiting", "overdue", "followed_waits", "unfollowed_waits")
_LEAVING = ("left_waiting", "passed_waiting", "left_silent")


@dataclass(frozen=True)
class Cover:
    """What is hidden of one snapshot.

    Attributes:
        minimum: Counts of fewer are hidden; 1: nothing is.
        hidden: Names of the numbers, as `measured` gives them.
    """

    minimum: int
    hidden: Hidden[Key] = field(default_factory=Hidden)

    def columns(self, table: str, row: Row) -> dict[str, Withheld]:
        """Columns of a row that are not shown, with what stands in their place."""
        found: dict[str, Withheld] = {}
        if self.minimum <= 1 or table not in MEASURES:
            return found
        for name, _, _, columns in measured(table, row):
            if name in self.hidden.small and name[1] not in BETWEEN:
                found |= dict.fromkeys(columns, small(self.minimum))
            elif name in self.hidden:
                found = dict.fromkeys(columns, beside(self.minimum)) | found
        return found

    def shown(self, name: Key, n: int) -> int:
        """A number that stands in no table, such as the journeys of one status."""
        if name in self.hidden.small:
            return small(self.minimum)
        return beside(self.minimum) if name in self.hidden.beside else n

    def hides_finding(self, row: Row) -> bool:
        """Whether a finding tells how many journeys a hidden number counts. Its headline has it, so the row goes."""
        if 0 < row["journeys_n"] < self.minimum:
            return True
        journey, place = row["journey"], row["touchpoint"]
        names: list[Key] = [(journey, "departed", row["signal"], place, None)]
        names += [(journey, "departed", row["signal"], None, place)]
        names += [(journey, word, place, row["signal"]) for word in ("exposed", "unexposed")]
        if row["signal"] == "drop_off":
            names += [(journey, measure, place, None) for measure in ("silent", "say_no", "left_here")]
        return any(name in self.hidden for name in names)


def read_cover(
    connection: duckdb.DuckDBPyConnection, minimum: int, whole: Mapping[Key, int] = MappingProxyType({})
) -> Cover:
    """What is hidden of the published snapshot that the connection reads.

    A sum of which a part is not published, such as a share that was refused, or that does not hold, because some
    journeys have no value of a segment, gives nothing away.

    Args:
        connection: Where the tables are found by their names.
        minimum: Counts of fewer are hidden.
        whole: Where the tables tell of a part: the same numbers of the whole, which are shown too. What is left of
            them must not be few either.
    """
    if minimum <= 1:
        return Cover(minimum)
    counts, few, rows = _counted(connection, minimum)
    sensitive = {name for name, n in few.items() if 0 < n < minimum}
    sensitive |= {name for name, n in counts.items() if 0 < whole.get(name, n) - n < minimum}
    ledger = sums_of_the_ledger(rows["touchpoint_states"], rows["ledger"], counts)
    sums = [each for each in (*_sums(rows), *_sums_of_statuses(counts), *ledger) if _holds(each, counts)]
    sums += [each for each in sums_of_rules(rows, counts) if _holds(each, counts)]
    # How often a touchpoint came stands in one table alone; the ways between touchpoints are the map.
    dispensable = {name for name in counts if name[1] == "events"}
    return Cover(minimum, hide(counts, sums, minimum, sensitive, dispensable))


def counts_of(connection: duckdb.DuckDBPyConnection, minimum: int) -> dict[Key, int]:
    """Every number of the tables that counts people, by its name."""
    return _counted(connection, minimum)[0]


def _counted(
    connection: duckdb.DuckDBPyConnection, minimum: int
) -> tuple[dict[Key, int], dict[Key, int], dict[str, list[dict[str, Any]]]]:
    """Every number by its name, of how few people it tells at least, and the rows that they stand in."""
    counts: dict[Key, int] = {}
    few: dict[Key, int] = {}
    rows = {table: edge_rows(connection, table, minimum) for table in MEASURES}
    for table, of_table in rows.items():
        for row in of_table:
            for name, n, tells_of, _ in measured(table, row):
                # One number may stand in several rows, such as one for each horizon.
                counts[name] = max(n, counts.get(name, 0))
                few[name] = min(tells_of, few.get(name, tells_of))
    for name, n in _standing(connection):
        counts[name] = few[name] = n
    return counts, few, rows


def _holds(each: Sum[Key], counts: Mapping[Key, int]) -> bool:
    """Whether a sum is there to be relied on; shares come back as counts only but for rounding."""
    if not counts.keys() >= {*each.parts, *each.totals}:
        return False
    if not each.totals:
        return True
    slack = len(each.parts) if any(name[1] in SHARES for name in each.parts) else 0
    return abs(sum(counts[name] for name in each.parts) - sum(counts[name] for name in each.totals)) <= slack


def edge_rows(connection: duckdb.DuckDBPyConnection, table: str, minimum: int) -> list[dict[str, Any]]:
    """A summary's rows as they may leave once their hidden numbers are covered: lines of few people told together."""
    if table == "phase_flows" and minimum > 1:
        return flows_of_many(connection, minimum)
    found = connection.sql(f"SELECT * FROM {table}")
    names = found.columns
    rows = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    return EDGES[table](rows, minimum) if table in EDGES else rows


def _standing(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Key, int]]:
    """Journeys by status and by the version of the map that judges them."""
    for column in ("status", "map_version"):
        rows = connection.sql(
            f"SELECT journey, {column}, count(*) FROM journeys WHERE rule = 'default' GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        for journey, value, n in rows:
            yield (journey, column, value), n


def _sums(rows: Mapping[str, list[dict[str, Any]]]) -> Sums:
    return [
        *_sums_of_segments(rows["touchpoint_outcomes"], _AT_A_PLACE, 1),
        *_sums_of_shares(rows["touchpoint_outcomes"]),
        *_sums_of_segments(rows["waits"], (*_WAITING, *_LEAVING), 2),
        *sums_of_curves(rows["waits"], rows["patience_curves"]),
        *_sums_of_flows(rows["flows"]),
        *_sums_of_lists(rows),
        *sums_of_versions(rows["map_versions"]),
        *sums_of_experience(rows["experience"], rows["customer_value"]),
    ]


def _sums_of_segments(rows: list[dict[str, Any]], measures: tuple[str, ...], places_n: int) -> Sums:
    """The values of a segment make the whole, for each of its numbers."""
    places = ("touchpoint",) if places_n == 1 else ("from_touchpoint", "to_touchpoint")
    groups: dict[Key, set[str]] = defaultdict(set)
    for row in rows:
        if row["segment"] is not None:
            name = row["segment"].split("=", 1)[0]
            groups[(row["journey"], *(row[place] for place in places), name)].add(row["segment"])
    return [
        Sum(
            tuple((journey, measure, *place, value) for value in sorted(values)),
            ((journey, measure, *place, None),),
        )
        for (journey, *place, _), values in groups.items()
        for measure in measures
    ]


def _sums_of_shares(rows: list[dict[str, Any]]) -> Sums:
    """The four ends make all who reached a touchpoint; those who reached it are told twice; so are those in flight."""
    sums: Sums = []
    here: dict[str, set[str]] = defaultdict(set)
    of_segments: dict[Key, set[str]] = defaultdict(set)
    for row in rows:
        journey, touchpoint, segment, horizon = (row[k] for k in ("journey", "touchpoint", "segment", "horizon_d"))
        ends = tuple((journey, word, touchpoint, segment, horizon) for word in SHARES)
        reached: tuple[Key, ...] = ((journey, "reached", touchpoint, segment),)
        followed = tuple((journey, word, touchpoint, segment) for word in ("followed", "unfollowed"))
        sums += [Sum(ends, reached), Sum(followed, reached)]
        if segment is None:
            sums.append(Sum(((journey, "reached", touchpoint, None),), ((journey, "touched", touchpoint),)))
            here[journey].add(touchpoint)
        else:
            of_segments[(journey, touchpoint, horizon, segment.split("=", 1)[0])].add(segment)
    for (journey, touchpoint, horizon, _), values in of_segments.items():
        for word in SHARES:
            parts = tuple((journey, word, touchpoint, value, horizon) for value in sorted(values))
            sums.append(Sum(parts, ((journey, word, touchpoint, None, horizon),)))
    for journey, places in here.items():
        standing: tuple[Key, ...] = tuple((journey, "in_flight", place, None) for place in sorted(places))
        sums.append(Sum(standing, ((journey, "status", "in_flight"),)))
    return sums


def _sums_of_flows(rows: list[dict[str, Any]]) -> Sums:
    """What comes to a touchpoint, and what leaves it, are its events; what ends with a status, that status."""
    groups: dict[Key, set[Key]] = defaultdict(set)
    for row in rows:
        journey, start, end, status = (
            row[key] for key in ("journey", "from_touchpoint", "to_touchpoint", "end_status")
        )
        name: Key = (journey, "flow", start, end, status)
        origin: Key = (journey, "events", start) if start is not None else (journey, "start")
        groups[origin].add(name)
        # What leaves and what comes are two sums with one total.
        total: Key = (journey, "events", end, "in") if end is not None else (journey, "status", status)
        groups[total].add(name)
    return [
        Sum(tuple(sorted(parts, key=repr)), (total[:3],) if total[1] != "start" else ())
        for total, parts in groups.items()
    ]


def _sums_of_lists(rows: Mapping[str, list[dict[str, Any]]]) -> Sums:
    """Lists of which everybody knows the sum: variants, those that went as designed, unmapped events, departures."""
    sums: Sums = []
    journeys = sorted({row["journey"] for of_table in rows.values() for row in of_table})
    for journey in journeys:
        variants = [row for row in rows["variants"] if row["journey"] == journey]
        for chosen in (variants, [row for row in variants if row["cost"] == 0]):
            sums.append(Sum(tuple((journey, "variant", row["variant_id"]) for row in chosen)))
        unmapped = [row for row in rows["unmapped_activities"] if row["journey"] == journey]
        sums.append(Sum(tuple((journey, "unmapped_inside", row["source"], row["activity"]) for row in unmapped)))
        sums.append(Sum(tuple((journey, place) for place in PLACES), ((journey, "covered"),)))
    rates = rows["deviation_rates"]
    keys = ("kind", "touchpoint", "block")
    sums.append(Sum(tuple((row["journey"], "occurrences", *(row[key] for key in keys)) for row in rates)))
    return sums


def _sums_of_statuses(counts: Mapping[Key, int]) -> Sums:
    """Journeys by status, and by version, are all journeys."""
    groups: dict[Key, list[Key]] = defaultdict(list)
    for name in counts:
        if name[1] in {"status", "map_version"}:
            groups[name[:2]].append(name)
    return [Sum(tuple(parts)) for parts in groups.values()]
