"""The files of one batch, staged together: each as it would be alone, or left out where it would not be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.ingest import drift, staging
from pipelines.ingest.batch.reading import LINES, Member, land
from pipelines.ingest.batch.shapes import Shape, Union, set_broken_aside, shapes_of
from pipelines.ingest.intake import Intake
from pipelines.ingest.landings import FEW_ROWS
from pipelines.ingest.named_row import WHOLE_ROW, NamedRow
from pipelines.ingest.plans import Plan, plan_of, used_columns
from pipelines.ingest.scores import prepare_scores
from pipelines.ingest.versions import CONTESTED
from pipelines.ingest.words import columns_of_sql
from pipelines.settings import TableMapping
from schemas.errors import SourceError

STAGED, PART, FILES, RANKED = "batch_staged", "batch_run", "batch_files", "batch_ranked"
TEMPORARY = (LINES, STAGED, PART, FILES, RANKED, CONTESTED)
_OF_FILE = "of_file"
_OURS = {_OF_FILE, "at_row"}


@dataclass
class File:
    """A file of a batch.

    Attributes:
        member: What was read.
        first: Its columns in the first records.
        shown: Places of the columns that a refused row shows among those of all files, from 1.
        recognised_n: Notes that were there before its columns were looked at.
        profile: What its columns hold in the first records.
    """

    member: Member
    first: NamedRow
    shown: list[int]
    recognised_n: int = 0
    profile: dict[str, drift.Seen] = field(default_factory=dict)


@dataclass
class Batch:
    """Files of one table, staged in `STAGED`.

    Attributes:
        table: Which.
        files: The files by their numbers; those that are odd in any way are not among them.
        plan: How the rows of all of them were mapped.
    """

    table: TableMapping
    files: dict[int, File]
    plan: Plan | None = None


def stage(intake: Intake, table: TableMapping, members: Sequence[Member]) -> Batch:
    """Land and stage files together.

    Raises:
        SourceError: A column is missing in all of them.
        duckdb.Error: DuckDB cannot do it.
    """
    con, batch = intake.con, Batch(table, {})
    land(con, members)
    set_broken_aside(con, members)
    union, shapes = Union(), shapes_of(con)
    fitting = {number: shape for number, shape in shapes.items() if union.takes(shape)}
    if not fitting:
        return batch
    row = NamedRow(con, union.landing(members[min(fitting)].landing), table, intake.told_in)
    plan = plan_of(intake, row)
    for number, shape in fitting.items():
        if file := _file(intake, members[number], shape, union, plan):
            batch.files[number] = file
    if not batch.files or not _stage_rows(intake, batch, plan):
        return Batch(table, {})
    batch.plan = plan
    _profile(intake, batch, row)
    return batch


def _file(intake: Intake, member: Member, shape: Shape, union: Union, plan: Plan) -> File | None:
    """The file, if its columns are under all of them what they are alone."""
    table = plan.table
    alone = NamedRow(intake.con, shape.landing(member.landing, is_first=False), table, intake.told_in)
    if not alone.landing.text:
        return None
    origins, of_all = shape.origins(), union.origins()
    if any(of_all.get(name) != place for name, place in origins.items()):
        return None
    for column in used_columns(table) - {WHOLE_ROW}:
        mine, theirs = alone.delivered((column,)), plan.row.delivered((column,))
        if mine != theirs and (mine or theirs & alone.landing.text.keys()):
            return None
    recognised_n = len(member.landing.notes)
    try:
        found = plan_of(intake, alone)
    except SourceError:
        return None
    if found.masked != plan.masked & alone.landing.text.keys() or not set(found.attributes) <= set(plan.attributes):
        return None
    places = {name: place for place, name in enumerate(plan.row.landing.text, start=1)}
    first = NamedRow(intake.con, shape.landing(member.landing, is_first=True), table, intake.told_in)
    return File(member, first, [places[name] for name in found.shown], recognised_n)


def _stage_rows(intake: Intake, batch: Batch, plan: Plan) -> bool:
    """Stage the rows; false where the settings' own SQL has a column that is called like ours."""
    prepare_scores(intake.con, plan.table)
    landing, numbers = plan.row.landing, ", ".join(str(number) for number in batch.files)
    landing.relation = f"(SELECT * FROM {landing.relation} WHERE {_OF_FILE} IN ({numbers}))"
    shown = staging.shown_sql(plan, landing.text)
    made = staging.event_sql(plan, plan.table.events[0], raw=shown, file=_OF_FILE)
    if any(column.lower() in _OURS for sql in plan.row.own for column in columns_of_sql(sql)):
        return False
    intake.con.execute(f"CREATE OR REPLACE TEMP TABLE {STAGED} AS {made}")
    return True


def _profile(intake: Intake, batch: Batch, row: NamedRow) -> None:
    """What the columns of each file hold in its first records, in one look at all of them."""
    text = row.landing.text
    names = [name for name in text if any(name in _looked_at(file) for file in batch.files.values())]
    columns = ", ".join([_OF_FILE, *(f"{text[name]} AS p{place}" for place, name in enumerate(names))])
    few = f"SELECT {columns} FROM {row.landing.relation} WHERE at_row < {FEW_ROWS}"
    query = f"SELECT {_OF_FILE}, {drift.tests_sql(len(names))} FROM ({few}) GROUP BY {_OF_FILE}"
    for number, *counts in intake.con.sql(query).fetchall():
        file = batch.files[int(number)]
        held = drift.profile_of(names, counts)
        file.profile = {name: held[name] for name in _looked_at(file)}


def _looked_at(file: File) -> list[str]:
    return list(file.first.landing.text)[: drift.MOST_COLUMNS]
