"""What is measured, each in a process of its own: `python -m tests.bench.subjects NAME FOLDER EVENTS MEMORY`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.following import Follows, Steps, follows
from pipelines import warehouse
from pipelines.engine import DuckDBEngine
from pipelines.following import counted, steps_of
from pipelines.ingest import ingest_source
from pipelines.settings import Columns, Settings
from pipelines.study import Study, studies
from schemas.journey_map import load_maps
from tests.bench import effects, on_spark, peers, people, stages, synthetic, variants
from tests.bench.measure import Costs, peak_gb

WIDE_COLUMNS = (
    *("event_id", "occurred_at", "customer_id", "cookie", "activity"),
    *("channel", "page", "campaign", "revenue", "country"),
)
JOURNEY_MODELS = ("touches", "episodes_by_goal", "openings", "journey_steps", "journey_marks")
"""From events in any order to journeys in order: what DuckDB's sort of the same rows is compared with."""


def _settings(folder: Path, memory: str) -> Settings:
    """The workspace that `stages.run` has left."""
    return stages.settings_of(folder / "workspace", memory)


def plain_load(folder: Path, memory: str) -> Costs:
    """DuckDB's own typed load of the CSV into a file, then its sort of the same rows, strings and integers."""
    columns = "{'case': TEXT, 'activity': TEXT, 'timestamp': TIME}"
    with _plain(folder, memory, "log.csv", columns) as (connection, costs), costs.step("sort"):
        connection.execute('CREATE TABLE ordered AS SELECT * FROM plain ORDER BY "case", timestamp')
    return costs


def plain_load_wide(folder: Path, memory: str) -> Costs:
    """DuckDB's own typed load of the wide CSV into a file."""
    kinds = {"occurred_at": "TIME", "revenue": "REAL"}
    columns = ", ".join(f"'{name}': {kinds.get(name, 'TEXT')}" for name in WIDE_COLUMNS)
    with _plain(folder, memory, "wide.csv", f"{{{columns}}}") as (_, costs):
        return costs


@contextmanager
def _plain(folder: Path, memory: str, csv: str, columns: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, Costs]]:
    costs, file = Costs(), folder / "plain.duckdb"
    file.unlink(missing_ok=True)
    for short, kind in (("TEXT", "'VARCHAR'"), ("TIME", "'TIMESTAMPTZ'"), ("REAL", "'DOUBLE'")):
        columns = columns.replace(short, kind)
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"SET memory_limit = '{memory}'; SET threads = {stages.THREADS}; SET timezone = 'UTC'")
        with costs.step("load"):
            connection.execute(
                f"CREATE TABLE plain AS SELECT * FROM read_csv('{folder / csv}', header = true, columns = {columns})"
            )
            connection.execute("CHECKPOINT")
        yield connection, costs
    file.unlink()


def take_in_wide(folder: Path, memory: str) -> Costs:
    """Our ingest of the wide CSV."""
    named = Columns.model_validate(
        {
            "event_id": "event_id",
            "occurred_at": "occurred_at",
            "activity": "activity",
            "channel": "channel",
            "identities": {"customer_id": "customer_id", "cookie": "cookie"},
        }
    )
    settings = stages.settings_of(folder / "workspace_of_others", memory, "wide.csv", named)
    return _taken_in(settings, folder / "wide.csv")


def take_in_small_files(folder: Path, memory: str) -> Costs:
    """Our ingest of many small files of JSON."""
    named = Columns.model_validate(
        {
            "occurred_at": "event_timestamp",
            "activity": "event_name",
            "identities": {"cookie": "user_pseudo_id", "user": "user_id"},
        }
    )
    synthetic.write_small_files(folder / "days")
    settings = stages.settings_of(folder / "workspace_of_others", memory, "days/*.json", named)
    return _taken_in(settings, folder / "days")


def _taken_in(settings: Settings, delivered: Path) -> Costs:
    costs = Costs()
    stages.fresh(settings, delivered)
    with warehouse.writer(settings) as connection, costs.stage("ingest"):
        report = ingest_source(connection, settings, settings.sources[0], stages.TAKEN_IN)
    costs.numbers |= {"rows": report.rows_n, "accepted": report.accepted_n, "files": report.files_n}
    return costs


