"""Files of a batch that follow each other, into the warehouse: inside one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.ingest import drift, loading
from pipelines.ingest.batch.files import PART, STAGED, Batch, File
from pipelines.ingest.batch.loading import (
    Fate,
    add_identifiers,
    add_rows,
    fates,
    number_files,
    remove_beaten,
    usurper,
)
from pipelines.ingest.one_file import FileReport, add_files, add_mapping, refuse_unbalanced
from schemas.errors import SourceError

if TYPE_CHECKING:
    from pipelines.ingest.intake import Intake
    from pipelines.ingest.plans import Plan

FEWEST = 2


@dataclass(frozen=True)
class Ready:
    """Files of a batch that nothing speaks against.

    Attributes:
        run: Their numbers.
        staged: Table of their rows.
        known: What the table's columns held before them.
        seen: What they hold with them.
        notes: What to tell of the columns of each.
        duplicates: Events of each that do not stand.
    """

    run: list[int]
    staged: str
    known: dict[str, drift.Seen]
    seen: dict[str, drift.Seen]
    notes: dict[int, list[str]]
    duplicates: dict[int, int]


def ready(intake: Intake, batch: Batch, run: list[int]) -> Ready | None:
    """The first of these files, up to one that is odd beside those before it; None where that leaves less than two."""
    known = drift.known_columns(intake, batch.table.name)
    while True:
        seen, notes = _compared(intake, batch, run, known)
        run = run[: len(notes)]
        if batch.plan is None or len(run) < FEWEST:
            return None
        staged = _part(intake, batch, run)
        cut, duplicates = usurper(intake.con, staged, batch.plan, intake.source.name)
        if cut is None:
            return Ready(run, staged, known, seen, notes, duplicates)
        run = run[: run.index(cut)]


def take_in(intake: Intake, batch: Batch, plan: Plan, files: Ready) -> list[FileReport]:
    """Take these files in, inside a transaction of the caller; what became of each.

    Raises:
        SourceError: The rows of a file are not accounted for.
    """
    con, staged = intake.con, files.staged
    if files.duplicates:
        remove_beaten(con, staged)
    add_identifiers(con, staged, plan)
    numbered = [(n, batch.files[n].member.file_id, batch.files[n].shown) for n in files.run]
    add_rows(intake, staged, plan, number_files(con, staged, numbered))
    drift.remember(intake, batch.table.name, files.known, files.seen)
    became = fates(con, staged, files.duplicates)
    return _noted(intake, batch, {n: (became.get(n, Fate()), files.notes[n]) for n in files.run})


def _compared(
    intake: Intake, batch: Batch, run: list[int], known: dict[str, drift.Seen]
) -> tuple[dict[str, drift.Seen], dict[int, list[str]]]:
    """What the files' columns held, all together, and what to tell of each, up to one whose columns are others."""
    seen: dict[str, drift.Seen] = {}
    notes: dict[int, list[str]] = {}
    known = dict(known)
    for number in run:
        file = batch.files[number]
        try:
            notes[number] = drift.compare(file.first, known, file.profile)
        except SourceError:
            break
        seen |= drift.seen_with(known, file.profile, file.member.delivery, intake.now)
        known |= seen
    return seen, notes


def _part(intake: Intake, batch: Batch, run: list[int]) -> str:
    """Table of the staged rows of these files, to be changed."""
    if len(run) == len(batch.files):
        return STAGED
    which = f"of_file BETWEEN {run[0]} AND {run[-1]}"
    intake.con.execute(f"CREATE OR REPLACE TEMP TABLE {PART} AS SELECT * FROM {STAGED} WHERE {which}")
    return PART


def _noted(intake: Intake, batch: Batch, run: dict[int, tuple[Fate, list[str]]]) -> list[FileReport]:
    """Each file's own row, broken records, and settings."""
    became = []
    for number, (fate, drifted) in run.items():
        file = batch.files[number]
        landing = file.member.landing
        target = loading.FileTarget(intake.source.name, file.member.file_id, intake.now)
        reasons = fate.refused | loading.add_broken(intake.con, landing, target)
        notes = _notes(file, drifted)
        report = FileReport(landing.records_n, fate.good_n, fate.duplicate_n, fate.dropped, reasons, notes)
        refuse_unbalanced(report, file.member.delivery)
        became.append((file.member.delivery, target, report))
    add_files(intake.con, became)
    add_mapping(intake, batch.table, *(target.file_id for _, target, _ in became))
    return [report for _, _, report in became]


def _notes(file: File, drifted: list[str]) -> tuple[str, ...]:
    """In the order of a file alone: what was recognised, what its columns are, and what is not there."""
    told = file.member.landing.notes
    return (*told[: file.recognised_n], *drifted, *told[file.recognised_n :])
