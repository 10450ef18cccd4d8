"""Many small files, taken in together: planning the statements for one costs more than the rows of ten.

Files of JSON that follow each other, of one table of single events, are landed, staged and inserted as one batch, in
one transaction. Every table comes out as if they had been read one after another: ids and events have the numbers, and
files the counts, notes and refused rows, that they would have. A file that is odd in any way is read alone, between
the ones before it and the ones after it: large, damaged, in another encoding, with columns that mean something else
than in the others or are not those of earlier files, or with a newer version of an event that stands already.
What stops a batch in the middle leaves nothing of it, and its files are read alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from itertools import takewhile
from typing import TYPE_CHECKING

import duckdb

from schemas.errors import SourceError

if TYPE_CHECKING:
    from pipelines.ingest.batch.files import Batch
    from pipelines.ingest.batch.reading import Member
    from pipelines.ingest.deliveries import Delivery
    from pipelines.ingest.intake import Intake
    from pipelines.ingest.one_file import FileReport
    from pipelines.settings import TableMapping

Files = list[tuple[str, "Delivery"]]
FEWEST = 2
_CUTS_MOST = 3  # runs of a batch that end at a newer version of an event, until the rest is read one by one


def together(intake: Intake, files: Files, is_within: bool = False) -> Iterator[FileReport | None]:
    """For each file, in order, what became of it; None: it is to be taken in alone, before the next is asked for.

    Args:
        intake: The source.
        files: Content hashes and files.
        is_within: The caller has a transaction, which is over if one of the files fails.
    """
    known = _known(intake)
    if len({file_id for file_id, _ in files} - known) < FEWEST:
        yield from [None] * len(files)
        return
    at = 0
    try:
        while at < len(files):
            members = _members(intake, files[at:], known) if _may_batch(intake, files[at][0]) else []
            if sum(member is not None for member in members) < FEWEST:
                known.update(file_id for file_id, _ in files[at : at + max(len(members), 1)])
                yield from [None] * max(len(members), 1)
            else:
                yield from _taken(intake, intake.table_of(files[at][0]), members, is_within)
            at += max(len(members), 1)
    finally:
        _clear(intake.con)


def _known(intake: Intake) -> set[str]:
    query = "SELECT file_id FROM files WHERE source = $source"
    return {str(row[0]) for row in intake.con.sql(query, params={"source": intake.source.name}).fetchall()}


def _may_batch(intake: Intake, file_id: str) -> bool:
    """Whether files of a file's table may be taken in together; whom an erasure keeps out is looked for one by one."""
    from pipelines.ingest.plans import gives_many

    table = intake.table_of(file_id)
    if intake.source.kind in {"xes", "ocel"} or len(table.events) != 1 or gives_many(table) or table.lookups:
        return False
    return intake.con.sql("SELECT count(*) FROM erased_ids").fetchall() == [(0,)]


def _members(intake: Intake, files: Files, known: set[str]) -> list[Member | None]:
    """The next files of one table, as many as a batch holds; None for one that is known, or to be read alone."""
    from pipelines.ingest.batch.reading import BYTES_MOST, ROWS_MOST, read_member

    table = intake.table_of(files[0][0])
    members: list[Member | None] = []
    rows_n = size = 0
    for file_id, delivery in files:
        if intake.table_of(file_id) is not table:
            break
        member = None if file_id in known else read_member(intake.source, table, file_id, delivery)
        if member is not None:
            rows_n, size = rows_n + member.lines_n, size + member.size
            if members and (rows_n > ROWS_MOST or size > BYTES_MOST):
                break
        known.add(file_id)
        members.append(member)
    return members


def _taken(
    intake: Intake, table: TableMapping, members: list[Member | None], is_within: bool
) -> Iterator[FileReport | None]:
    batch, numbers = _staged(intake, table, members, is_within)
    at, cuts_n = 0, 0
    while at < len(members):
        run = list(takewhile(lambda number: number >= 0, numbers[at:]))
        reports = _run(intake, batch, run, is_within) if len(run) >= FEWEST and cuts_n < _CUTS_MOST else []
        yield from reports
        at += len(reports)
        if at < len(members) and (not run or len(reports) < len(run)):
            cuts_n += bool(run)
            yield None
            at += 1


def _staged(
    intake: Intake, table: TableMapping, members: list[Member | None], is_within: bool
) -> tuple[Batch, list[int]]:
    """The batch, and the number in it of each file; -1 for those that are not in it."""
    from pipelines.ingest.batch.files import Batch, stage

    read = [member for member in members if member is not None]
    try:
        batch = stage(intake, table, read)
    except (duckdb.Error, SourceError):
        if is_within:
            raise
        batch = Batch(table, {})
    numbers = iter(range(len(read)))
    of_members = [-1 if member is None else next(numbers) for member in members]
    return batch, [number if number in batch.files else -1 for number in of_members]


def _run(intake: Intake, batch: Batch, run: list[int], is_within: bool) -> list[FileReport]:
    """Take in the first of these files, up to one that is odd; what became of them."""
    from pipelines.ingest.batch.run import ready, take_in
    from pipelines.warehouse import transaction

    try:
        files = ready(intake, batch, run)
        if files is None or batch.plan is None:
            return []
        path = intake.settings.warehouse
        with nullcontext() if is_within else transaction(intake.con, path):
            return take_in(intake, batch, batch.plan, files)
    except (duckdb.Error, SourceError):
        if is_within:
            raise
        return []  # one by one it will be seen which of them it is


def _clear(con: duckdb.DuckDBPyConnection) -> None:
    """The temporary tables hold ids in the clear and do not outlive the batch."""
    from pipelines.ingest.batch.files import TEMPORARY

    with suppress(duckdb.Error):  # a transaction that failed has taken them with it
        for table in TEMPORARY:
            con.execute(f"DROP TABLE IF EXISTS temp.{table}")
