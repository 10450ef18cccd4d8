"""Files that are known, but were read with other settings: taken out and read again, or told of where they are gone."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from pipelines.ingest.batch import together
from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.drift import accept
from pipelines.ingest.intake import Intake
from pipelines.ingest.landings import settled_encoding
from pipelines.ingest.mappings import mapping_of
from pipelines.ingest.one_file import FileReport, load_as, undecodable
from pipelines.ingest.text import UndecodableError
from pipelines.warehouse import transaction

Files = list[tuple[str, Delivery]]  # content hash and file, in the order of their names
_OF_FILE = (
    "events",
    "rejected_rows",
    "link_evidence",
    "linked_rows",
    "refused_ids",
    "consents",
    "file_mappings",
    "files",
)


def known_files(intake: Intake) -> dict[str, bool]:
    """Content hash of every file of the source that was read, and whether it was read with today's settings."""
    rows = intake.con.sql(
        "SELECT f.file_id, coalesce(m.mapping = $mapping, FALSE) FROM files f"
        " LEFT JOIN file_mappings m ON m.source = f.source AND m.file_id = f.file_id WHERE f.source = $source"
        " AND f.status <> 'failed'",
        params={"source": intake.source.name, "mapping": mapping_of(intake)},
    )
    return {str(file_id): bool(is_current) for file_id, is_current in rows.fetchall()}


def read_again(intake: Intake, files: Files, replaced: Sequence[str] = ()) -> dict[str, FileReport]:
    """Take out all that is known of these files and read them all, in one transaction.

    All, because a row of one file may have been refused as a double of a row in another.

    Args:
        intake: The source, under its new settings.
        files: Every file of the source that is there, known or new.
        replaced: Content hashes of what is taken out besides: earlier answers of a database.

    Raises:
        SourceError: One of them cannot be read under the new settings; everything stays as it was.
    """
    distinct: dict[str, Delivery] = {}
    for file_id, delivery in files:
        distinct.setdefault(file_id, delivery)
    # A failed try would end the transaction, so encodings are settled before it.
    encodings = {
        file_id: settled_encoding(delivery, intake.source, intake.table_of(file_id).read)
        for file_id, delivery in distinct.items()
    }
    with transaction(intake.con, intake.settings.warehouse):
        take_out(intake.con, intake.source.name, [*distinct, *replaced])
        accept(intake.con, intake.source.name)  # other settings use other columns
        reports = zip(distinct.items(), together(intake, list(distinct.items()), is_within=True), strict=True)
        return {
            file_id: _load(intake, found, file_id, encodings[file_id]) if taken is None else taken
            for (file_id, found), taken in reports
        }


def notes_on_missing(intake: Intake, files: Files) -> list[str]:
    """What a person should know of files that were read before and are not among those that are there."""
    con, known = intake.con, known_files(intake)
    for file_id, _ in files:
        known.pop(file_id, None)
    there = {delivery.shown for _, delivery in files}
    older_n = sum(not is_current for is_current in known.values())
    query = "SELECT file_id, paths FROM files WHERE source = $source"
    paths = dict(con.sql(query, params={"source": intake.source.name}).fetchall())
    # A file that was delivered anew under its name is not missing: exports that grow do so every day.
    gone_n = sum(is_current and there.isdisjoint(paths[file_id]) for file_id, is_current in known.items())
    return [*_missing(gone_n, "", ""), *_missing(older_n, " with other settings", " as they were read")]


def _missing(count: int, how: str, result: str) -> list[str]:
    if not count:
        return []
    files, their = ("1 file", "its") if count == 1 else (f"{count} files", "their")
    return [f"{files} read before{how} {'is' if count == 1 else 'are'} no longer there; {their} events stay{result}"]


def _load(intake: Intake, delivery: Delivery, file_id: str, encoding: str | None) -> FileReport:
    try:
        return load_as(intake, delivery, file_id, encoding)
    except UndecodableError as error:
        raise undecodable(delivery, error) from error


def take_out(con: duckdb.DuckDBPyConnection, source: str, file_ids: list[str]) -> None:
    """Forget these files, and the ids that stand nowhere else."""
    for table in _OF_FILE:
        con.execute(
            f"DELETE FROM {table} WHERE source = $source AND file_id IN (SELECT unnest($ids))",
            {"source": source, "ids": file_ids},
        )
    # An id stands alone on its row and is the event's main one, or stands beside another and is evidence of a link.
    con.execute(
        "DELETE FROM identifiers WHERE id_key NOT IN (SELECT id_key FROM events"
        " UNION ALL SELECT left_key FROM link_evidence UNION ALL SELECT right_key FROM link_evidence)"
    )
    # Its number may go to another id.
    con.execute("DELETE FROM person_keys WHERE id_key NOT IN (SELECT id_key FROM identifiers)")
