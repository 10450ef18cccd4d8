"""Findings that somebody decided to live with for a while, kept in the warehouse until their date passes."""

from __future__ import annotations

from datetime import datetime

import duckdb

from pipelines import warehouse
from pipelines.settings import Settings
from schemas.errors import UsageError

# One row per decision; the latest one about a finding counts. Not published: `findings` tells what it means.
ACCEPTANCES_DDL = (
    "CREATE TABLE IF NOT EXISTS finding_acceptances"
    " (finding_id VARCHAR NOT NULL, reason VARCHAR NOT NULL,"
    " until TIMESTAMPTZ NOT NULL, accepted_at TIMESTAMPTZ NOT NULL)"
)


def accept(settings: Settings, finding_id: str, reason: str, until: datetime, now: datetime) -> None:
    """Record that a known finding is accepted until a time; the next compare shows it as accepted.

    Raises:
        UsageError: There is no such finding, no reason is given, or the time has passed.
    """
    if not reason.strip():
        raise UsageError(got="an empty --reason", wanted="a sentence that the next reader understands")
    if until <= now:
        raise UsageError(got=f"--until {until:%Y-%m-%d %H:%M} UTC, which has passed", wanted="a time to come")
    with warehouse.writer(settings) as connection:
        _require_known(connection, finding_id)
        connection.execute(ACCEPTANCES_DDL)
        with warehouse.transaction(connection, settings.warehouse):
            connection.execute("INSERT INTO finding_acceptances VALUES (?, ?, ?, ?)", [finding_id, reason, until, now])


def _require_known(connection: duckdb.DuckDBPyConnection, finding_id: str) -> None:
    known = connection.sql("SELECT 1 FROM findings WHERE finding_id = $id", params={"id": finding_id}).fetchall()
    if not known:
        raise UsageError(got=f"finding {finding_id!r}", wanted="an id of the last run", hint="see `terreng findings`")
