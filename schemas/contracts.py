"""Pandera contracts of the published tables, made from `schemas.tables`: columns, types, nulls and closed words.

Pandera takes seconds to import: import this module where a frame is checked, not before.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import polars as pl

from schemas.table import Column, Table
from schemas.tables import TABLES
from schemas.words import (
    BlockedBy,
    DeviationKind,
    EventStatus,
    EvidenceGrade,
    FindingState,
    Initiator,
    Move,
    PersonChange,
    Rule,
    SignalKind,
    Status,
    TravelWay,
    Trust,
)


@contextmanager
def _without_pyspark() -> Iterator[None]:
    """Keep pandera from importing pyspark's pandas interface wherever pyspark is installed.

    That takes seconds, warns, and sets variables that bind a cluster's driver to this machine.
    """
    before = dict(os.environ)
    hidden = "pyspark.pandas" if "pyspark" in sys.modules else "pyspark"
    is_there = hidden in sys.modules
    if not is_there:
        sys.modules[hidden] = None  # type: ignore[assignment]  # the import system's own sign for "do not look"
    try:
        yield
    finally:
        if not is_there:
            del sys.modules[hidden]
        for name in set(os.environ) - set(before):
            del os.environ[name]


with _without_pyspark():
    import pandera.polars as pa
    from pandera.errors import SchemaError, SchemaErrors

_MAP = pl.Map(pl.String, pl.String)
_COUNTS = pl.Map(pl.String, pl.Int64)
TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "VARCHAR": pl.String,
    "BIGINT": pl.Int64,
    "DOUBLE": pl.Float64,
    "BOOLEAN": pl.Boolean,
    "TIMESTAMPTZ": pl.Datetime("us", "UTC"),
    "DATE": pl.Date,
    "VARCHAR[]": pl.List(pl.String),
    "MAP(VARCHAR, VARCHAR)": _MAP,
    "MAP(VARCHAR, BIGINT)": _COUNTS,
}
# Columns whose words are closed lists. A word that none of them has is a defect of ours.
WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("events", "initiator"): tuple(Initiator),
    ("events", "status"): tuple(EventStatus),
    ("identity_links", "trust"): tuple(Trust),
    ("identity_links", "blocked_by"): tuple(BlockedBy),
    ("persons", "rule"): tuple(Rule),
    ("person_changes", "rule"): tuple(Rule),
    ("stitching", "rule"): tuple(Rule),
    ("person_changes", "kind"): tuple(PersonChange),
    ("journeys", "rule"): tuple(Rule),
    ("journeys", "status"): tuple(Status),
    ("journey_events", "move"): tuple(Move),
    ("deviations", "kind"): tuple(DeviationKind),
    ("journey_stages", "ending"): tuple(Status),
    ("journey_signals", "signal"): (*DeviationKind, *SignalKind),
    ("journey_signals", "evidence_grade"): tuple(EvidenceGrade),
    ("journey_phases", "way"): tuple(TravelWay),
    ("phase_flows", "from_way"): tuple(TravelWay),
    ("phase_flows", "to_way"): tuple(TravelWay),
    ("phase_flows", "end_status"): tuple(Status),
    ("findings", "state"): tuple(FindingState),
}


class ContractError(Exception):
    """Rows that we made break the contract that others rely on: a defect of ours, never the user's."""


@cache
def contract(table: str, columns: tuple[str, ...] = ()) -> pa.DataFrameSchema:
    """The contract of a table, or of some of its columns in their order."""
    found = TABLES[table]
    chosen = [column for column in found.columns if not columns or column.name in columns]
    return pa.DataFrameSchema(
        {column.name: _column(found, column) for column in chosen}, strict=True, ordered=True, name=found.name
    )


def check(table: Table, frame: pl.DataFrame, columns: tuple[str, ...] = ()) -> None:
    """Check a collected frame; lazy frames would skip the values.

    Args:
        table: Whose contract.
        frame: The rows.
        columns: Columns that the frame has; (): all of the table.

    Raises:
        ContractError: With the table, the column and the rule, and without any value.
    """
    try:
        contract(table.name, columns).validate(frame, lazy=True)
    except SchemaErrors as error:
        # The cases may hold ids of people: only where and which rule is told on.
        told = sorted({_told(case) for case in error.schema_errors})
        raise ContractError(f"{table.name}: {'; '.join(told)}") from None


def _told(error: SchemaError) -> str:
    column = getattr(error.schema, "name", None) or "columns"
    return f"{column}: {error.reason_code.value if error.reason_code else 'breaks its contract'}"


def _column(table: Table, column: Column) -> pa.Column:
    words = WORDS.get((table.name, column.name))
    checks = [pa.Check.isin(words)] if words else []
    kind = TYPES[column.type]
    if isinstance(kind, pl.Map):  # pandera 0.35 does not know polars' maps as a type
        return pa.Column(None, nullable=column.nullable, checks=[_has_type(kind)])
    return pa.Column(kind, nullable=column.nullable, checks=checks)


def _has_type(kind: pl.DataType) -> pa.Check:
    def has_type(data: pa.PolarsData) -> pl.LazyFrame:
        found = data.lazyframe.collect_schema()[data.key or "*"]
        return data.lazyframe.select(pl.lit(found == kind))

    return pa.Check(has_type, error=f"type {kind}")
