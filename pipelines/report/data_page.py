"""The data page: what each source delivered, how well people are stitched, and what was kept out."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pipelines.report import columns
from pipelines.report.evidence import Evidence, Record
from pipelines.report.numbers import MISSING, count, duration, fine_share_with, share
from pipelines.report.rows import Snapshot
from pipelines.report.tables import DataTable, Shown
from pipelines.report.view import JourneyView


def data_tables(snapshot: Snapshot, views: tuple[JourneyView, ...]) -> tuple[DataTable, ...]:
    """The tables beside those of rows and reasons, in their order on the page."""
    evidence = snapshot.evidence
    return (
        _delivered(evidence, snapshot.zone),
        _files(evidence, snapshot.zone),
        _notes(evidence),
        _spread(views),
        _stitched(evidence),
        _sizes(evidence),
        _guards(evidence),
        _changes(evidence),
    )


def privacy_lines(evidence: Evidence) -> tuple[str, ...]:
    """What was kept out for privacy's sake, in sentences."""
    row = evidence.privacy
    if row is None:
        return ()
    lines = [_erased(row, evidence), _consent(row)]
    if evidence.minimum > 1:
        lines.append(
            f"Numbers of fewer than {evidence.minimum} are told as “< {evidence.minimum}”; others that would give them"
            " away by subtraction as “hidden”."
        )
    return tuple(line for line in lines if line)


def _erased(row: Record, evidence: Evidence) -> str:
    if not row["erased_n"]:
        return "Nobody has been erased on request."
    told = f"{_people(row['erased_n'])} been erased on request"
    if row["erased_rows_n"]:
        told += f"; {count(row['erased_rows_n'])} delivered rows were dropped for it"
    if row["restated_n"]:
        reports = "1 earlier report" if evidence.restated_n == 1 else f"{count(evidence.restated_n)} earlier reports"
        told += f". This run restates the figures of {reports} without {count(row['restated_n'])} of them"
    return f"{told}."


def _consent(row: Record) -> str:
    parts = []
    if row["withdrawn_n"]:
        whose = _people(row["withdrawn_n"]).removesuffix(" have").removesuffix(" has")
        parts.append(f"{whose} withdrew consent and {'is' if row['withdrawn_n'] == 1 else 'are'} in no journey")
    if row["no_consent_n"]:
        parts.append(f"{count(row['no_consent_n'])} rows were dropped because they say no to being analysed")
    return f"{'; '.join(parts)}." if parts else "No source tells of a consent that was refused or withdrawn."


def _people(n: int) -> str:
    return f"{count(n)} person has" if int(n) == 1 else f"{count(n)} people have"


def _delivered(evidence: Evidence, zone: ZoneInfo) -> DataTable:
    states = {"read": "read", "stopped": "stopped: see the head of the page"}
    return _table(
        "delivered",
        "What each source delivered, and until when",
        evidence.records.get("delivered", ()),
        (
            columns.text("Source", "source"),
            Shown("At the last run", lambda r: states.get(str(r["state"]), str(r["state"]))),
            columns.number("Files", "files_n"),
            columns.number("Not used", "unused_n"),
            columns.date("First event", "first_at", zone),
            columns.date("Last event", "last_at", zone),
            columns.date("Last delivery", "delivered_at", zone),
            Shown("Last event before it", _behind, is_number=True),
        ),
        "Last event before it: how old the newest event was when the newest file came in. A source that falls behind"
        " makes journeys look silent. Sources that only link ids have no event.",
        "No file has been read yet.",
    )


def _behind(r: Record) -> str:
    seconds = r["behind_s"]
    return MISSING if seconds is None else duration(max(0.0, float(seconds)))


def _files(evidence: Evidence, zone: ZoneInfo) -> DataTable:
    fates = (("Rows in", "rows_n"), ("Accepted", "accepted_n"), ("Duplicate", "duplicate_n"), ("Dropped", "dropped_n"))
    return _table(
        "files",
        "Every file, those that were not used first",
        evidence.records.get("files", ()),
        (
            columns.text("Source", "source"),
            columns.text("File", "file"),
            columns.text("State", "status"),
            *(columns.number(heading, name) for heading, name in (*fates, ("Rejected", "rejected_n"))),
            columns.date("Read", "loaded_at", zone),
        ),
        "One line for each content that was ever delivered, under its latest name.",
        "No file has been read yet.",
    )


