"""The warehouse: one DuckDB file that runs write, and the snapshot of it that everybody else reads.

A run holds the workspace's lock and writes `warehouse.duckdb` through `writer`; `publish` copies the contract's
tables into `published/terreng.duckdb` in one atomic step; reports and notebooks open that with `reader`, so a
reader never blocks a run and a run that fails or is killed never changes what people see.
"""

from __future__ import annotations

from pipelines.warehouse.access import lock, reader, writer
from pipelines.warehouse.commits import transaction
from pipelines.warehouse.publishing import publish
from pipelines.warehouse.run_log import Run, begin_run, end_run, last_run

__all__ = ["Run", "begin_run", "end_run", "last_run", "lock", "publish", "reader", "transaction", "writer"]
