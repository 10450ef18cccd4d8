"""The steps of a run, one plain function each. Each opens the warehouse itself, so each can also be called alone."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import warehouse
from pipelines.settings import Settings, Source
from schemas.errors import MapError, SourceError

if TYPE_CHECKING:
    import duckdb

    from pipelines.identity import IdentityReport
    from pipelines.ingest import SourceReport
    from pipelines.snapshot_time import SnapshotTime
    from schemas.journey_map import JourneyMap

COUNTED = ("events", "rejected_rows", "files", "identity_links", "journeys", "variants", "deviations", "findings")


@dataclass(frozen=True)
class TopFinding:
    """One line of the list that a run ends with: what, whose, how many journeys, and what goes with it a month."""

    finding_id: str
    rank: int
    headline: str
    owner: str | None
    state: str
    journeys_n: int
    journey: str
    lost_shrunk: float | None
    lost_low: float | None
    lost_high: float | None
    value: float | None
    value_low: float | None
    value_high: float | None


def load_maps(settings: Settings) -> tuple[JourneyMap, ...]:
    """Every version of every map of the workspace.

    Raises:
        MapError: A map is wrong, or there is none.
    """
    from schemas.journey_map import load_maps as load

    return load(settings.root / "maps")


def ingest(settings: Settings, source: Source, now: datetime) -> SourceReport:
    """Read what is new in one source."""
    from pipelines.ingest import ingest_source

    with warehouse.writer(settings) as connection:
        return ingest_source(connection, settings, source, now)


def stop(settings: Settings, source: Source, error: SourceError, now: datetime) -> SourceReport:
    """Remember that one source stopped, and go on without it; returns what is known of it from before."""
    from pipelines.ingest import stop_source

    with warehouse.writer(settings) as connection:
        return stop_source(connection, settings, source, error, now)


def resolve_persons(settings: Settings) -> IdentityReport:
    """Join ids into persons under every rule, and find who withdrew consent."""
    from pipelines.identity import resolve_persons as resolve
    from pipelines.privacy.consent import find_withdrawn

    with warehouse.writer(settings) as connection:
        report = resolve(connection, settings)
        find_withdrawn(connection, settings)
    return report


def snapshot_time(settings: Settings, now: datetime) -> tuple[datetime, str]:
    """The snapshot time unless the user names one (see `pipelines.snapshot_time`), and what to tell of it.

    Raises:
        SourceError: No source has given a single event.
    """
    from pipelines.snapshot_time import snapshot_time as found

    with warehouse.writer(settings) as connection:
        snapshot: SnapshotTime = found(connection, now)
        told = () if snapshot.at else tuple(_counts(connection, each) for each in settings.sources)
    if snapshot.at is None:
        raise SourceError(
            got="no event in any source" + (f" ({'; '.join(told)})" if told else ""),
            wanted="at least one accepted row",
            hint="correct [[sources]] in terreng.toml and run again: files whose settings changed are read again",
            file="terreng.toml",
        )
    return snapshot.at, snapshot.note


def reconstruct(settings: Settings, maps: tuple[JourneyMap, ...], as_of: datetime) -> dict[str, int]:
    """Join events into journeys as they stood at `as_of`. Returns the journeys of each map.

    Raises:
        MapError: Not a single journey begins under any map.
    """
    from pipelines.reconstruct import reconstruct as work

    with warehouse.writer(settings) as connection:
        work(connection, settings, maps, as_of)
        found = dict(
            connection.sql("SELECT journey, count(*) FROM journeys WHERE rule = 'default' GROUP BY journey").fetchall()
        )
        counts = {each.journey: int(found.get(each.journey, 0)) for each in maps}
        if not any(counts.values()):
            raise _no_journey(connection, maps)
    return counts


def compare(settings: Settings, maps: tuple[JourneyMap, ...], as_of: datetime) -> dict[str, int]:
    """Lay the journeys over the maps. Returns the rows of the tables that people ask about."""
    from pipelines.compare import compare as work
    from pipelines.ingest.states import with_outages

    with warehouse.writer(settings) as connection:
        work(connection, replace(settings, sources=with_outages(connection, settings)), maps, as_of)
        return {name: int(connection.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0]) for name in COUNTED}


def publish(settings: Settings, run_id: str) -> Path:
    """Put the tables where readers find them, in one atomic step."""
    with warehouse.writer(settings) as connection:
        return warehouse.publish(connection, settings, run_id)


def report(settings: Settings, run_id: str) -> Path:
    """Write the report of the published run, in the language of the settings."""
    from pipelines.language import speaking
    from pipelines.report import write_report

    with speaking(settings.report.language):
        return write_report(settings, run_id)


def top_findings(settings: Settings, at_most: int = 5) -> tuple[TopFinding, ...]:
    """The first published findings, in rank order."""
    from pipelines.privacy.cover import read_cover

    with warehouse.reader(settings) as connection:
        cover = read_cover(connection, settings.privacy.minimum_cell)
        found = connection.sql("SELECT * FROM findings WHERE state NOT IN ('fixed', 'accepted') ORDER BY rank").pl()
    names = tuple(field.name for field in fields(TopFinding))
    shown = (row for row in found.iter_rows(named=True) if not cover.hides_finding(row))
    return tuple(TopFinding(*(row[name] for name in names)) for row in islice(shown, at_most))


def contested(settings: Settings) -> bool:
    """Whether any published journey is another map's errand, or nobody can tell whose."""
    with warehouse.reader(settings) as connection:
        return bool(connection.sql("SELECT count(*) FROM map_assignments WHERE verdict <> 'this'").fetchall()[0][0])


def _counts(connection: duckdb.DuckDBPyConnection, source: Source) -> str:
    """What became of a source's rows, as counts: `shop: 12 rows: 10 refused (9 missing_activity, ...), 2 dropped`."""
    named = {"source": source.name}
    sums = "sum(rows_n), sum(accepted_n), sum(rejected_n), sum(duplicate_n), sum(dropped_n), count_if(rows_n = 0)"
    (sums_of,) = connection.sql(f"SELECT {sums} FROM files WHERE source = $source", params=named).fetchall()
    rows_n, *parts, empty_n = (int(count or 0) for count in sums_of)
    reasons = connection.sql(
        "SELECT reason_code, count(*) FROM rejected_rows WHERE source = $source GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3",
        params=named,
    ).fetchall()
    why = f" ({', '.join(f'{count} {code}' for code, count in reasons)})" if reasons else ""
    words = ("taken in as links", f"refused{why}", "duplicates", "dropped")
    told = ", ".join(f"{count} {word}" for count, word in zip(parts, words, strict=True) if count)
    empty = f", {empty_n} empty {'file' if empty_n == 1 else 'files'}" if empty_n else ""
    return f"{source.name}: {rows_n} {'row' if rows_n == 1 else 'rows'}{f': {told}' if told else ''}{empty}"


def _no_journey(connection: duckdb.DuckDBPyConnection, maps: tuple[JourneyMap, ...]) -> MapError:
    rows = connection.sql("SELECT activity FROM events GROUP BY activity ORDER BY count(*) DESC, activity LIMIT 5")
    seen = ", ".join(repr(row[0]) for row in rows.fetchall())
    problems = tuple(
        each.problem(
            ("journey_is",),
            f"no journey at all for {each.journey!r} version {each.version}",
            f"events of {' or '.join(each.openings)}, where a journey opens",
            f"the commonest activities are {seen}: compare them with the `when` rules, and `per` with the ids",
        )
        for each in maps
    )
    return MapError(got="no journey at all", problems=problems)
