"""Summaries as they leave for other tools: small numbers empty, and a last column that says which were hidden."""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl

from pipelines.privacy.cover import Cover, edge_rows
from pipelines.privacy.measures import MEASURES
from schemas.table import Table
from schemas.tables import FINDINGS

HIDDEN = "hidden"
README = "README.txt"


def is_summary(table: Table) -> bool:
    """Whether a table counts people rather than telling of single, pseudonymous ones."""
    return table.name in MEASURES or table.name == FINDINGS.name


def covered_frame(connection: duckdb.DuckDBPyConnection, table: Table, cover: Cover) -> pl.DataFrame:
    """A summary with the hidden numbers left out; rows that have some come last, for their place would tell."""
    frame: pl.DataFrame = connection.sql(f"SELECT {', '.join(table.names)} FROM {table.name}").pl()
    if cover.minimum <= 1:
        return frame
    if table.name == FINDINGS.name:
        return frame.filter([not cover.hides_finding(row) for row in frame.iter_rows(named=True)])
    whole: list[dict[str, Any]] = []
    cut: list[dict[str, Any]] = []
    for row in edge_rows(connection, table.name, cover.minimum):
        columns = cover.columns(table.name, row)
        told = (
            row | dict.fromkeys(columns) | {HIDDEN: ", ".join(name for name in table.names if name in columns) or None}
        )
        (cut if columns else whole).append(told)
    texts = [column.name for column in table.columns if column.type.startswith("VARCHAR")]
    cut.sort(key=lambda row: repr([row[name] for name in texts]))
    return pl.DataFrame([*whole, *cut], schema=frame.schema | {HIDDEN: pl.String()}, orient="row")


def readme(cover: Cover) -> str:
    """What whoever gets the files should know of them."""
    summaries = ", ".join(sorted(MEASURES))
    rows = (
        f"Summaries ({summaries}): numbers of fewer than {cover.minimum} are left empty, and so are others that would\n"
        "give them away; the column `hidden` names them. Findings of so few journeys are left out.\n"
        if cover.minimum > 1
        else "Summaries hold every number, however small: minimum_cell is 1 in terreng.toml.\n"
    )
    return (
        "Written by terreng export.\n\n"
        "events, journeys, journey_events, journey_stages, journey_phases, journey_signals, journey_answers,\n"
        "example_journeys, deviations, constraint_verdicts, identity_links, persons and rejected_rows have one row\n"
        "for a single event, journey or person. Names and ids are pseudonyms there, but these are still data of\n"
        "people: keep them where such data may be, and delete them when they are no longer needed. An erasure does\n"
        "not reach files outside of the workspace.\n\n" + rows
    )
