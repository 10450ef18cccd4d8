"""The data page: what each source delivered, how well people are stitched, and what was kept out."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pipelines.language import mark, told_number, tr, trn
from pipelines.report import columns
from pipelines.report.evidence import Evidence, Record
from pipelines.report.numbers import MISSING, count, duration, fine_share_with, share
from pipelines.report.rows import Snapshot
from pipelines.report.tables import DataTable, Shown
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import word


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
            tr(
                "Numbers of fewer than {n} are told as “< {n}”; others that would give them away by subtraction as"
                " “hidden”.",
                n=evidence.minimum,
            )
        )
    return tuple(line for line in lines if line)


def _erased(row: Record, evidence: Evidence) -> str:
    if not row["erased_n"]:
        return tr("Nobody has been erased on request.")
    erased_n, told_n = int(row["erased_n"]), count(row["erased_n"])
    if row["erased_rows_n"]:
        one = mark("{n} person has been erased on request; {rows} delivered rows were dropped for it.")
        many = mark("{n} people have been erased on request; {rows} delivered rows were dropped for it.")
        told = trn(one, many, erased_n, n=told_n, rows=count(row["erased_rows_n"]))
    else:
        one = mark("{n} person has been erased on request.")
        told = trn(one, mark("{n} people have been erased on request."), erased_n, n=told_n)
    if not row["restated_n"]:
        return told
    restated = trn(
        "This run restates the figures of {n} earlier report without {people} of them.",
        "This run restates the figures of {n} earlier reports without {people} of them.",
        evidence.restated_n,
        n=count(evidence.restated_n),
        people=count(row["restated_n"]),
    )
    return f"{told} {restated}"


def _consent(row: Record) -> str:
    parts = []
    if row["withdrawn_n"]:
        parts.append(
            trn(
                "{n} person withdrew consent and is in no journey.",
                "{n} people withdrew consent and are in no journey.",
                int(row["withdrawn_n"]),
                n=count(row["withdrawn_n"]),
            )
        )
    if row["no_consent_n"]:
        dropped = tr("{n} rows were dropped because they say no to being analysed.", n=count(row["no_consent_n"]))
        parts.append(dropped)
    return " ".join(parts) or tr("No source tells of a consent that was refused or withdrawn.")


def _delivered(evidence: Evidence, zone: ZoneInfo) -> DataTable:
    states = {"read": tr("read"), "stopped": tr("stopped: see the head of the page")}
    return _table(
        "delivered",
        tr("What each source delivered, and until when"),
        evidence.records.get("delivered", ()),
        (
            columns.text(tr("Source"), "source"),
            Shown(tr("At the last run"), lambda r: states.get(str(r["state"]), str(r["state"]))),
            columns.number(tr("Files"), "files_n"),
            columns.number(tr("Not used"), "unused_n"),
            columns.date(tr("First event"), "first_at", zone),
            columns.date(tr("Last event"), "last_at", zone),
            columns.date(tr("Last delivery"), "delivered_at", zone),
            Shown(tr("Last event before it"), _behind, is_number=True),
        ),
        tr(
            "Last event before it: how old the newest event was when the newest file came in. A source that falls"
            " behind makes journeys look silent. Sources that only link ids have no event."
        ),
        tr("No file has been read yet."),
    )


def _behind(r: Record) -> str:
    seconds = r["behind_s"]
    return MISSING if seconds is None else duration(max(0.0, float(seconds)))


def _files(evidence: Evidence, zone: ZoneInfo) -> DataTable:
    fates = (
        (tr("Rows in"), "rows_n"),
        (tr("Accepted"), "accepted_n"),
        (tr("Duplicate"), "duplicate_n"),
        (tr("Dropped"), "dropped_n"),
    )
    return _table(
        "files",
        tr("Every file, those that were not used first"),
        evidence.records.get("files", ()),
        (
            columns.text(tr("Source"), "source"),
            columns.text(tr("File"), "file"),
            columns.word(tr("State"), "status"),
            *(columns.number(heading, name) for heading, name in (*fates, (tr("Rejected"), "rejected_n"))),
            columns.date(tr("Read"), "loaded_at", zone),
        ),
        tr("One line for each content that was ever delivered, under its latest name."),
        tr("No file has been read yet."),
    )


def _notes(evidence: Evidence) -> DataTable:
    return _table(
        "notes",
        tr("What was recognised, and what to know of it"),
        evidence.records.get("notes", ()),
        (columns.text(tr("Source"), "source"), columns.sentence(tr("Note"), "note")),
        tr("Encodings, columns that are new or gone, clocks that run ahead: as the last run found them."),
        tr("There was nothing to note."),
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
        tr("How far headline numbers move between strict and loose"),
        tuple(records),
        (
            columns.text(tr("Map"), "journey"),
            *(columns.number(tr("Journeys, {rule}", rule=word(rule)), f"{rule}_n") for rule in _RULES),
            *(
                columns.number(tr("Converted, {rule}", rule=word(rule)), f"{rule}_share", fine_share_with)
                for rule in _RULES
            ),
            Shown(tr("Spread"), _points, is_number=True),
        ),
        tr(
            "The plain share that converted, of journeys old enough to be judged, under each rule of who is one person."
            " The truth need not lie between them, but a wide spread says that much rests on the links."
        ),
        tr("There is no map yet."),
    )


_RULES = ("strict", "default", "loose")


def _points(r: Record) -> str:
    return MISSING if r["spread"] is None else tr("{n} points", n=told_number(f"{float(r['spread']) * 100:.1f}"))


def _stitched(evidence: Evidence) -> DataTable:
    return _table(
        "stitched",
        tr("How well people are stitched, by source"),
        evidence.records.get("stitched", ()),
        (
            columns.text(tr("Source"), "source"),
            columns.number(tr("Events"), "events_n"),
            *(columns.number(tr("Stitched, {rule}", rule=word(rule)), f"{rule}_share", share) for rule in _RULES),
            columns.number(tr("Known by a number or login"), "known_share", share),
            columns.number(tr("Lent"), "lent_n"),
        ),
        tr(
            "Stitched: events of people who are known by more than one id. Lent: events of shared devices that belong"
            " to who was logged in there."
        ),
        tr("Nobody has been looked for yet."),
    )


def _sizes(evidence: Evidence) -> DataTable:
    return _table(
        "people",
        tr("How many ids make one person"),
        evidence.records.get("sizes", ()),
        (
            Shown(tr("Ids"), lambda r: _ids(str(r["ids"]))),
            *(columns.number(tr("People, {rule}", rule=word(rule)), f"{rule}_n") for rule in _RULES),
        ),
        tr("Very large people are a sign of an id that many share. “terreng identity audit” names the largest."),
        tr("Nobody has been looked for yet."),
    )


def _ids(text: str) -> str:
    """A range of numbers in the words of the language: "4 to 5", "more than 50"."""
    low, _, high = text.partition(" to ")
    if high:
        return tr("{low} to {high}", low=low, high=high)
    return tr("more than {n}", n=text.removeprefix("more than ")) if text.startswith("more") else text


def _guards(evidence: Evidence) -> DataTable:
    return _table(
        "guards",
        tr("Links that guards refused"),
        evidence.records.get("guards", ()),
        (
            columns.word(tr("Guard"), "guard"),
            columns.text(tr("Id"), "left_type"),
            columns.text(tr("and id"), "right_type"),
            columns.number(tr("Links"), "links_n"),
        ),
        tr("Ids seen together that still do not make one person under the default rule, and why."),
        tr("No link was refused."),
    )


def _changes(evidence: Evidence) -> DataTable:
    return _table(
        "changes",
        tr("Who became one person, or two, since the run before"),
        evidence.records.get("changes", ()),
        (
            columns.word(tr("Change"), "kind"),
            *(columns.number(tr("Pairs, {rule}", rule=word(rule)), f"{rule}_n") for rule in _RULES),
        ),
        tr("The table person_changes keeps them."),
        tr("Nobody was merged or split."),
    )


def _table(name: str, title: str, records: tuple[Record, ...], shown: tuple[Shown, ...], *notes: str) -> DataTable:
    note, empty = notes
    return DataTable(f"data_{name}", title, records, shown, note=note, empty=empty)
