"""Funnel, flow, table, deviations and ledger agree to the last journey, on random maps and journeys."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models import sql
from models.automaton import Automaton, compile_flow
from pipelines.compare.states import variant_places
from pipelines.engine import DuckDBEngine
from pipelines.study import Study
from schemas.blocks import Flow, leaves
from schemas.journey_map import load_map
from schemas.map_writing import flow_tree
from tests.spec.ledger_proof import Query, disagreements

World = Callable[..., Query]
RandomFlow = Callable[[np.random.Generator], Flow]
NOISE = ("chat", "stranger", "help")


def map_of(rng: np.random.Generator, flow: Flow) -> str:
    """A map with promises, a blind touchpoint, an exit and two segments; what is read as JSON is YAML, too."""
    steps = list(leaves(flow))
    first, second, blind = (int(place) for place in rng.permutation(len(steps))[:3])
    touchpoints: dict[str, dict[str, object]] = {
        steps[first]: {"promise": {"next": steps[second], "within": "1d"}, "owner": "One", "channels": ["web"]},
        steps[second]: {"promise": {"next": steps[blind], "within": "2d"}, "owner": "Two"},
        steps[blind]: {"observability": [{"is": "blind", "until": "2026-02-10"}]},
    }
    tree = {
        "journey": "shop",
        "title": "Shop",
        "version": 1,
        "journey_is": {"patience": {"default": "15d"}},
        "flow": flow_tree(flow),
        "anytime": list(flow.anytime),
        "touchpoints": touchpoints,
        "off_map": {"chat": {"owner": "Support"}},
        "exits": {"no": {"when": {"activity": "no"}}},
        "segments": {"region": "region", "device": "last(device)"},
    }
    return json.dumps(tree)


def walk(rng: np.random.Generator, automaton: Automaton) -> list[str]:
    """A designed journey, or the beginning of one."""
    state = 0
    trace: list[str] = []
    while len(trace) < 25:
        edges = np.flatnonzero(automaton.source == state)
        if not len(edges) or (automaton.accepting[state] and rng.random() < 0.5):
            break
        edge = int(rng.choice(edges))
        trace.append(automaton.letters[int(automaton.letter[edge])])
        state = int(automaton.target[edge])
    return trace[: rng.integers(1, len(trace) + 1)] if rng.random() < 0.5 else trace


def disturbed(rng: np.random.Generator, trace: list[str]) -> list[str]:
    """The same with steps left out, doubled, moved, and others among them."""
    found = [name for name in trace if rng.random() > 0.12]
    found = [name for name in found for _ in range(2 if rng.random() < 0.1 else 1)]
    for place in range(len(found) - 1):
        if rng.random() < 0.08:
            found[place], found[place + 1] = found[place + 1], found[place]
    for name in (*NOISE, "no"):
        if rng.random() < 0.15:
            found.insert(int(rng.integers(0, len(found) + 1)), name)
    return found


def events_of(rng: np.random.Generator, flow: Flow, people_n: int) -> str:
    automaton = compile_flow(flow)
    lines = []
    for person in range(people_n):
        at = float(rng.uniform(0, 95))
        for name in disturbed(rng, walk(rng, automaton)) or list(leaves(flow))[:1]:
            given = [
                text
                for text, chance in (
                    ("status=failed", 0.05),
                    ("channel=phone", 0.2),
                    ("region=north", 0.1),
                    ("region=south", 0.1),
                    ("device=app", 0.2),
                )
                if rng.random() < chance
            ]
            lines.append(f"p{person} {at:.6f} {name} {' '.join(given[:2])}")
            at += float(rng.choice([0, rng.exponential(1.5), rng.exponential(8)]))
            if at >= 99:
                break
    return "\n".join(lines)


def agreed(world: World, random_flow: RandomFlow, seed: int, folder: Path) -> list[str]:
    rng = np.random.default_rng(seed)
    flow = random_flow(rng)
    query = world(map_of(rng, flow), events_of(rng, flow, 150))
    assert query("SELECT count(*) FROM ledger WHERE kind IS NOT NULL") != [(0,)]
    told = query(
        "SELECT f.headline, s.left_here_n FROM findings f JOIN touchpoint_states s USING (journey, touchpoint)"
        " WHERE f.signal = 'drop_off' AND s.segment IS NULL"
    )
    assert told
    wrong = [
        f"findings: {line}, and {n} did" for line, n in told if not str(line).startswith(f"{n} journeys end after")
    ]
    return [*wrong, *disagreements(query, load_map(folder / "workspace" / "maps" / "map0.yaml"))]


@pytest.mark.parametrize("seed", [0, 1, 2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (3, 4, 5))])
def test_funnel_flow_table_deviations_and_ledger_agree(
    world: World, random_flow: RandomFlow, seed: int, tmp_path: Path
) -> None:
    assert agreed(world, random_flow, seed, tmp_path) == []


@pytest.mark.parametrize(
    ("model", "was", "wrong"),
    [
        # charge to every deviation
        ("staging/last_departures", " and lasts.mark = later.mark", ""),
        # charge what was made good before
        ("staging/last_departures", ">= stood.position and", ">= 0 and"),
        # charge what nobody could see
        ("staging/last_departures", " and found.kind <> 'unobservable'", ""),
        # lose the journeys without a value
        ("staging/journey_labels", "left join all_segment_values", "join all_segment_values"),
        # charge the whole time to a late promise
        ("staging/time_parts", "greatest(steps.before_us, coalesce(spans.due_us, steps.at_us))", "steps.before_us"),
    ],
)
def test_a_wrong_ledger_does_not_agree(
    world: World,
    random_flow: RandomFlow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    model: str,
    was: str,
    wrong: str,
) -> None:
    right = sql.load

    def load(name: str, dialect: str = "duckdb") -> str:
        text = right(name, dialect)
        assert name != model or was in text
        return text.replace(was, wrong) if name == model else text

    monkeypatch.setattr(sql, "load", load)

    assert agreed(world, random_flow, 1, tmp_path) != []


def test_skips_by_design_taken_for_what_lies_ahead_do_not_agree(
    world: World, random_flow: RandomFlow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(engine: DuckDBEngine, study: Study) -> pl.DataFrame:
        excused = pl.col("is_by_design")
        return variant_places(engine, study).with_columns(
            (pl.col("is_ahead") | excused).alias("is_ahead"), (pl.col("is_skipped") & ~excused).alias("is_skipped")
        )

    monkeypatch.setattr("pipelines.compare.states.variant_places", wrong)

    assert agreed(world, random_flow, 1, tmp_path) != []
