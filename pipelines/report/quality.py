"""Data quality: every row accounted for, what the map does not know, and how much rests on identity."""

from __future__ import annotations

from dataclasses import asdict, fields

from pipelines.language import mark, tr
from pipelines.privacy.withheld import part_of
from pipelines.report.numbers import count, days, fine_share_with, moment, share
from pipelines.report.rows import ReasonRow, Snapshot, SourceRow
from pipelines.report.tables import DataTable, Shown
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import word

UNMAPPED_LIMIT = 0.10  # beyond it, rates of this map rest on too little


def rows_line(snapshot: Snapshot) -> str:
    """Rows in = accepted + duplicate + dropped + rejected, over all sources."""
    rows = snapshot.sources
    if not rows:
        return tr("No file has been read yet.")
    total, accepted, duplicate, dropped, rejected = (
        sum(getattr(row, name) for row in rows)
        for name in ("rows_n", "accepted_n", "duplicate_n", "dropped_n", "rejected_n")
    )
    line = tr(
        "{total} rows in = {accepted} accepted + {duplicate} duplicate + {dropped} dropped + {rejected} rejected",
        total=count(total),
        accepted=count(accepted),
        duplicate=count(duplicate),
        dropped=count(dropped),
        rejected=count(rejected),
    )
    wrong = ", ".join(row.source for row in rows if not row.adds_up)
    if not wrong:
        return line
    defect = tr("These do not add up for {sources}: please report this as a defect", sources=wrong)
    return f"{line}. {defect}"


def journey_line(view: JourneyView) -> str:
    """What of one map's journeys is unmapped, in flight, and how the identity rules differ."""
    data = view.data
    if not data.journeys_n:
        return tr("no journey of this map")
    parts = []
    if data.events_n:
        unmapped, events = share(data.unmapped_n / data.events_n), count(data.events_n)
        parts.append(tr("{share} of {n} events in journeys are not on the map", share=unmapped, n=events))
    flying = data.statuses.get("in_flight", 0)
    if (part := part_of(flying, data.journeys_n)) is not None:
        parts.append(tr("{share} of journeys are on their way today (in flight)", share=share(part)))
    parts.append(identity_range(view))
    return "; ".join(part for part in parts if part)


def identity_range(view: JourneyView) -> str:
    """One measure under the three identity rules: the plain share that converts, of journeys old enough."""
    if view.data.is_same_people:
        return tr("all three identity rules make the same people")
    rows = {row.rule: row for row in view.data.identity if row.share is not None}
    if not {"strict", "default", "loose"} <= rows.keys() or not view.horizon_d:
        return ""
    told = {rule: fine_share_with(row.share) for rule, row in rows.items()}
    old_n, old = count(rows["default"].mature_n), days(view.horizon_d)
    alike = mark(
        "in plain counts, of the {n} journeys that began at least {days} ago, {default} converted in that time under"
        " each of the three identity rules"
    )
    unlike = mark(
        "in plain counts, of the {n} journeys that began at least {days} ago, {default} converted in that time under"
        " the default identity rule, {strict} under the strict and {loose} under the loose one"
    )
    return tr(alike if len(set(told.values())) == 1 else unlike, n=old_n, days=old, **told)


def warnings(view: JourneyView) -> tuple[str, ...]:
    """What a reader has to know before she trusts the numbers of a map."""
    data = view.data
    found = []
    if data.events_n and data.unmapped_n / data.events_n > UNMAPPED_LIMIT:
        found.append(
            tr(
                "{share} of the events in journeys are not on the map, more than {most}: the rates below miss too much"
                " to be relied on. The list of unmapped activities says what to add.",
                share=share(data.unmapped_n / data.events_n),
                most=share(UNMAPPED_LIMIT),
            )
        )
    if len(data.versions) > 1:
        told = ", ".join(tr("version {version}: {n}", version=v, n=count(n)) for v, n in data.versions.items())
        found.append(
            tr(
                "Journeys are judged by the version of the map in force when they began ({versions}); the drawing is"
                " version {version}.",
                versions=told,
                version=view.map.version,
            )
        )
    return tuple(found)


def snapshot_line(snapshot: Snapshot) -> str:
    """That a source is missing, and that the page stands at an earlier time than its data, if so."""
    missing = (
        tr(
            "The source {source} could not be read since {moment}: {problem}. What it told before stands; its silence"
            " since then counts as a data gap.",
            source=row.source,
            moment=moment(row.stopped_at, snapshot.zone),
            problem=row.problem,
        )
        for row in snapshot.stopped
    )
    return " ".join(line for line in (*missing, _data_go_on(snapshot)) if line)


def _data_go_on(snapshot: Snapshot) -> str:
    as_of, newest_at = snapshot.run.as_of, snapshot.newest_at
    if as_of is None or newest_at is None or newest_at <= as_of:
        return ""
    return tr(
        "This page tells how things stood at {as_of}. The data go on until {newest}; what came after the snapshot is"
        " not in the numbers.",
        as_of=moment(as_of, snapshot.zone),
        newest=moment(newest_at, snapshot.zone),
    )


def source_table(snapshot: Snapshot) -> DataTable:
    """Rows per source."""
    heads = (
        (tr("Files"), "files_n"),
        (tr("Files failed"), "failed_files_n"),
        (tr("Rows in"), "rows_n"),
        (tr("Accepted"), "accepted_n"),
        (tr("Duplicate"), "duplicate_n"),
        (tr("Dropped"), "dropped_n"),
        (tr("Rejected"), "rejected_n"),
    )
    return DataTable(
        "sources",
        tr("Rows per source"),
        tuple(asdict(row) for row in snapshot.sources),
        (Shown(tr("Source"), lambda r: str(r["source"])), *(_number(heading, name) for heading, name in heads)),
        tuple(field.name for field in fields(SourceRow)),
        tr("Rows in = accepted + duplicate + dropped + rejected, for every file that was ever delivered."),
        tr("No file has been read yet."),
    )


def _number(heading: str, name: str) -> Shown:
    return Shown(heading, lambda r: count(float(str(r[name]))), is_number=True)


def reason_table(snapshot: Snapshot) -> DataTable:
    """Why rows were rejected or dropped."""
    return DataTable(
        "reasons",
        tr("Why rows were rejected or dropped"),
        tuple(asdict(row) for row in snapshot.reasons),
        (
            Shown(tr("Source"), lambda r: str(r["source"])),
            Shown(tr("What"), lambda r: word(r["what"])),
            Shown(tr("Reason"), lambda r: word(r["reason"])),
            _number(tr("Rows"), "rows_n"),
        ),
        tuple(field.name for field in fields(ReasonRow)),
        empty=tr("No row was rejected or dropped."),
    )
