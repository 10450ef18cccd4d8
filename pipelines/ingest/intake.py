"""What every step of taking in a source needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import duckdb

from pipelines.connectors import tables_of
from pipelines.connectors.reading import shown_file
from pipelines.ingest.named_row import columns_of_table
from pipelines.settings import Settings, Source, TableMapping


@dataclass(frozen=True)
class Intake:
    """One source on its way into the warehouse.

    Attributes:
        con: The writer's connection.
        settings: The workspace.
        source: The source.
        salt: The workspace's salt.
        now: Moment of the run.
        assigned: Content hash of a connector's file to the table that it is.
        kept: What was worked out once for all files.
    """

    con: duckdb.DuckDBPyConnection
    settings: Settings
    source: Source
    salt: bytes = field(repr=False)
    now: datetime
    assigned: dict[str, TableMapping] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)

    @cached_property
    def tables(self) -> tuple[TableMapping, ...]:
        """The tables that the source's files may be."""
        return tables_of(self.settings, self.source)

    def table_of(self, file_id: str) -> TableMapping:
        """The table that a file is."""
        return self.assigned[file_id] if self.source.is_connector else self.tables[0]

    @cached_property
    def told_in(self) -> str:
        """The file that says what the source's columns are."""
        return shown_file(self.source.kind, self.settings.root) if self.source.is_connector else "terreng.toml"

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Columns that hold ids in any table of the connector, under all their names, in small letters."""
        if not self.source.is_connector:
            return frozenset()
        return frozenset(name.lower() for table in self.tables for name in columns_of_table(table))
