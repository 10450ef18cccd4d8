"""A part of the journeys as a list for the CRM: pseudonyms, or those of the CRM's own ids that are in it."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl
from markupsafe import Markup

from models.rules import quoted
from pipelines.explore.html import framed
from pipelines.id_types import form_sql, kind_of
from pipelines.language import tr, trn
from pipelines.privacy.asked import short_forms
from pipelines.pseudonyms import load_salt, pseudonym_sql
from pipelines.report.numbers import count
from pipelines.report.svg import el
from pipelines.report.tables import harmless
from pipelines.report.text import short
from schemas.errors import SourceError, TerrengError, UsageError, WarehouseError

if TYPE_CHECKING:
    from pipelines.explore.desk import Desk
    from pipelines.explore.focus import Focus
    from pipelines.settings import Settings

FOLDER = "lists"
MOST_BYTES = 500_000_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")
_NUMBER = re.compile(r"[+-]?[\d ()]+")  # a telephone number begins like a formula, and is none
_PEOPLE = """
SELECT p.id_type, p.id, p.person_id FROM persons p
WHERE p.rule = 'default' AND p.person_id IN (
    SELECT person_id FROM journeys WHERE rule = 'default' AND assignment = 'this' AND journey = {journey}
        AND map_version = {version} AND ({where})
)
"""


@dataclass(frozen=True)
class Saved:
    """A list that was written, or why none was.

    Attributes:
        path: The file.
        rows_n: Its rows.
        people_n: People they stand for.
        asked_n: Ids of the CRM that were looked at; 0: none were.
    """

    path: Path | None = None
    rows_n: int = 0
    people_n: int = 0
    asked_n: int = 0
    trouble: TerrengError | None = None


def id_type_choices(desk: Desk, focus: Focus) -> dict[str, str]:
    """Types of ids that people of a part have, with how many; those of few people are left out."""
    people = _people(desk, focus)
    counts = people.group_by("id_type").agg(pl.col("person_id").n_unique().alias("n")).sort("n", descending=True)
    minimum = desk.settings.privacy.minimum_cell
    return {
        tr("{type} ({n} people)", type=id_type, n=count(n)): id_type for id_type, n in counts.rows() if n >= minimum
    }


def save(desk: Desk, focus: Focus, *, id_type: str, name: str, own_file: str = "", column: str = "") -> Saved:
    """Write a list into the workspace's folder `lists`, for its owner only.

    Args:
        desk: What is looked into.
        focus: The part.
        id_type: Which ids.
        name: Name of the file, without suffix.
        own_file: A file of the CRM with its own ids of this type, one a row; those in the part are written. "": the
            pseudonyms are.
        column: Its column; "": the first.
    """
    try:
        return _save(desk, focus, id_type, name, own_file.strip(), column.strip())
    except TerrengError as trouble:
        return Saved(trouble=trouble)


def _save(  # noqa: PLR0917 -- what `save` was told, in its order
    desk: Desk, focus: Focus, id_type: str, name: str, own_file: str, column: str
) -> Saved:
    if not _NAME.fullmatch(name):
        raise UsageError(
            got=tr("this name of a list"), wanted=tr("letters, digits, - and _"), hint=tr("such as oslo_waiting")
        )
    people = _people(desk, focus).filter(pl.col("id_type") == id_type)
    _refuse_few(people["person_id"].n_unique(), desk.settings)
    if not own_file:
        rows = people["id"].unique().sort().to_list()
        path = _write(desk.settings, name, f"{id_type}_pseudonym", rows)
        return Saved(path, len(rows), people["person_id"].n_unique())
    own = list(_own_ids(_own_path(desk.settings, own_file), column))
    found = _matched(desk.settings, id_type, own, people)
    _refuse_few(found["person_id"].n_unique(), desk.settings)
    rows = found["raw"].unique(maintain_order=True).to_list()
    path = _write(desk.settings, name, column or id_type, rows)
    return Saved(path, len(rows), found["person_id"].n_unique(), len(own))


def _people(desk: Desk, focus: Focus) -> pl.DataFrame:
    """Pseudonyms of the people of a part."""
    from pipelines.warehouse import reader

    plan = desk.plans[focus.journey]
    query = _PEOPLE.format(journey=quoted(plan.journey), version=plan.version, where=focus.where(desk.snapshot.zone))
    with reader(desk.settings) as connection:
        found: pl.DataFrame = connection.sql(query).pl()
    return found


def _refuse_few(people_n: int, settings: Settings) -> None:
    minimum = settings.privacy.minimum_cell
    if people_n < minimum:
        raise UsageError(
            got=tr("a list of fewer than {n} people", n=count(minimum)),
            wanted=tr("one in which nobody is singled out"),
            hint=tr("take a larger part, or another type of id"),
        )


def _own_path(settings: Settings, typed: str) -> Path:
    try:
        path = settings.root / Path(typed).expanduser()
        is_there = path.is_file()
    except (OSError, RuntimeError):  # a name that is too long; the home of nobody
        is_there = False
    if not is_there:
        raise SourceError(
            got=tr("no file {file}", file=short(typed, 200)), wanted=tr("a CSV or text file with one id a row")
        )
    if path.stat().st_size > MOST_BYTES:
        raise SourceError(got=tr("a file of more than 500 MB"), wanted=tr("a list of ids"), file=typed)
    return path


def _own_ids(path: Path, column: str) -> Iterator[str]:
    """The ids in a file, as they stand there."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            delimiter = max(",;\t|", key=head.count) if any(sign in head for sign in ",;\t|") else ","
            file.seek(0)
            rows = csv.reader(file, delimiter=delimiter)
            place = _place(next(rows, []), column, path) if column else 0
            if not column:
                file.seek(0)
            yield from (row[place].strip() for row in rows if len(row) > place and row[place].strip())
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceError(
            got=tr("a file that is no UTF-8 text"), wanted=tr("a CSV in UTF-8"), file=path.name
        ) from error
    except OSError as error:
        raise SourceError(got=tr("a file that cannot be read"), wanted=tr("a CSV in UTF-8"), file=path.name) from error