def mine(folder: Path, memory: str) -> Costs:
    """Directly-follows with times, and variants, from the stored steps of journeys."""
    costs, settings = Costs(), _settings(folder, memory)
    with warehouse.writer(settings) as connection:
        engine = DuckDBEngine(connection)
        engine.use(_study(folder).schema)
        follows(_numbered(steps_of(engine, "traced_steps", "position < 0")[1]), 2)  # fetched from numba's cache
        with costs.step("directly-follows"):
            steps = _numbered(steps_of(engine, "traced_steps", with_times=False)[1])
            costs.numbers["edges"] = len(follows(steps, int(steps.letter.max()) + 1).n)
        with costs.step("directly-follows and waits"):
            steps = _numbered(steps_of(engine, "traced_steps")[1])
            _waits(follows(steps, int(steps.letter.max()) + 1))
        with costs.step("variants"):
            keys, steps = steps_of(engine, "traced_steps", with_times=False)
            costs.numbers["variants"] = len(counted(steps, np.zeros(len(keys), np.int64))[0])
    return costs


def _numbered(steps: Steps) -> Steps:
    """Their letters without gaps: those of unmapped activities lie far beyond the others."""
    number = np.zeros(int(steps.letter.max(initial=0)) + 1, np.int32)
    present = np.flatnonzero(np.bincount(steps.letter))
    number[present] = np.arange(len(present))
    return steps._replace(letter=number[steps.letter])


def _waits(found: Follows) -> list[NDArray[np.float64]]:
    """Mean, deviation, least and most besides the median, as pm4py gives them."""
    first, times = found.offsets[:-1], found.between_us.astype(float)
    mean = np.add.reduceat(times, first) / found.n
    spread = np.sqrt(np.maximum(np.add.reduceat(times**2, first) / found.n - mean**2, 0))
    return [mean, spread, np.minimum.reduceat(times, first), np.maximum.reduceat(times, first), found.medians() * 1.0]


def mine_with_pm4py(folder: Path, memory: str) -> Costs:
    """The same by pm4py's best way: polars lazy frames over a Parquet file of the same journeys, already sorted."""
    costs, settings = Costs(), _settings(folder, memory)
    file = folder / "journeys.parquet"
    names = ("case:concept:name", "concept:name", "time:timestamp")
    with warehouse.writer(settings) as connection:
        connection.execute(
            f'COPY (SELECT journey_id AS "{names[0]}", activity AS "{names[1]}", occurred_at AS "{names[2]}"'
            f" FROM journey_events ORDER BY journey_id, position) TO '{file}'"
        )
    with peers.imported_pm4py() as pm4py:
        log = pl.scan_parquet(file)
        pm4py.get_variants(log.head(1_000))  # what is imported late is not the work's
        with costs.step("directly-follows"):
            costs.numbers["edges"] = len(pm4py.discover_dfg(log)[0])
        with costs.step("directly-follows and waits"):
            pm4py.discover_performance_dfg(log)
        with costs.step("variants"):
            costs.numbers["variants"] = len(pm4py.get_variants(log))
    file.unlink()
    return costs


def alignments(folder: Path, memory: str) -> Costs:
    """Variants against the map: all by ours, moves and deviations included; some by r4pm, fewer by pm4py."""
    costs, study = Costs(), _study(folder)
    settings = _settings(folder, memory)
    with warehouse.writer(settings) as connection:
        rows = connection.sql("SELECT trace FROM variants WHERE alignment = 'full' ORDER BY variant_id").fetchall()
    traces = [tuple(trace) for (trace,) in rows]
    peers.ours(study.plan.flow, traces[:10], Costs())  # compiled, or fetched from numba's cache
    cost = peers.ours(study.plan.flow, traces, costs)
    peers.compared(study.plan.flow, traces, cost, costs)
    costs.numbers["variants"] = len(traces)
    return costs


def _study(folder: Path) -> Study:
    return studies(load_maps(folder / "workspace" / "maps"), stages.AS_OF)[0]


SUBJECTS: Mapping[str, Callable[[Path, str], Costs]] = {
    "plain_load": plain_load,
    "plain_load_wide": plain_load_wide,
    "take_in_wide": take_in_wide,
    "take_in_small_files": take_in_small_files,
    "run": stages.run,
    "day_after": stages.day_after,
    "run_on_spark": on_spark.run,
    "mine": mine,
    "mine_with_pm4py": mine_with_pm4py,
    "alignments": alignments,
    "many_variants": variants.align_many,
    "effects": effects.say_what_it_costs,
    "persons": people.join,
    "persons_with_networkx": people.join_with_networkx,
}


def main(name: str, folder: str, memory: str) -> None:
    """Measure one subject; the answer is one line of JSON."""
    costs = SUBJECTS[name](Path(folder), memory)
    answer = {name: getattr(costs, name) for name in ("cpu_s", "wall_s", "peak_gb", "numbers")}
    sys.stdout.write(json.dumps({**answer, "process_gb": max((peak_gb(), *costs.peak_gb.values()))}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
