"""Variants and flows in one pass over the steps, against the models that say what they are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import duckdb
import numpy as np
import polars as pl
import pytest

from models.following import Steps, alike, follows, in_order
from pipelines.engine import DuckDBEngine
from pipelines.following import fill_flows, make_variants
from pipelines.study import Study

FLOW_N = 5
NAMES = ("a", "b", "c", "d", "e", "chat", "left")
STATUSES = ("converted", "exited", "abandoned", "in_flight")
FLOWS = (
    "CREATE TABLE main.flows (journey VARCHAR, from_touchpoint VARCHAR, to_touchpoint VARCHAR, end_status VARCHAR,"
    " n BIGINT, journeys_n BIGINT, p50_s DOUBLE)"
)


def study() -> Study:
    """As much of a study as variants and flows take."""
    values = {"flow_n": FLOW_N, "journey": "'buy'"}
    return cast(
        "Study", SimpleNamespace(flow_n=FLOW_N, values=values, plan=SimpleNamespace(names=NAMES, journey="buy"))
    )


def world(engine: DuckDBEngine, seed: int, journeys_n: int) -> None:
    """Journeys of few letters, their steps in any order; some of them are of no journey that is judged."""
    chance = np.random.default_rng(seed)
    sizes = chance.integers(1, 7, journeys_n)
    key = np.repeat(chance.permutation(journeys_n) + 1, sizes)
    position = np.concatenate([np.arange(0), *(np.arange(size) for size in sizes)])
    letter = chance.choice([0, 1, 2, 3, 4, 5, 6, 4097, 4110], len(key))
    steps = pl.DataFrame(
        {
            "journey_key": key,
            "position": position * 2,
            "at_us": chance.integers(0, 10**14, len(key)),
            "code": pl.Series(np.where(letter < len(NAMES), letter, -1), dtype=pl.Int32),
            "letter": pl.Series(letter, dtype=pl.Int32),
        }
    ).with_columns(pl.when(pl.col("code") >= 0).then(pl.col("code")).alias("code"))
    engine.put("traced_steps", steps if seed % 2 else steps.sample(fraction=1, shuffle=True, seed=seed))
    judged = np.arange(1, journeys_n + 1)[: None if seed % 3 else journeys_n // 2]
    status = [STATUSES[each] for each in chance.integers(0, 4, len(judged))]
    states = {
        "journey_key": pl.Series(judged, dtype=pl.Int64),
        "status": pl.Series(status, dtype=pl.String),
        "stands_at": pl.Series(chance.integers(0, FLOW_N, len(judged)), dtype=pl.Int32),
    }
    engine.put("journey_states", pl.DataFrame(states))
    codes = pl.DataFrame({"code": pl.Series(range(len(NAMES)), dtype=pl.Int32), "name": NAMES})
    engine.put("map_names", codes)


def rows(engine: DuckDBEngine, name: str) -> tuple[list[tuple[object, ...]], list[str]]:
    """A table's rows in the order of its columns, and its types."""
    found = engine.connection.sql(f"SELECT * FROM {name} ORDER BY ALL")
    return found.fetchall(), [f"{column} {kind}" for column, kind in zip(found.columns, found.types, strict=True)]


@pytest.mark.parametrize(("seed", "journeys_n"), [(1, 300), (2, 300), (3, 60), (4, 1), (6, 40), (5, 0)])
def test_variants_are_those_of_the_models(seed: int, journeys_n: int) -> None:
    with duckdb.connect() as connection:
        engine = DuckDBEngine(connection)
        world(engine, seed, journeys_n)
        make_variants(engine, study())
        found = rows(engine, "trace_variants"), rows(engine, "journey_variants")
        for model in ("journey_traces", "trace_variants", "journey_variants"):
            engine.create(f"staging/{model}")
        assert found == (rows(engine, "trace_variants"), rows(engine, "journey_variants"))


@pytest.mark.parametrize(("seed", "journeys_n"), [(1, 300), (2, 300), (4, 1), (5, 0)])
def test_flows_are_those_of_the_models_and_in_their_order(seed: int, journeys_n: int) -> None:
    with duckdb.connect() as connection:
        engine = DuckDBEngine(connection)
        world(engine, seed, journeys_n)
        connection.execute(FLOWS)
        fill_flows(engine, study())
        found = connection.sql("FROM main.flows").fetchall()
        engine.clear("flows")
        engine.create("staging/transitions", study().values)
        engine.append("marts/flows", study().values)
        assert found == connection.sql("FROM main.flows").fetchall()


def test_stretches_that_threads_wrote_in_turns_are_put_in_order() -> None:
    journey, position = np.array([7, 7, 2, 2, 7, 2], np.int32), np.array([0, 1, 0, 1, 2, 2], np.int32)
    keys, steps = in_order(journey, position, np.array([1, 2, 3, 4, 5, 6], np.int32), np.arange(6))
    assert keys.tolist() == [2, 7]
    assert steps.letter.tolist() == [3, 4, 6, 1, 2, 5]
    assert steps.at_us.tolist() == [2, 3, 5, 0, 1, 4]
    assert steps.offsets.tolist() == [0, 3, 6]


def test_journeys_of_two_kinds_are_never_alike() -> None:
    steps = Steps(np.array([1, 2, 1, 2, 1, 2, 1], np.int32), np.arange(7), np.array([0, 2, 4, 6, 7]))
    found = alike(steps, np.array([0, 1, 0, 0]))
    assert found.variant.tolist() == [0, 1, 0, 2]
    assert found.example.tolist() == [0, 1, 3]


def test_what_lies_beyond_the_flow_is_passed_over() -> None:
    steps = Steps(np.array([0, 9, 1, 0, 1], np.int32), np.array([5, 6, 9, 20, 100]), np.array([0, 5]))
    found = follows(steps, 2)
    assert list(zip(found.source.tolist(), found.target.tolist(), strict=True)) == [(0, 1), (1, 0)]
    assert (found.n.tolist(), found.journeys_n.tolist(), found.medians().tolist()) == ([2, 1], [1, 1], [4, 11])
