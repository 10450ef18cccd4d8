"""What a source delivers in this run: files that are there, objects of a store, or rows that a database answers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pipelines.fetch.stores import fetched_folder
from pipelines.ingest.deliveries import Delivery, deliveries
from pipelines.ingest.intake import Intake
from schemas.errors import SourceError


@contextmanager
def arrivals(intake: Intake, known: dict[str, bool]) -> Iterator[tuple[Delivery, ...]]:
    """Everything that the source delivers; what is fetched for it is gone at the end.

    Args:
        intake: The source.
        known: Content hash of what was read before, and whether it was read with today's settings.

    Raises:
        SourceError: Nothing is there, or what is there cannot be read.
    """
    folder = fetched_folder(intake.settings)
    shutil.rmtree(folder, ignore_errors=True)  # a run that was killed could not do it
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield (
            _fetched(intake, known, folder) if intake.source.is_database else deliveries(intake.settings, intake.source)
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fetched(intake: Intake, known: dict[str, bool], folder: Path) -> tuple[Delivery, ...]:
    from pipelines.fetch.queries import fetch_query, fetch_tables, schema_tables

    source = intake.source
    if source.kind == "sql":
        found = [fetch_query(intake.settings, source, _since(intake, known), folder)]
    else:
        there = schema_tables(source)
        found = list(fetch_tables(source, [name for name in there if _is_named(intake, name)], folder))
        if not found:
            where = f"the schema {source.schema_name!r}" if source.schema_name else "the user's schema"
            got = f"source {source.name!r}: {where} has no table of {source.kind}"
            raise SourceError(got, "one or more", f"it has {', '.join(there[:12])}" if there else "it has no table")
    return tuple(Delivery(each.path, each.shown, "", each.content) for each in found)


def _is_named(intake: Intake, table: str) -> bool:
    from pipelines.ingest.matching import by_name

    return bool(by_name(intake.tables, Delivery(Path(f"{table}.parquet"), table)))


def _since(intake: Intake, known: dict[str, bool]) -> datetime | None:
    """From when on a query is asked; None: from the beginning, for nothing is known, or not under these settings."""
    if not known or not all(known.values()):
        return None
    query = "SELECT max(occurred_at) FROM events WHERE source = $source"
    latest = intake.con.sql(query, params={"source": intake.source.name}).fetchall()[0][0]
    return None if latest is None else latest - intake.source.overlap
