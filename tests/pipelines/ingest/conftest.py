"""A small workspace to take files into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.ingest import SourceReport, ingest
from pipelines.settings import load_settings
from pipelines.warehouse import writer

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HEAD = '[workspace]\nname = "Test"\ntimezone = "{zone}"\n[[sources]]\nname = "shop"\nkind = "table"\npath = "{path}"\n'
COLUMNS = """[sources.columns]
event_id = "id"
occurred_at = "at"
activity = "what"
identities = {customer_id = "who"}
"""


class Shop:
    """A workspace with one source, and what became of its files."""

    columns = COLUMNS

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.root, self._stack = root, stack
        self.con: duckdb.DuckDBPyConnection | None = None

    def deliver(self, name: str, content: str | bytes) -> Path:
        """Put a file into the workspace."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def take(self, path: str = "*.csv", columns: str = COLUMNS, zone: str = "UTC", more: str = "") -> SourceReport:
        """Take in what the path names; returns the report of the first source."""
        return self.take_settings(HEAD.format(zone=zone, path=path) + columns + more)

    def take_settings(self, text: str) -> SourceReport:
        """Take in what these settings name; returns the report of the first source."""
        (self.root / "terreng.toml").write_text(text, encoding="utf-8")
        settings = load_settings(self.root)
        if self.con is None:
            self.con = self._stack.enter_context(writer(settings))
        return ingest(self.con, settings, NOW)[0]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query over the warehouse."""
        assert self.con is not None
        return self.con.sql(query).fetchall()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with ExitStack() as stack:
        yield Shop(tmp_path, stack)
