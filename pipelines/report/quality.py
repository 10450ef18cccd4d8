"""Data quality: every row accounted for, what the map does not know, and how much rests on identity."""

from __future__ import annotations

from dataclasses import asdict, fields

from pipelines.privacy.withheld import part_of
from pipelines.report.numbers import count, days, fine_share_with, moment, share
from pipelines.report.rows import ReasonRow, Snapshot, SourceRow
from pipelines.report.tables import DataTable, Shown
from pipelines.report.view import JourneyView

UNMAPPED_LIMIT = 0.10  # beyond it, rates of this map rest on too little


def rows_line(snapshot: Snapshot) -> str:
    """Rows in = accepted + duplicate + dropped + rejected, over all sources."""
    rows = snapshot.sources
    if not rows:
        return "No file has been read yet."
    total, accepted, duplicate, dropped, rejected = (
        sum(getattr(row, name) for row in rows)
        for name in ("rows_n", "accepted_n", "duplicate_n", "dropped_n", "rejected_n")
    )
    line = (
        f"{count(total)} rows in = {count(accepted)} accepted + {count(duplicate)} duplicate + {count(dropped)} dropped"
        f" + {count(rejected)} rejected"
    )
    wrong = [row.source for row in rows if not row.adds_up]
    if wrong:
        line += f". These do not add up for {', '.join(wrong)}: please report this as a defect"
    return line


def journey_line(view: JourneyView) -> str:
    """What of one map's journeys is unmapped, in flight, and how the identity rules differ."""
    data = view.data
    if not data.journeys_n:
        return "no journey of this map"
    parts = []
    if data.events_n:
        parts.append(
            f"{share(data.unmapped_n / data.events_n)} of {count(data.events_n)} events in journeys are not on the map"
        )
    flying = data.statuses.get("in_flight", 0)
    if (part := part_of(flying, data.journeys_n)) is not None:
        parts.append(f"{share(part)} of journeys are on their way today (in flight)")
    parts.append(identity_range(view))
    return "; ".join(part for part in parts if part)


def identity_range(view: JourneyView) -> str:
    """One measure under the three identity rules: the plain share that converts, of journeys old enough."""
    if view.data.is_same_people:
        return "all three identity rules make the same people"
    rows = {row.rule: row for row in view.data.identity if row.share is not None}
    if not {"strict", "default", "loose"} <= rows.keys() or not view.horizon_d:
        return ""
    told = {rule: fine_share_with(row.share) for rule, row in rows.items()}
    old_n, old = count(rows["default"].mature_n), days(view.horizon_d)
    long_ago = f"in plain counts, of the {old_n} journeys that began at least {old} ago"
    if len(set(told.values())) == 1:
        return f"{long_ago}, {told['default']} converted in that time under each of the three identity rules"
    return (
        f"{long_ago}, {told['default']} converted in that time under the default identity rule,"
        f" {told['strict']} under the strict and {told['loose']} under the loose one"
    )


def warnings(view: JourneyView) -> tuple[str, ...]:
    """What a reader has to know before she trusts the numbers of a map."""
    data = view.data
    found = []
    if data.events_n and data.unmapped_n / data.events_n > UNMAPPED_LIMIT:
        found.append(
            f"{share(data.unmapped_n / data.events_n)} of the events in journeys are not on the map, more than"
            f" {share(UNMAPPED_LIMIT)}: the rates below miss too much to be relied on."
            " The list of unmapped activities says what to add."
        )
    if len(data.versions) > 1:
        told = ", ".join(f"version {version}: {count(n)}" for version, n in data.versions.items())
        found.append(
            f"Journeys are judged by the version of the map in force when they began ({told});"
            f" the drawing is version {view.map.version}."
        )
    return tuple(found)


def snapshot_line(snapshot: Snapshot) -> str:
    """That a source is missing, and that the page stands at an earlier time than its data, if so."""
    missing = (
        f"The source {row.source} could not be read since {moment(row.stopped_at, snapshot.zone)}: {row.problem}."
        " What it told before stands; its silence since then counts as a data gap."
        for row in snapshot.stopped
    )
    return " ".join(line for line in (*missing, _data_go_on(snapshot)) if line)


def _data_go_on(snapshot: Snapshot) -> str:
    as_of, newest_at = snapshot.run.as_of, snapshot.newest_at
    if as_of is None or newest_at is None or newest_at <= as_of:
        return ""
    return (
        f"This page tells how things stood at {moment(as_of, snapshot.zone)}. The data go on until"
        f" {moment(newest_at, snapshot.zone)}; what came after the snapshot is not in the numbers."
    )


def source_table(snapshot: Snapshot) -> DataTable:
    """Rows per source."""
    heads = (
        ("Files", "files_n"),
        ("Files failed", "failed_files_n"),
        ("Rows in", "rows_n"),
        ("Accepted", "accepted_n"),
        ("Duplicate", "duplicate_n"),
        ("Dropped", "dropped_n"),
        ("Rejected", "rejected_n"),
    )
    return DataTable(
        "sources",
        "Rows per source",
        tuple(asdict(row) for row in snapshot.sources),
        (Shown("Source", lambda r: str(r["source"])), *(_number(heading, name) for heading, name in heads)),
        tuple(field.name for field in fields(SourceRow)),
        "Rows in = accepted + duplicate + dropped + rejected, for every file that was ever delivered.",
        "No file has been read yet.",
    )


def _number(heading: str, name: str) -> Shown:
    return Shown(heading, lambda r: count(float(str(r[name]))), is_number=True)


def reason_table(snapshot: Snapshot) -> DataTable:
    """Why rows were rejected or dropped."""
    return DataTable(
        "reasons",
        "Why rows were rejected or dropped",
        tuple(asdict(row) for row in snapshot.reasons),
        (
            Shown("Source", lambda r: str(r["source"])),
            Shown("What", lambda r: str(r["what"])),
            Shown("Reason", lambda r: str(r["reason"]).replace("_", " ")),
            _number("Rows", "rows_n"),
        ),
        tuple(field.name for field in fields(ReasonRow)),
        empty="No row was rejected or dropped.",
    )
