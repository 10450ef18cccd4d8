"""What went wrong in silence once must go red: no tie-breaker, lists without an order, approximate quantiles."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tests.cluster.on_spark import Bench, in_sparks_words
from tests.cluster.recording import Case

ROWS_N = 40_000
ORDER = "source_rank NULLS LAST, tie NULLS LAST, event_key NULLS LAST"
LIST = "listagg(cast(letter as string), '>') within group (order by position)"
WITHOUT_ORDER = "array_join(collect_list(cast(letter as string)), '>')"
QUANTILE = "cast(percentile_disc(0.99) within group (order by ended_us) as bigint)"
APPROXIMATE = "percentile_approx(ended_us, 0.99)"


def _touches() -> Case:
    """Ten entities, each with many events at one instant: only `tie` tells their order."""
    keys = np.arange(400)
    rows = {
        "entity_key": keys % 10,
        "at_us": np.zeros(400, dtype=np.int64),
        "source_rank": np.zeros(400, dtype=np.int64),
        "tie": keys[::-1].copy(),
        "event_key": keys,
        "code": keys % 3,
    }
    values: dict[str, str | int] = {"flow_n": 2, "closes": "touches.code = 1", "reaches_goal": "touches.code = 0"}
    return Case("staging/ordered_touches", values, {"touches": pa.table(rows)})


def _traces() -> Case:
    """Three journeys of 50 letters each."""
    place = np.arange(150)
    steps = {"journey_key": place % 3, "letter": place * 7 % 11, "position": place // 3}
    states = {"journey_key": [0, 1, 2], "status": ["converted", "exited", "converted"]}
    return Case("staging/journey_traces", {}, {"traced_steps": pa.table(steps), "journey_states": pa.table(states)})


def _gaps() -> Case:
    """Very many gaps, no two alike."""
    gap_us = np.random.default_rng(7).permutation(ROWS_N).astype(np.int64) * 1_001
    at_us = np.zeros(ROWS_N, dtype=np.int64)
    code = np.arange(ROWS_N) % 2
    gaps = {"code": code, "stands_at": code, "at_us": at_us, "next_us": at_us + gap_us}
    values: dict[str, str | int] = {
        "as_of_us": 10**12,
        "horizon_us": 10**11,
        "exits_from": 9,
        "stands_at_goal": "false",
    }
    return Case("staging/learned_patience", values, {"touch_gaps": pa.table(gaps)})


@pytest.mark.parametrize(
    ("case", "right", "wrong"),
    [
        (_touches(), ORDER, "source_rank"),
        (_traces(), LIST, WITHOUT_ORDER),
        (_gaps(), QUANTILE, APPROXIMATE),
    ],
    ids=["no tie-breaker", "collect_list", "approximate quantile"],
)
def test_a_text_that_is_wrong_goes_red(bench: Bench, case: Case, right: str, wrong: str) -> None:
    text = in_sparks_words(case)
    bench.parts, bench.seed = 3, 1

    assert right in text
    assert bench.told(case) == ""
    assert bench.told(case, text.replace(right, wrong)) != ""
