"""What a run gives its models: each with its values and the tables that it read, to be put to another engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pytest

from models import sql
from pipelines.engine.home import DuckDBEngine, Values
from pipelines.engine.spark.binding import references
from pipelines.engine.spark.translate import text_in_spark
from pipelines.engine.spark.types import portable


@dataclass(frozen=True)
class Case:
    """A model as a run called it.

    Attributes:
        model: Its path without suffix.
        values: What its `$names` stood for.
        inputs: Name, as the model's text has it, to the rows that were there.
    """

    model: str
    values: Values
    inputs: Mapping[str, pa.Table]

    @property
    def rows_n(self) -> int:
        """Rows that it reads."""
        return sum(table.num_rows for table in self.inputs.values())


@dataclass
class Recorder:
    """Cases by model.

    Attributes:
        each: How many cases of one model are kept: those that read most.
        found: The cases.
    """

    each: int
    found: dict[str, list[Case]] = field(default_factory=lambda: defaultdict(list))

    @property
    def cases(self) -> list[Case]:
        """All of them, by model."""
        return [case for model in sorted(self.found) for case in self.found[model]]

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Keep what models are given from now on, whoever calls them on DuckDB."""
        make = DuckDBEngine._make

        def recorded(engine: DuckDBEngine, model: str, head: str, values: Values) -> None:
            self._keep(engine, model, values)
            make(engine, model, head, values)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(DuckDBEngine, "_make", recorded)
            # DuckDB's rows are followed by a kernel at home; here it takes the models that a cluster takes.
            patch.setattr("pipelines.following._HOME", "")
            yield

    def _keep(self, engine: DuckDBEngine, model: str, values: Values) -> None:
        names = _read_by(sql.render(model, engine.dialect, **values))
        rows_n = sum(engine.scalar(f"SELECT count(*) FROM {name}") for name in names)
        kept = self.found[model]
        if len(kept) == self.each and kept[-1].rows_n >= rows_n:
            return
        inputs = {name: _rows(engine, name) for name in names}
        kept.append(Case(model, dict(values), inputs))
        kept.sort(key=lambda case: -case.rows_n)
        del kept[self.each :]


@dataclass(frozen=True)
class Demo:
    """The demo, run once on DuckDB.

    Attributes:
        workspace: Its folder; tests take copies.
        recorded: What its models were given.
    """

    workspace: Path
    recorded: Recorder


def _read_by(text: str) -> tuple[str, ...]:
    """Names of the tables that a text reads."""
    found = references(text_in_spark(text))
    return tuple(dict.fromkeys(f"{schema}.{table}" if schema else table for schema, table, *_ in found))


def _rows(engine: DuckDBEngine, name: str) -> pa.Table:
    """A table's rows, in types that Parquet and Spark know."""
    described = engine.connection.sql(f"DESCRIBE SELECT * FROM {name}").fetchall()
    columns = ", ".join(f'CAST("{row[0]}" AS {portable(str(row[1]))}) AS "{row[0]}"' for row in described)
    return engine.connection.sql(f"SELECT {columns} FROM {name}").to_arrow_table()
