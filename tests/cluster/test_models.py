"""Every model on Spark gives the rows that DuckDB gives, from what a run of the demo gave it, shuffled."""

from __future__ import annotations

import pytest

from models import sql
from tests.cluster.on_spark import Bench
from tests.cluster.random_tables import disturbed
from tests.cluster.recording import Demo

PARTS = (2, 3, 8)
SEEDS = range(3)
DISTURBED_AT_LEAST = 0.8
"""Share of the disturbed tables over which DuckDB agrees with itself: where rows tie, no order is right."""


NOT_IN_THE_DEMO = {
    "where a journey is per something else than a person; the real logs call them": {
        "entities_of_type",
        "episodes",
        "ordered_touches",
    },
    "drafts of maps": {"drafted_steps", "step_channels", "step_kinds"},
    "people who came to be others between two runs": {
        *("noted_changes", "person_changes", "person_moves", "said_attributes", "said_changes", "stitching"),
    },
    "joining by pointer jumping; tests/pipelines/identity holds it against the way of one machine": {
        *("identity_contracted", "identity_doubts", "identity_edges", "identity_ends", "identity_held"),
        *("identity_hooks", "identity_joined_roots", "identity_jumps", "identity_logins", "identity_merge_edges"),
        *("identity_mixed", "identity_new_guesses", "identity_others_on_row", "identity_owned_ends"),
        *("identity_parts", "identity_relabelled", "identity_roots", "identity_settled_labels"),
    },
}
"""Models that a first run of the demo on DuckDB does not call, by why."""
CALLED = sorted({*sql.names()} - {f"staging/{name}" for names in NOT_IN_THE_DEMO.values() for name in names})


@pytest.mark.parametrize("name", CALLED)
def test_a_model_gives_the_same_rows_on_both_engines(bench: Bench, demo: Demo, name: str) -> None:
    place = CALLED.index(name)
    bench.parts, bench.threads, bench.seed = PARTS[place % len(PARTS)], 1 + place % 2, place

    assert [bench.told(case) for case in demo.recorded.found[name][:1]] == [""]


@pytest.mark.slow
@pytest.mark.parametrize("parts", PARTS)
def test_every_call_gives_the_same_rows_however_they_are_parted(bench: Bench, demo: Demo, parts: int) -> None:
    bench.parts, bench.threads, bench.seed = parts, 1 + parts % 2, parts

    assert {case.model: told for case in demo.recorded.cases if (told := bench.told(case))} == {}


@pytest.mark.slow
def test_models_give_the_same_rows_over_disturbed_tables(bench: Bench, demo: Demo) -> None:
    cases = [disturbed(case, seed) for seed in SEEDS for case in demo.recorded.cases]
    decided = [case for case in cases if bench.is_decided(case)]

    assert {case.model: told for case in decided if (told := bench.told(case))} == {}
    assert len(decided) >= DISTURBED_AT_LEAST * len(cases)
