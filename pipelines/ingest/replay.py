"""Refused rows, written out to be mended, and taken in again as rows of the file that they came from.

What is kept of a refused row has its ids masked, so the rows are read again from the file that was delivered. They are
written for their owner alone, one file for each delivered one: the columns as delivered, and `terreng_line` before
them, which says where the row belongs. A mended row gets a fate of its own in the counts of its file; one that is
still wrong stays refused, with its new reason; one that was replayed before is passed over.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pipelines.ingest import loading
from pipelines.ingest.deliveries import Delivery, content_hash, deliveries
from pipelines.ingest.intake import Intake
from pipelines.ingest.landings import landed, read_into, settled_encoding
from pipelines.ingest.named_row import NamedRow
from pipelines.ingest.one_file import FileReport, load, stage
from pipelines.ingest.readers.landing import quoted
from pipelines.ingest.reasons import BROKEN_ROW
from pipelines.warehouse import transaction
from schemas.errors import SourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.ingest.readers.landing import Landing
    from pipelines.settings import TableMapping

LINE = "terreng_line"
_MENDED = "mended_rows"
_HASH_DIGITS = 16  # of a content hash: enough to tell the files of one source apart
_ONLY_OWNER, _ONLY_OWNER_FILE = 0o700, 0o600
_PREFIX = rf'^\s*\{{\s*"{LINE}"\s*:\s*"?\d+"?\s*,\s*'


@dataclass(frozen=True)
class Replayed:
    """What became of one file of mended rows.

    Attributes:
        source: Whose rows they are.
        file: The file of mended rows.
        report: Fates of the rows that were refused until now.
    """

    source: str
    file: str
    report: FileReport


def write_rejected(intake: Intake, folder: Path) -> Iterator[tuple[Path | None, str]]:
    """Write the refused rows of a source; yields each file, or None, and what a person should know."""
    refused = intake.con.sql(
        "SELECT file_id, list(line) FILTER (reason_code <> $broken), count(*) FILTER (reason_code = $broken)"
        " FROM rejected_rows WHERE source = $source GROUP BY 1 ORDER BY 1",
        params={"source": intake.source.name, "broken": BROKEN_ROW},
    ).fetchall()
    there = {content_hash(delivery): delivery for delivery in deliveries(intake.settings, intake.source)}
    for file_id, lines, broken_n in refused:
        delivery = there.get(file_id)
        if delivery is None:
            yield None, f"{len(lines or ()) + broken_n} rows of a file that is no longer there"
            continue
        table = _table_of(intake, file_id)
        if broken_n:
            yield None, f"{delivery.shown}: {broken_n} records are no rows at all: mend them in the file itself"
        if lines and (table.explode or intake.source.kind in {"xes", "ocel"}):
            yield None, f"{delivery.shown}: {len(lines)} rows are parts of records: mend them in the file itself"
        elif lines:
            place = folder / intake.source.name
            place.mkdir(mode=_ONLY_OWNER, parents=True, exist_ok=True)
            yield _write(intake, delivery, file_id, lines, place), f"{delivery.shown}: {len(lines)} rows"


def replay(intake: Intake, path: Path) -> Replayed:
    """Take mended rows in, in one transaction.

    Raises:
        UsageError: This is no file of mended rows.
        SourceError: It cannot be read whole.
    """
    file_id = _file_of(intake, path)
    table, delivery = _table_of(intake, file_id), Delivery(path, str(path))
    intake.assigned[file_id] = table
    told = {"encoding": "utf-8", "delimiter": None, "quote": None, "header_rows": 1, "names": None, "names_from": None}
    read, con = table.read.model_copy(update={**told, "records": None}), intake.con
    target = loading.FileTarget(intake.source.name, file_id, intake.now)
    with (
        transaction(con, intake.settings.warehouse),
        landed(con, intake.source, delivery, "utf-8", read) as landing,
    ):
        mended_n = _only_refused(intake, landing, file_id)
        report = FileReport()
        if mended_n:
            _forget_refused(intake, file_id)
            report = load(con, stage(intake, NamedRow(con, landing, table, intake.told_in)), landing, target)
            _count_again(intake, file_id, report, mended_n)
        loading.clear(con)
        con.execute(f"DROP TABLE IF EXISTS temp.{_MENDED}")
    return Replayed(intake.source.name, str(path), report)


def source_of(path: Path) -> str:
    """Name of the source whose refused rows a file has: that of its folder."""
    return path.resolve().parent.name


def _write(intake: Intake, delivery: Delivery, file_id: str, lines: list[int], folder: Path) -> Path:
    table = _table_of(intake, file_id)
    encoding = settled_encoding(delivery, intake.source, table.read)
    with landed(intake.con, intake.source, delivery, encoding, table.read) as landing:
        path = folder / f"{delivery.name.split('.')[0]}.{file_id[:_HASH_DIGITS]}.{'jsonl' if landing.json else 'csv'}"
        columns = landing.json or ", ".join(f"{text} AS t{place}" for place, text in enumerate(landing.text.values()))
        rows = intake.con.sql(
            f"SELECT line, {columns} FROM {landing.relation} WHERE line IN (SELECT unnest($lines)) ORDER BY line",
            params={"lines": lines},
        ).fetchall()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _ONLY_OWNER_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        if landing.json:
            file.writelines(f'{{"{LINE}": {line}, {str(raw).lstrip()[1:]}\n' for line, raw in rows)
        else:
            _write_table(file, landing, rows)
    return path


def _write_table(file: TextIO, landing: Landing, rows: list[tuple[object, ...]]) -> None:
    dialect = getattr(landing.stream, "dialect", None)
    writer = csv.writer(file, delimiter=dialect.delimiter if dialect else ",", lineterminator="\n")
    writer.writerow([LINE, *landing.text])
    writer.writerows(rows)


def _only_refused(intake: Intake, landing: Landing, file_id: str) -> int:
    """Leave of the mended rows those that are still refused, under their own lines; returns how many they are."""
    if LINE not in landing.text:
        raise UsageError(f"{landing.delivery.shown} has no column {LINE!r}", "a file that --rejected wrote")
    con, line = intake.con, f"TRY_CAST({landing.text.pop(LINE)} AS BIGINT)"
    read_into(con, landing, _MENDED, f"SELECT * REPLACE ({line} AS line) FROM {landing.relation}")
    twice = con.sql(f"SELECT line FROM {_MENDED} GROUP BY line HAVING count(*) > 1 OR line IS NULL LIMIT 1").fetchall()
    if twice:
        got = f"{LINE} {twice[0][0] or 'without a number'} stands more than once, or is empty"
        raise SourceError(got, "every line once", "leave that column as it was written", landing.delivery.shown)
    source = intake.source.name
    refused = f"SELECT line FROM rejected_rows WHERE source = {quoted(source)} AND file_id = {quoted(file_id)}"
    con.execute(f"DELETE FROM {_MENDED} WHERE line NOT IN ({refused} AND reason_code <> {quoted(BROKEN_ROW)})")
    landing.relation, landing.stream, landing.broken = _MENDED, None, []
    landing.records_n = int(con.sql(f"SELECT count(*) FROM {_MENDED}").fetchall()[0][0])
    if landing.json:
        landing.json = f"regexp_replace({landing.json}, {quoted(_PREFIX)}, '{{')"
        landing.row_hash = f"md5({landing.json})"
    return landing.records_n


def _forget_refused(intake: Intake, file_id: str) -> None:
    for table in ("rejected_rows", "refused_ids"):
        intake.con.execute(
            f"DELETE FROM {table} WHERE source = ? AND file_id = ? AND line IN (SELECT line FROM {_MENDED})",
            [intake.source.name, file_id],
        )


def _count_again(intake: Intake, file_id: str, report: FileReport, mended_n: int) -> None:
    if report.parts_n != mended_n:
        got = f"{report.parts_n} rows are accounted for of {mended_n} that were mended"
        raise SourceError(got, "all of them", "this is a defect of ours: please report it")
    query = "SELECT dropped FROM files WHERE source = $source AND file_id = $file_id"
    of_file = {"source": intake.source.name, "file_id": file_id}
    dropped = dict(intake.con.sql(query, params=of_file).fetchall()[0][0])
    for reason, count in report.dropped.items():
        dropped[reason] = dropped.get(reason, 0) + count
    intake.con.execute(
        "UPDATE files SET accepted_n = accepted_n + $accepted, duplicate_n = duplicate_n + $duplicate,"
        " dropped_n = dropped_n + $dropped_more, rejected_n = rejected_n + $refused,"
        " dropped = map($reasons::VARCHAR[], $counts::BIGINT[]) WHERE source = $source AND file_id = $file_id",
        {
            **of_file,
            "accepted": report.accepted_n,
            "duplicate": report.duplicate_n,
            "dropped_more": report.dropped_n,
            "refused": report.rejected_n - mended_n,
            "reasons": list(dropped),
            "counts": list(dropped.values()),
        },
    )


def _table_of(intake: Intake, file_id: str) -> TableMapping:
    if not intake.source.is_connector:
        return intake.tables[0]
    query = "SELECT table_name FROM file_mappings WHERE source = $source AND file_id = $file_id"
    found = intake.con.sql(query, params={"source": intake.source.name, "file_id": file_id}).fetchall()
    return next(table for table in intake.tables if found and table.name == found[0][0])


def _file_of(intake: Intake, path: Path) -> str:
    """Content hash of the file that the rows came from, by the mended file's name."""
    parts = path.name.split(".")
    query = "SELECT file_id FROM files WHERE source = $source AND starts_with(file_id, $digits) AND status = 'loaded'"
    digits = parts[-2] if len(parts) > 2 else ""
    found = intake.con.sql(query, params={"source": intake.source.name, "digits": digits}).fetchall()
    if len(digits) != _HASH_DIGITS or len(found) != 1:
        raise UsageError(f"{path} is no file of refused rows", "a file that --rejected wrote, under its name")
    return str(found[0][0])
