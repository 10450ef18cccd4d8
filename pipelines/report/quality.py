"""Data quality: every row accounted for, what the map does not know, and how much rests on identity."""

from __future__ import annotations

from dataclasses import asdict, fields

from pipelines.report.numbers import count, share
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
    parts.append(f"{share(flying / data.journeys_n)} of journeys are in flight")
    parts.append(identity_range(view))
    return "; ".join(part for part in parts if part)


def identity_range(view: JourneyView) -> str:
    """Conversion under the strict and the loose rule."""
    shares = {row.rule: row.share for row in view.data.identity}
    strict, loose = shares.get("strict"), shares.get("loose")
    if strict is None or loose is None:
        return ""
    return f"conversion is {share(strict)} under strict and {share(loose)} under loose identity"


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
