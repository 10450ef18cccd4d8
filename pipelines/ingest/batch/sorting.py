"""Which tables many small files are, by one look at the first records of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.ingest.batch.reading import LINES, ROWS_MOST, Member, land, read_member
from pipelines.ingest.batch.shapes import set_broken_aside, shapes_of
from pipelines.ingest.matching import by_name
from pipelines.ingest.named_row import NamedRow

if TYPE_CHECKING:
    from pipelines.ingest.deliveries import Delivery
    from pipelines.ingest.intake import Intake
    from pipelines.settings import TableMapping

FEWEST = 2
Named = tuple["TableMapping", Member]


def told_apart(intake: Intake, files: list[tuple[str, Delivery]]) -> dict[str, TableMapping]:
    """Content hash to table, of the small files that have a table's name and its columns; the others are left out."""
    found: dict[str, TableMapping] = {}
    named: list[Named] = []
    rows_n = 0
    for each in _named(intake, files):
        named.append(each)
        rows_n += each[1].lines_n
        if rows_n > ROWS_MOST:
            found |= _fitting(intake, named)
            named, rows_n = [], 0
    return found | _fitting(intake, named)


def _named(intake: Intake, files: list[tuple[str, Delivery]]) -> Iterator[Named]:
    if len(files) < FEWEST:
        return
    for file_id, delivery in files:
        tables = by_name(intake.tables, delivery)
        if not tables or any(table.read.names_from == delivery.name for table in intake.tables):
            continue
        if member := read_member(intake.source, tables[0], file_id, delivery, is_sample=True):
            yield tables[0], member


def _fitting(intake: Intake, named: list[Named]) -> dict[str, TableMapping]:
    if not named:
        return {}
    con, members = intake.con, [member for _, member in named]
    land(con, members)
    set_broken_aside(con, members)
    found = {}
    for number, shape in shapes_of(con, is_sample=True).items():
        table, member = named[number]
        row = NamedRow(con, shape.landing(member.landing, is_first=True), table)
        if all(row.has(column) for column in table.columns):
            found[member.file_id] = table
    con.execute(f"DROP TABLE temp.{LINES}")
    return found
