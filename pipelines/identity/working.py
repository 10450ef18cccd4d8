"""Small steps on working tables, which live as long as one resolution."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from string import Template

import duckdb
import numpy as np

from models import sql
from models.components import Whole
from pipelines.engine import Engine

SCHEMA = "work_identity"


@contextmanager
def workroom(engine: Engine) -> Iterator[None]:
    """A schema for working tables, gone in the end; after a failure it is left for the next resolution to remove."""
    engine.forget(SCHEMA)
    engine.use(SCHEMA)
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # a connection that broke has nothing to be put back
            engine.use("main")
        raise
    engine.use("main")
    engine.forget(SCHEMA)


def text(name: str, **values: str | int) -> str:
    """A staging model with its values filled in, in the portable subset."""
    return Template(sql.load(f"staging/{name}")).substitute(values)


def within(query: str) -> str:
    """A query as it stands in another's FROM."""
    return f"(\n{query}\n)"


def count(engine: Engine, table: str) -> int:
    """How many rows a table has."""
    return engine.scalar(f"SELECT count(*) FROM {table}")


def arrays(engine: Engine, query: str) -> dict[str, Whole]:
    """The columns of a query, whole numbers all of them."""
    frame = engine.frame(query)
    return {column.name: column.to_numpy().astype(np.int64, copy=False) for column in frame}


def quoted(value: str) -> str:
    """A text as SQL."""
    escaped = value.replace("'", "''")
    return f"'{escaped}'"
