"""A whole run, stage by stage, as `terreng run` does it; and the run of the day after."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl

from pipelines import steps
from pipelines.engine import DuckDBEngine, Values
from pipelines.run import recorded
from pipelines.settings import Columns, Settings, Source
from pipelines.settings.workspace import Engine
from pipelines.warehouse import reader
from schemas.journey_map import JourneyMap, load_maps
from tests.bench import synthetic
from tests.bench.measure import Costs

AS_OF = datetime(2026, 5, 1, tzinfo=UTC)
TAKEN_IN = datetime(2028, 1, 1, tzinfo=UTC)
"""Later than every event, so that ingest refuses none."""
THREADS = 2
STAGES = ("ingest", "persons", "reconstruct", "compare", "publish", "report")
LOG = Columns(occurred_at="timestamp", activity="activity", identities={"case": "case"}, attributes=())
ON_DUCKDB = Engine()
_COUNTED = ("events", "journeys", "variants", "deviations")
_DAY = timedelta(days=1)


def settings_of(
    root: Path, memory: str, path: str = "log*.csv", columns: Columns = LOG, engine: Engine = ON_DUCKDB
) -> Settings:
    """A workspace of one source."""
    source = Source(name="log", kind="table", path=(path,), columns=columns)
    warehouse = root / "warehouse.duckdb"
    return Settings(
        root=root,
        name="bench",
        warehouse=warehouse,
        memory_limit=memory,
        threads=THREADS,
        engine=engine,
        sources=(source,),
    )


def fresh(settings: Settings, delivered: Path) -> None:
    """An empty workspace with the map, and a file or a folder of files to read."""
    shutil.rmtree(settings.root, ignore_errors=True)
    settings.root.mkdir(parents=True)
    deliver(settings, delivered)
    synthetic.write_map(settings.root / "maps", "case")


def deliver(settings: Settings, delivered: Path) -> None:
    """Put a file, or a folder of files, where the workspace's source lies."""
    if delivered.is_dir():
        shutil.copytree(delivered, settings.root / delivered.name)
    else:
        (settings.root / delivered.name).hardlink_to(delivered)


def run(folder: Path, memory: str) -> Costs:
    """Ingest to report in one process, each SQL model's own costs too; further subjects continue its workspace."""
    settings, costs = settings_of(folder / "workspace", memory), Costs()
    fresh(settings, folder / "log.csv")
    with _models_measured(costs):
        all_stages(settings, AS_OF, costs)
    costs.numbers |= counts(settings)
    return costs


def all_stages(settings: Settings, as_of: datetime, costs: Costs, after: str = "") -> None:
    """Every stage of a run, published and reported; `after` ends the stages' names."""
    maps = load_maps(settings.root / "maps")
    with recorded(settings, maps) as attempt:
        for name, work in _stages(settings, maps, as_of, attempt.run_id):
            with costs.stage(name + after):
                work()
            sys.stderr.write(f"{name + after}: {costs.told(name + after)}\n")  # long runs may be cut short
            if name == "compare":
                attempt.succeed(as_of, {})


def _stages(
    settings: Settings, maps: tuple[JourneyMap, ...], as_of: datetime, run_id: str
) -> Iterator[tuple[str, Callable[[], object]]]:
    (source,) = settings.sources
    yield "ingest", lambda: steps.ingest(settings, source, TAKEN_IN)
    yield "persons", lambda: steps.resolve_persons(settings)
    yield "reconstruct", lambda: steps.reconstruct(settings, maps, as_of)
    yield "compare", lambda: steps.compare(settings, maps, as_of)
    yield "publish", lambda: steps.publish(settings, run_id)
    yield "report", lambda: steps.report(settings, run_id)


def day_after(folder: Path, memory: str) -> Costs:
    """A run over the log up to a day, one more after the day that follows, and one from the start over both.

    The stages of the second run end in `, day after`, those of the third in `, anew`.
    """
    settings, costs = settings_of(folder / "workspace_of_days", memory), Costs()
    history, day = folder / "log_history.csv", folder / "log_day.csv"
    costs.numbers |= {"history_events": _cut(folder, history, None, AS_OF)}
    costs.numbers |= {"day_events": _cut(folder, day, AS_OF, AS_OF + _DAY)}
    fresh(settings, history)
    all_stages(settings, AS_OF, costs)
    deliver(settings, day)
    all_stages(settings, AS_OF + _DAY, costs, ", day after")
    fresh(settings, history)
    deliver(settings, day)
    all_stages(settings, AS_OF + _DAY, costs, ", anew")
    for file in (history, day):
        file.unlink()
    shutil.rmtree(settings.root)
    return costs


def _cut(folder: Path, file: Path, since: datetime | None, before: datetime) -> int:
    """Write the log's rows of a span of time; returns how many they are."""
    columns = "{'case': 'VARCHAR', 'activity': 'VARCHAR', 'timestamp': 'VARCHAR'}"
    log = f"read_csv('{folder / 'log.csv'}', header = true, columns = {columns})"
    within = f"timestamp < '{before:%Y-%m-%d}'" + (f" AND timestamp >= '{since:%Y-%m-%d}'" if since else "")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM {log} WHERE {within}) TO '{file}' (HEADER)")
        return int(connection.sql(f"SELECT count(*) FROM {log} WHERE {within}").fetchall()[0][0])


def counts(settings: Settings) -> dict[str, float]:
    """Rows of the largest published tables."""
    with reader(settings) as connection:
        found = {name: float(connection.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0]) for name in _COUNTED}
    return found | {"journeys": found["journeys"] / 3}  # one row per rule


@contextmanager
def _models_measured(costs: Costs) -> Iterator[None]:
    """Each model's own costs too, and the bytes of the rows that statistics ask for, while the run goes on as it is."""
    make, frame = DuckDBEngine._make, DuckDBEngine.frame

    def measured(self: DuckDBEngine, model: str, head: str, values: Values) -> None:
        with costs.step(model.rpartition("/")[2]):
            make(self, model, head, values)

    def weighed(self: DuckDBEngine, text: str) -> pl.DataFrame:
        rows = frame(self, text)
        costs.numbers["asked_gb"] = costs.numbers.get("asked_gb", 0.0) + rows.estimated_size() / 1e9
        return rows

    DuckDBEngine._make, DuckDBEngine.frame = measured, weighed  # type: ignore[method-assign]
    try:
        yield
    finally:
        DuckDBEngine._make, DuckDBEngine.frame = make, frame  # type: ignore[method-assign]
