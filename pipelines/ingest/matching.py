"""Which of a connector's tables a file is: by its name, else by its columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import PurePath

from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.intake import Intake
from pipelines.ingest.landings import encodings, landed, with_names
from pipelines.ingest.named_row import NamedRow
from pipelines.ingest.readers.landing import Landing
from pipelines.ingest.text import UndecodableError
from pipelines.settings import Read, TableMapping
from schemas.errors import SourceError

_PACKED = (".gz", ".zst", ".zip")
_TELLING = 10  # columns whose number tells a file without a header: one of two columns may be anything
_HALF = 0.5  # of its columns, from which on a file with a table's name is that table and lacks the others


def table_for(intake: Intake, delivery: Delivery) -> tuple[TableMapping | None, str]:
    """The table that a file is, or None and why not.

    Raises:
        SourceError: Its name is a table's, and some of that table's columns are not there.
    """
    if any(table.read.names_from == delivery.name for table in intake.tables):
        return None, "it names the columns of the files beside it"
    named = by_name(intake.tables, delivery)
    lacking: SourceError | None = None
    for table in named:
        with _opened(intake, delivery, table.read) as landing:
            lacks = _lacking(intake, landing, table)
            if not lacks:
                return table, ""
            row = NamedRow(intake.con, landing, table)
            if lacking is None and len(lacks) <= _HALF * len(table.columns):
                lacking = landing.absent(lacks[0], row.names_of(lacks[0]), intake.told_in)
    found, why = _by_columns(intake, delivery)
    if found is None and lacking is not None:
        raise lacking
    return found, why


def by_name(tables: tuple[TableMapping, ...], delivery: Delivery) -> list[TableMapping]:
    """Tables whose name the file has, the one with the most telling glob first."""
    stem = _stem(delivery)
    found = []
    for table in tables:
        fitting = [glob for glob in table.files if fnmatchcase(stem, glob.lower())]
        if fitting:
            found.append((max(len(glob.replace("*", "").replace("?", "")) for glob in fitting), table))
    most = max((length for length, _ in found), default=0)
    return [table for length, table in found if length == most]


def _by_columns(intake: Intake, delivery: Delivery) -> tuple[TableMapping | None, str]:
    with _opened(intake, delivery, intake.source.read) as landing:
        fitting = [table for table in intake.tables if table.columns and not _lacking(intake, landing, table)]
        fitting = fitting or [table for table in intake.tables if _has_as_many(table, landing, delivery)]
        most = max((len(table.columns) for table in fitting), default=0)
        fitting = [table for table in fitting if len(table.columns) == most]
        if len(fitting) == 1:
            return fitting[0], ""
        if fitting:
            return None, f"its columns fit several tables: {', '.join(table.name for table in fitting)}"
        known = ", ".join(list(landing.text)[:12]) + (", ..." if len(landing.text) > 12 else "")
        return None, f"neither its name nor its columns ({known}) are those of a table of {intake.source.kind}"


def _has_as_many(table: TableMapping, landing: Landing, delivery: Delivery) -> bool:
    """A file without a header tells what it is by its number of columns alone."""
    try:
        names = with_names(table.read, delivery).names
    except SourceError:  # no names beside it: it is none of this table's files
        return False
    return names is not None and len(names) == len(landing.text) and len(names) >= _TELLING


def _lacking(intake: Intake, landing: Landing, table: TableMapping) -> list[str]:
    row = NamedRow(intake.con, landing, table)
    return [column for column in table.columns if not row.has(column)]


def _stem(delivery: Delivery) -> str:
    """The file's name in small letters, without extension and packing: `Lead.csv.gz` is `lead`."""
    name = PurePath(delivery.name.lower())
    name = PurePath(name.stem) if name.suffix in _PACKED else name
    return name.stem


@contextmanager
def _opened(intake: Intake, delivery: Delivery, read: Read) -> Iterator[Landing]:
    """The file's columns, in the first encoding in which they can be read."""
    tries = encodings(delivery, intake.source, read)
    for place, encoding in enumerate(tries):
        try:
            with landed(intake.con, intake.source, delivery, encoding, read, is_sample=True) as landing:
                yield landing
                return
        except UndecodableError:
            if place + 1 == len(tries):
                raise
