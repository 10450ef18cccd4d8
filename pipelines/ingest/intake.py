"""What every step of taking in a source needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from pipelines.settings import Settings, Source


@dataclass(frozen=True)
class Intake:
    """One source on its way into the warehouse.

    Attributes:
        con: The writer's connection.
        settings: The workspace.
        source: The source.
        salt: The workspace's salt.
        now: Moment of the run.
    """

    con: duckdb.DuckDBPyConnection
    settings: Settings
    source: Source
    salt: bytes = field(repr=False)
    now: datetime
