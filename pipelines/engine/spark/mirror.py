"""Tables that lie at home, as the cluster sees them: written to storage once per content, and only what changed.

What a table says is known by the sums of its rows' hashes. Events are compared and written in buckets of neighbouring
numbers, so a day's delivery writes one bucket, not the history.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipelines.engine.spark.datasets import Dataset, Storage

BUCKETS = {"main.events": "event_key // 500_000"}
"""Tables that are written in buckets, and what decides about a row's."""
STAYS_HOME = {"main.identifiers": ("value",)}
"""Columns that never leave the warehouse: ids in the clear."""
MANIFEST = "mirrors.json"

Known = dict[str, dict[str, tuple[str, Dataset]]]
"""Table and bucket to what it said, and where that was written."""


@dataclass
class Mirrors:
    """Which tables of home lie on storage, and how they stood then.

    Attributes:
        connection: The warehouse.
        storage: Where they are written.
        known: What is there; also kept in a file on storage, for the next run.
    """

    connection: duckdb.DuckDBPyConnection
    storage: Storage
    known: Known = field(default_factory=dict)
    _looked_at: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Reads what earlier runs left; what cannot be read is written anew."""
        try:
            kept = json.loads((self.storage.folder / MANIFEST).read_text(encoding="utf-8"))
            self.known = {
                name: {bucket: _entry(each) for bucket, each in table.items()} for name, table in kept.items()
            }
        except (OSError, ValueError, KeyError, TypeError):
            self.known = {}

    @property
    def folders(self) -> set[str]:
        """Every folder that is in use."""
        return {folder for table in self.known.values() for _, kept in table.values() for folder in kept.folders}

    def of(self, name: str) -> tuple[Dataset, tuple[Dataset, ...]]:
        """A table as the cluster sees it, and what it no longer needs; written now where it changed.

        Args:
            name: `schema.table`.
        """
        before = self.known.get(name, {})
        if name in BUCKETS and name in self._looked_at:
            return _whole(before), ()  # nothing changes events while models run
        says = self._says(name)
        now = {
            bucket: before[bucket] if before.get(bucket, ("",))[0] == said else (said, self._write(name, bucket))
            for bucket, said in says.items()
        }
        self._looked_at.add(name)
        if now == before:
            return _whole(now), ()
        self._remember(name, now)
        kept = {id(dataset) for _, dataset in now.values()}
        gone = tuple(dataset for _, dataset in before.values() if id(dataset) not in kept)
        return _whole(now), (*gone, *((_whole(before),) if before else ()))

    def is_current(self, name: str) -> bool:
        """Whether a table that is not written in buckets lies on storage as it is at home."""
        kept = self.known.get(name, {}).get("")
        return name not in BUCKETS and kept is not None and kept[0] == self._says(name)[""]

    def arrived(self, name: str, dataset: Dataset, *, is_more: bool) -> None:
        """A table at home has received the rows of a dataset, to none or to those (`is_more`) that were written."""
        parts = [self.known[name][""]] if is_more else []
        self._remember(name, {"": (self._says(name)[""], _whole(dict(enumerate([*parts, ("", dataset)]))))})

    def _says(self, name: str) -> dict[str, str]:
        """Bucket to what its rows say; a table that is not written in buckets, and an empty one, is one bucket."""
        columns = f"COLUMNS(* EXCLUDE ({', '.join(STAYS_HOME[name])}))" if name in STAYS_HOME else "COLUMNS(*)"
        bucket = BUCKETS.get(name, "''")
        shape = self.connection.sql(
            f"SELECT md5(string_agg(column_name || column_type)) FROM (DESCRIBE {name})"
        ).fetchall()
        rows = self.connection.sql(
            f"SELECT {bucket} AS of, count(*), sum(hash(*{columns})) FROM {name} GROUP BY ALL ORDER BY of"
        ).fetchall()
        # Hashes are of one version of DuckDB.
        head = f"{duckdb.__version__} {shape[0][0]}"
        return {str(row[0]): f"{head} {row[1]} {row[2]}" for row in rows} or {"": head}

    def _write(self, name: str, bucket: str) -> Dataset:
        columns = f"* EXCLUDE ({', '.join(STAYS_HOME[name])})" if name in STAYS_HOME else "*"
        where = f" WHERE {BUCKETS[name]} = {int(bucket)}" if name in BUCKETS and bucket else ""
        source = f"(SELECT {columns} FROM {name}{where})"
        return self.storage.write(self.connection, name.rpartition(".")[2], source)

    def _remember(self, name: str, table: dict[str, tuple[str, Dataset]]) -> None:
        self.known[name] = table
        kept = {
            each: {bucket: [said, kept.folders, kept.columns] for bucket, (said, kept) in buckets.items()}
            for each, buckets in self.known.items()
        }
        path = self.storage.folder / MANIFEST
        fresh = path.with_suffix(".unfinished")
        fresh.write_text(json.dumps(kept), encoding="utf-8")
        fresh.replace(path)


def _whole(buckets: Mapping[Any, tuple[str, Dataset]]) -> Dataset:
    parts = [dataset for _, dataset in buckets.values()]
    return Dataset(tuple(folder for part in parts for folder in part.folders), parts[0].columns)


def _entry(kept: list[object]) -> tuple[str, Dataset]:
    said, folders, columns = kept
    if (
        not isinstance(folders, list)
        or not isinstance(columns, list)
        or not all(Path(each).is_dir() for each in folders)
    ):
        raise ValueError("a folder of the manifest is gone")
    return str(said), Dataset(tuple(folders), tuple((str(name), str(kind)) for name, kind in columns))
