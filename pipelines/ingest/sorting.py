"""A connector's files, told apart: those with events and links, those with labels, and those that are none of ours."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from pipelines.ingest import loading
from pipelines.ingest.batch.sorting import told_apart
from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.intake import Intake
from pipelines.ingest.landings import encodings, landed
from pipelines.ingest.lookups import add_lookups, is_looked_up, known_lookups
from pipelines.ingest.mappings import shape_of_tables
from pipelines.ingest.matching import table_for
from pipelines.ingest.one_file import FileReport, add_file, undecodable
from pipelines.ingest.text import UndecodableError
from pipelines.settings import TableMapping
from pipelines.warehouse import transaction

Files = list[tuple[str, Delivery]]  # content hash and file, in the order of their names
NOT_USED, LOOKUP = "not_used", "lookup"


@dataclass
class Sorted:
    """A source's files by what is to be done with them.

    Attributes:
        files: Those with events and links.
        aside_ids: Content hashes of all others.
        notes: What a person should know.
    """

    files: Files
    aside_ids: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def sort_out(intake: Intake, files: Files) -> Sorted:
    """Tell which table each file is, and keep the labels that other tables look up.

    Raises:
        SourceError: A file lacks a column of the table whose name it has, or cannot be read.
    """
    if not intake.source.is_connector:
        return Sorted(files)
    shape = shape_of_tables(intake)
    known = _known_tables(intake, shape)
    labels_of = known_lookups(intake, shape)
    found = Sorted([])
    told = told_apart(intake, [(file_id, delivery) for file_id, delivery in files if file_id not in known])
    for file_id, delivery in files:
        if file_id not in known:
            table, why = (told[file_id], "") if file_id in told else table_for(intake, delivery)
            if table is not None and table.role == "unused":
                why, table = table.why, None
            known[file_id] = table
            if table is None:
                found.notes.append(f"{delivery.shown}: not used: {why}")
                _set_aside(intake, delivery, file_id, shape)
        table = known[file_id]
        if table is None or table.role == "lookup":
            found.aside_ids.append(file_id)
        else:
            intake.assigned[file_id] = table
            found.files.append((file_id, delivery))
        if table is not None and is_looked_up(intake, table) and file_id not in labels_of:
            labels_of.add(file_id)
            _read_labels(intake, delivery, file_id, table, shape)
    return found


def _known_tables(intake: Intake, shape: str) -> dict[str, TableMapping | None]:
    """Content hash to table, of the files that were told apart under today's settings; None: of no table."""
    tables: dict[str, TableMapping | None] = {table.name: table for table in intake.tables}
    rows = intake.con.sql(
        "SELECT file_id, table_name FROM file_mappings WHERE source = $source AND shape = $shape",
        params={"source": intake.source.name, "shape": shape},
    )
    return {str(file_id): tables.get(str(name)) for file_id, name in rows.fetchall()}


def _read_labels(intake: Intake, delivery: Delivery, file_id: str, table: TableMapping, shape: str) -> None:
    tries = encodings(delivery, intake.source, table.read)
    for place, encoding in enumerate(tries):
        try:
            with (
                transaction(intake.con, intake.settings.warehouse),
                landed(intake.con, intake.source, delivery, encoding, table.read) as landing,
            ):
                if landing.text:
                    add_lookups(intake, landing, table, file_id, shape)
                if table.role == "lookup":
                    target = loading.FileTarget(intake.source.name, file_id, intake.now)
                    _forget(intake.con, target)
                    reasons = loading.add_broken(intake.con, landing, target)
                    rows_n = max(landing.records_n, 0)
                    report = FileReport(rows_n, rows_n - sum(reasons.values()), reasons=reasons)
                    _note_file(intake, delivery, target, (shape, table.name, LOOKUP), report)
            return
        except UndecodableError as error:
            if error.is_mixed or place + 1 == len(tries):
                raise undecodable(delivery, error) from error


def _set_aside(intake: Intake, delivery: Delivery, file_id: str, shape: str) -> None:
    target = loading.FileTarget(intake.source.name, file_id, intake.now)
    with transaction(intake.con, intake.settings.warehouse):
        _forget(intake.con, target)
        _note_file(intake, delivery, target, (shape, "", NOT_USED), FileReport())


def _note_file(
    intake: Intake, delivery: Delivery, target: loading.FileTarget, told: tuple[str, str, str], report: FileReport
) -> None:
    shape, table, status = told
    add_file(intake.con, delivery, target, report, status)
    intake.con.execute(
        "INSERT INTO file_mappings (source, file_id, mapping, shape, table_name) VALUES (?, ?, ?, ?, ?)",
        [target.source, target.file_id, shape, shape, table],
    )


def _forget(con: duckdb.DuckDBPyConnection, target: loading.FileTarget) -> None:
    """A file that was of another table before, or failed, is read as if it were new."""
    from pipelines.ingest.rereading import take_out

    known = "SELECT 1 FROM files WHERE source = $source AND file_id = $file_id"
    if con.sql(known, params={"source": target.source, "file_id": target.file_id}).fetchall():
        take_out(con, target.source, [target.file_id])
