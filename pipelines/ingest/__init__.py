"""Sources into the warehouse: every row is accepted, a duplicate, dropped by a named rule, or refused with a reason."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from schemas.errors import SourceError, UsageError

if TYPE_CHECKING:
    import duckdb

    from pipelines.ingest.deliveries import Delivery
    from pipelines.ingest.intake import Intake
    from pipelines.settings import Settings, Source

__all__ = ["SourceReport", "accept_columns", "ingest", "ingest_source", "stop_source"]


@dataclass(frozen=True)
class SourceReport:
    """What became of the rows of a source's files, new ones and known ones together.

    Attributes:
        source: Name of the source.
        files_n: Files that its path names.
        new_files_n: Of these, files whose content was new.
        rows_n: Rows: accepted_n + duplicate_n + dropped_n + rejected_n.
        reasons: Refused rows per reason code, most frequent first.
        is_over_tolerance: A larger share of the rows was refused than the source tolerates.
        notes: What was recognised in new files, and what a person should know.
        problem: Why the source stopped, with what was known before standing; "" where it was read whole.
    """

    source: str
    files_n: int = 0
    new_files_n: int = 0
    rows_n: int = 0
    accepted_n: int = 0
    duplicate_n: int = 0
    dropped_n: int = 0
    rejected_n: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    is_over_tolerance: bool = False
    notes: tuple[str, ...] = ()
    problem: str = ""


def ingest(con: duckdb.DuckDBPyConnection, settings: Settings, now: datetime) -> tuple[SourceReport, ...]:
    """Take in every source of the workspace, in the order of the settings."""
    return tuple(ingest_source(con, settings, source, now) for source in settings.sources)


def ingest_source(con: duckdb.DuckDBPyConnection, settings: Settings, source: Source, now: datetime) -> SourceReport:
    """Take in what is new in one source: one transaction per file, files known by their content and their settings.

    Where the settings that decide what rows become have changed, its files are read again, in one transaction.

    Args:
        con: Connection of `warehouse.writer`.
        settings: The workspace.
        source: One of its sources.
        now: Moment of the run; later events are refused.

    Raises:
        SourceError: A file is missing, unreadable, or lacks a column. Files before it stay taken in.
    """
    from pipelines.ingest.arrivals import arrivals
    from pipelines.ingest.intake import Intake
    from pipelines.ingest.rereading import known_files
    from pipelines.pseudonyms import load_salt

    con.execute("SET timezone = 'UTC'")
    intake = Intake(con, settings, source, load_salt(settings), now)
    _remember_rank(con, settings, source)
    known = known_files(intake)
    with arrivals(intake, known) as found:
        return _take_in_all(intake, found, known)


def _take_in_all(intake: Intake, found: tuple[Delivery, ...], known: dict[str, bool]) -> SourceReport:
    from pipelines.ingest.batch import together
    from pipelines.ingest.deliveries import content_hash
    from pipelines.ingest.rereading import known_files, notes_on_missing, read_again
    from pipelines.ingest.sorting import sort_out
    from pipelines.ingest.states import keep_read

    con, source = intake.con, intake.source
    everything = [(content_hash(delivery), delivery) for delivery in found]
    sorted_files = sort_out(intake, everything)
    files = sorted_files.files
    file_ids = sorted({file_id for file_id, _ in files})
    current = known_files(intake)  # labels that were just read may be others than before
    # A database has no earlier answers to read again: under new settings it was asked for everything.
    replaced = [file_id for file_id, is_current in current.items() if source.is_database and not is_current]
    has_changed = bool(replaced) or any(not current.get(file_id, True) for file_id in file_ids)
    again = read_again(intake, files, replaced) if has_changed else {}
    notes = sorted_files.notes
    for (file_id, delivery), taken in zip(files, together(intake, files), strict=True):
        told = _take_in(intake, delivery, file_id) if taken is None else taken.notes
        if first := again.pop(file_id, None):
            told = (*(["read again: its settings changed"] if file_id in known or replaced else []), *first.notes)
        notes += [f"{delivery.shown}: {note}" for note in told]
    notes += [*notes_on_missing(intake, everything), *_notes_on_clocks(con, source, intake.now)]
    keep_read(con, intake.settings, source.name, intake.now, notes)
    all_ids = sorted({*file_ids, *sorted_files.aside_ids})
    new_n = sum(file_id not in known for file_id in all_ids)
    return replace(_report(con, source, all_ids), files_n=len(found), new_files_n=new_n, notes=tuple(notes))


def accept_columns(settings: Settings, sources: tuple[str, ...]) -> None:
    """Take the columns of these sources' next files for the right ones.

    Raises:
        UsageError: One is not in the settings.
    """
    from pipelines.ingest.drift import accept
    from pipelines.warehouse import transaction, writer

    known = [source.name for source in settings.sources]
    for name in sources:
        if name not in known:
            raise UsageError(f"--accept-columns {name}", f"one of {', '.join(known)}")
    if sources:
        with writer(settings) as con, transaction(con, settings.warehouse):
            for name in sources:
                accept(con, name)


def stop_source(
    con: duckdb.DuckDBPyConnection, settings: Settings, source: Source, error: SourceError, now: datetime
) -> SourceReport:
    """Remember that a source cannot be read; returns what is known of it from before, with the problem."""
    from pipelines.ingest.states import keep_stopped

    keep_stopped(con, settings, source.name, now, str(error))
    query = "SELECT file_id FROM files WHERE source = $source AND status <> 'failed'"
    known = [str(row[0]) for row in con.sql(query, params={"source": source.name}).fetchall()]
    return replace(_report(con, source, known), files_n=len(known), problem=str(error))


def _take_in(intake: Intake, delivery: Delivery, file_id: str) -> tuple[str, ...]:
    """Notes on a file that was new; of a known one a further path is remembered."""
    from pipelines.ingest.one_file import load_file
    from pipelines.ingest.states import forget_failed, keep_failed
    from pipelines.warehouse import transaction

    con, source = intake.con, intake.source.name
    query = "SELECT paths FROM files WHERE source = $source AND file_id = $file_id AND status <> 'failed'"
    known = con.sql(query, params={"source": source, "file_id": file_id}).fetchall()
    if not known:
        forget_failed(intake, file_id)
        try:
            return load_file(intake, delivery, file_id).notes
        except SourceError:
            keep_failed(intake, delivery, file_id)
            raise
    if delivery.shown not in known[0][0]:
        with transaction(con, intake.settings.warehouse):
            con.execute(
                "UPDATE files SET paths = list_append(paths, ?) WHERE source = ? AND file_id = ?",
                [delivery.shown, source, file_id],
            )
    return ()


def _remember_rank(con: duckdb.DuckDBPyConnection, settings: Settings, source: Source) -> None:
    """Ties of one instant follow the order of the sources in the settings."""
    from pipelines.warehouse import transaction

    names = [other.name for other in settings.sources]
    if source.name not in names:
        raise SourceError(f"source {source.name!r} is not in the settings", f"one of {', '.join(names)}")
    rank = names.index(source.name)
    if con.sql("SELECT rank FROM sources WHERE source = $name", params={"name": source.name}).fetchall() == [(rank,)]:
        return
    with transaction(con, settings.warehouse):
        con.execute("DELETE FROM sources WHERE source = ?", [source.name])
        con.execute("INSERT INTO sources VALUES (?, ?)", [source.name, rank])


def _notes_on_clocks(con: duckdb.DuckDBPyConnection, source: Source, now: datetime) -> list[str]:
    query = "SELECT count(*) FROM events WHERE source = $source AND occurred_at > $now"
    count = int(con.sql(query, params={"source": source.name, "now": now}).fetchall()[0][0])
    if not count:
        return []
    told = "1 event has" if count == 1 else f"{count} events have"
    return [f"{told} a time after this run: a clock runs ahead, or a zone is missing"]


def _report(con: duckdb.DuckDBPyConnection, source: Source, file_ids: list[str]) -> SourceReport:
    sums = "sum(rows_n), sum(accepted_n), sum(duplicate_n), sum(dropped_n), sum(rejected_n)"
    of_source = "WHERE source = $source AND file_id IN (SELECT unnest($ids))"
    params = {"source": source.name, "ids": file_ids}
    counts = con.sql(f"SELECT {sums} FROM files {of_source}", params=params).fetchall()[0]
    rows_n, accepted_n, duplicate_n, dropped_n, rejected_n = (int(count or 0) for count in counts)
    grouped = f"SELECT reason_code, count(*) FROM rejected_rows {of_source} GROUP BY 1 ORDER BY 2 DESC, 1"
    return SourceReport(
        source=source.name,
        rows_n=rows_n,
        accepted_n=accepted_n,
        duplicate_n=duplicate_n,
        dropped_n=dropped_n,
        rejected_n=rejected_n,
        reasons={str(code): int(count) for code, count in con.sql(grouped, params=params).fetchall()},
        is_over_tolerance=rejected_n > source.tolerance * rows_n,
    )