def _place(header: list[str], column: str, path: Path) -> int:
    names = [name.strip() for name in header]
    if column not in names:
        raise SourceError(
            got=tr("no column {column}", column=column),
            wanted=tr("one of the columns of the file"),
            hint=tr("leave it empty where the first column holds the ids"),
            file=path.name,
        )
    return names.index(column)


def _matched(settings: Settings, id_type: str, own: list[str], people: pl.DataFrame) -> pl.DataFrame:
    """Which of the ids are people of the part: they are hashed as at the door, and nothing else is kept of them."""
    candidates = [(place, raw, each) for place, raw in enumerate(own) for each in (raw, *short_forms(raw))]
    schema = {"place": pl.Int64, "raw": pl.String, "typed": pl.String}
    form = form_sql(kind_of(settings, id_type), "typed")
    with duckdb.connect() as connection:
        connection.register("candidates", pl.DataFrame(candidates, schema=schema, orient="row").to_arrow())
        connection.register("people", people.to_arrow())
        found: pl.DataFrame = connection.sql(
            f"SELECT raw, person_id FROM (SELECT place, raw, {pseudonym_sql(load_salt(settings), id_type, 'formed')}"
            f" AS id FROM (SELECT place, raw, {form} AS formed FROM candidates)) JOIN people USING (id) ORDER BY place"
        ).pl()
    return found


def _write(settings: Settings, name: str, header: str, rows: Iterable[str]) -> Path:
    """A CSV with one column, for its owner only, whole or not at all."""
    folder = settings.root / FOLDER
    path = folder / f"{name}.csv"
    draft = folder / f".{name}.{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow([header])
            out.writerows([row if _NUMBER.fullmatch(row) else harmless(row)] for row in rows)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise WarehouseError(
            got=tr("a list that cannot be written"), wanted=tr("a folder that can"), file=str(folder)
        ) from error
    return path


def told(saved: Saved | None) -> str:
    """What became of a list."""
    if saved is None:
        return ""
    if saved.trouble is not None or saved.path is None:
        from pipelines.explore.html import trouble

        return trouble(saved.trouble)
    rows = trn("{n} row", "{n} rows", saved.rows_n, n=count(saved.rows_n))
    people = trn("{n} person", "{n} people", saved.people_n, n=count(saved.people_n))
    of = tr(" of {n} in your file", n=count(saved.asked_n)) if saved.asked_n else ""
    note = tr("An erasure does not reach this file: delete it when it has been used.")
    return framed(
        el("p", tr("Written: {rows}{of}, {people}.", rows=rows, of=of, people=people)),
        el("p", el("code", str(saved.path))),
        el("p", note, class_="note"),
        Markup(""),
    )