def _notes(evidence: Evidence) -> DataTable:
    return _table(
        "notes",
        "What was recognised, and what to know of it",
        evidence.records.get("notes", ()),
        (columns.text("Source", "source"), columns.text("Note", "note")),
        "Encodings, columns that are new or gone, clocks that run ahead: as the last run found them.",
        "There was nothing to note.",
    )


def _spread(views: tuple[JourneyView, ...]) -> DataTable:
    """How far the headline numbers move between the rules that say who is one person."""
    records = []
    for view in views:
        rows = {row.rule: row for row in view.data.identity}
        shares = {rule: row.share for rule, row in rows.items()}
        known = [each for each in shares.values() if each is not None]
        records.append(
            {
                "journey": view.map.title,
                **{f"{rule}_n": rows[rule].journeys_n if rule in rows else None for rule in _RULES},
                **{f"{rule}_share": shares.get(rule) for rule in _RULES},
                "spread": max(known) - min(known) if len(known) == len(_RULES) else None,
            }
        )
    return _table(
        "spread",
        "How far headline numbers move between strict and loose",
        tuple(records),
        (
            columns.text("Map", "journey"),
            *(columns.number(f"Journeys, {rule}", f"{rule}_n") for rule in _RULES),
            *(columns.number(f"Converted, {rule}", f"{rule}_share", fine_share_with) for rule in _RULES),
            Shown("Spread", _points, is_number=True),
        ),
        "The plain share that converted, of journeys old enough to be judged, under each rule of who is one person."
        " The truth need not lie between them, but a wide spread says that much rests on the links.",
        "There is no map yet.",
    )


_RULES = ("strict", "default", "loose")


def _points(r: Record) -> str:
    return MISSING if r["spread"] is None else f"{float(r['spread']) * 100:.1f} points"


def _stitched(evidence: Evidence) -> DataTable:
    return _table(
        "stitched",
        "How well people are stitched, by source",
        evidence.records.get("stitched", ()),
        (
            columns.text("Source", "source"),
            columns.number("Events", "events_n"),
            *(columns.number(f"Stitched, {rule}", f"{rule}_share", share) for rule in _RULES),
            columns.number("Known by a number or login", "known_share", share),
            columns.number("Lent", "lent_n"),
        ),
        "Stitched: events of people who are known by more than one id. Lent: events of shared devices that belong to"
        " who was logged in there.",
        "Nobody has been looked for yet.",
    )


def _sizes(evidence: Evidence) -> DataTable:
    return _table(
        "people",
        "How many ids make one person",
        evidence.records.get("sizes", ()),
        (columns.text("Ids", "ids"), *(columns.number(f"People, {rule}", f"{rule}_n") for rule in _RULES)),
        "Very large people are a sign of an id that many share. “terreng identity audit” names the largest.",
        "Nobody has been looked for yet.",
    )


def _guards(evidence: Evidence) -> DataTable:
    return _table(
        "guards",
        "Links that guards refused",
        evidence.records.get("guards", ()),
        (
            columns.text("Guard", "guard"),
            columns.text("Id", "left_type"),
            columns.text("and id", "right_type"),
            columns.number("Links", "links_n"),
        ),
        "Ids seen together that still do not make one person under the default rule, and why.",
        "No link was refused.",
    )


def _changes(evidence: Evidence) -> DataTable:
    return _table(
        "changes",
        "Who became one person, or two, since the run before",
        evidence.records.get("changes", ()),
        (columns.text("Change", "kind"), *(columns.number(f"Pairs, {rule}", f"{rule}_n") for rule in _RULES)),
        "The table person_changes keeps them.",
        "Nobody was merged or split.",
    )


def _table(name: str, title: str, records: tuple[Record, ...], shown: tuple[Shown, ...], *notes: str) -> DataTable:
    note, empty = notes
    return DataTable(f"data_{name}", title, records, shown, note=note, empty=empty)
