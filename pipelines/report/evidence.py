"""What the data page tells of sources, people and privacy, as records of the published snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from models.suppression import Sum, hide
from pipelines.privacy.withheld import beside, small

if TYPE_CHECKING:
    import duckdb

Record = Mapping[str, Any]

_DELIVERED = """
WITH told AS (
    SELECT source, min(occurred_at) AS first_at, max(occurred_at) AS last_at FROM events GROUP BY source
),
came AS (
    SELECT source, max(loaded_at) AS delivered_at, count(*) FILTER (status = 'loaded') AS files_n,
        count(*) FILTER (status NOT IN ('loaded', 'lookup')) AS unused_n
    FROM files GROUP BY source
)
SELECT came.source, coalesce(s.status, 'read') AS state, s.stopped_at, files_n, unused_n, told.first_at, told.last_at,
    came.delivered_at, (epoch(came.delivered_at) - epoch(told.last_at)) AS behind_s
FROM came LEFT JOIN told USING (source) LEFT JOIN source_states s USING (source) ORDER BY came.source
"""
_FILES = """
SELECT source, paths[-1] AS file, replace(status, '_', ' ') AS status, rows_n, accepted_n, duplicate_n, dropped_n,
    rejected_n, loaded_at
FROM files ORDER BY status = 'loaded', source, file, loaded_at
"""
_NOTES = "SELECT source, unnest(notes) AS note FROM source_states ORDER BY source, note"
_STITCHED = """
SELECT source, max(events_n) AS events_n,
    max(stitched_n / events_n) FILTER (rule = 'strict') AS strict_share,
    max(stitched_n / events_n) FILTER (rule = 'default') AS default_share,
    max(stitched_n / events_n) FILTER (rule = 'loose') AS loose_share,
    max(known_n / events_n) FILTER (rule = 'default') AS known_share,
    max(lent_n) FILTER (rule = 'default') AS lent_n
FROM stitching WHERE events_n > 0 GROUP BY source ORDER BY source
"""
_SIZES = """
WITH sized AS (SELECT rule, person_id, count(*) AS n FROM persons GROUP BY ALL)
SELECT CASE WHEN n <= 3 THEN n::VARCHAR WHEN n <= 5 THEN '4 to 5' WHEN n <= 10 THEN '6 to 10' WHEN n <= 20
        THEN '11 to 20' WHEN n <= 50 THEN '21 to 50' ELSE 'more than 50' END AS ids,
    count_if(rule = 'strict') AS strict_n, count_if(rule = 'default') AS default_n, count_if(rule = 'loose') AS loose_n
FROM sized GROUP BY ids ORDER BY min(n)
"""
_GUARDS = """
SELECT replace(blocked_by, '_', ' ') AS guard, left_type, right_type, count(*) AS links_n
FROM identity_links WHERE blocked_by IS NOT NULL GROUP BY ALL ORDER BY guard, left_type, right_type
"""
_CHANGES = """
SELECT kind, count(*) FILTER (rule = 'strict') AS strict_n, count(*) FILTER (rule = 'default') AS default_n,
    count(*) FILTER (rule = 'loose') AS loose_n
FROM person_changes WHERE run_id = $run_id AND kind <> 'renamed' GROUP BY kind ORDER BY kind
"""
_PRIVACY = """
SELECT (SELECT coalesce(max(persons_n) FILTER (rule = 'default'), 0) FROM withdrawals) AS withdrawn_n,
    (SELECT coalesce(max(events_n), 0) FROM withdrawals) AS withdrawn_events_n,
    (SELECT count(*) FROM erasures) AS erased_n,
    (SELECT count(*) FROM erasures WHERE run_id = $run_id) AS restated_n,
    (SELECT coalesce(sum(coalesce(dropped['erased'], 0)), 0)::BIGINT FROM files) AS erased_rows_n,
    (SELECT coalesce(sum(coalesce(dropped['no_consent'], 0)), 0)::BIGINT FROM files) AS no_consent_n
"""


@dataclass(frozen=True)
class Evidence:
    """Records by the name of their table.

    Attributes:
        records: Name of a table to its rows, small numbers withheld.
        minimum: Numbers of fewer people are not shown.
        restated_n: Earlier reports that this run restates.
    """

    records: dict[str, tuple[Record, ...]] = field(default_factory=dict)
    minimum: int = 1
    restated_n: int = 0

    @property
    def privacy(self) -> Record | None:
        """Consent and erasures; None where nothing was read."""
        return next(iter(self.records.get("privacy", ())), None)


def read_evidence(con: duckdb.DuckDBPyConnection, run_id: str, minimum: int, restated_n: int) -> Evidence:
    """What the published snapshot says, with small numbers of people withheld."""
    columns = ("strict_n", "default_n", "loose_n")
    return Evidence(
        {
            "delivered": _all(con, _DELIVERED),
            "files": _all(con, _FILES),
            "notes": _all(con, _NOTES),
            "stitched": _all(con, _STITCHED),
            "sizes": _covered(_all(con, _SIZES), columns, minimum),
            "guards": _covered(_all(con, _GUARDS), ("links_n",), minimum),
            "changes": _covered(_all(con, _CHANGES, run_id=run_id), columns, minimum),
            "privacy": tuple(_alone(row, minimum) for row in _all(con, _PRIVACY, run_id=run_id)),
        },
        minimum,
        restated_n,
    )


def _all(con: duckdb.DuckDBPyConnection, query: str, **values: object) -> tuple[Record, ...]:
    rows = con.execute(query, values)
    names = [entry[0] for entry in rows.description or ()]
    return tuple(dict(zip(names, row, strict=True)) for row in rows.fetchall())


def _covered(rows: tuple[Record, ...], columns: tuple[str, ...], minimum: int) -> tuple[Record, ...]:
    """Counts of people, of which everybody may know the sum of each column."""
    counts = {(i, name): int(row[name]) for i, row in enumerate(rows) for name in columns}
    sums = [Sum(tuple((i, name) for i in range(len(rows)))) for name in columns]
    hidden = hide(counts, sums, minimum)
    told = {key: small(minimum) if key in hidden.small else beside(minimum) for key in counts if key in hidden}
    return tuple(
        {**row, **{name: told[i, name] for name in columns if (i, name) in told}} for i, row in enumerate(rows)
    )


def _alone(row: Record, minimum: int) -> Record:
    """Counts of people that stand for themselves; with few of them, how many events they have is not told either."""
    people = {name: small(minimum) for name in ("withdrawn_n", "erased_n", "restated_n") if 0 < row[name] < minimum}
    events = {"withdrawn_events_n": beside(minimum)} if "withdrawn_n" in people else {}
    return {**row, **people, **events}
