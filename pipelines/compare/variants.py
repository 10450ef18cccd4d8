"""Every variant of a study, aligned: costs, moves and departures, in the codes of the study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.alignment import align
from models.alignment_layers import Ints
from models.alignment_moves import EXIT
from models.automaton import Automaton, compile_flow
from models.deviations import KINDS, Departures, departures
from models.places import BlockNames, layout
from pipelines.compare.moves import Events, aligned_moves
from pipelines.compare.signals.known import known_at_events
from pipelines.engine import Engine
from pipelines.study import Study
from schemas.errors import MapError
from schemas.journey_map import JourneyMap


@dataclass(frozen=True)
class Compared:
    """A map's aligned variants.

    Attributes:
        variants: One row per variant, by key: cost and number of optimal alignments.
        moves: One row per variant and move: every event, and every step that was passed by.
        log_moves: One row per variant and event of the flow left as a log move.
        departures: One row per variant and deviation.
        known: One row per variant and deviation, at the event at which it became known.
        early_logs: One row per variant and event of the flow that was a log move when it came.
        blocks: The map's blocks.
        automaton: The map's language.
    """

    variants: pl.DataFrame
    moves: pl.DataFrame
    log_moves: pl.DataFrame
    departures: pl.DataFrame
    known: pl.DataFrame
    early_logs: pl.DataFrame
    blocks: BlockNames
    automaton: Automaton


def align_variants(engine: Engine, study: Study, threads: int) -> Compared:
    """Align every variant of a study: finished journeys fully, all others as prefixes.

    Raises:
        MapError: The map's flow is too wide to be compared; says where, and how to mend it.
    """
    automaton = _language(study.plan)
    plan, blocks = layout(study.plan.flow, automaton.letters)
    variants = engine.frame("SELECT variant_key, trace, is_full FROM trace_variants ORDER BY variant_key")
    events, is_full = _events(study, automaton, variants), variants["is_full"].to_numpy()
    found = align(automaton, events.traces, is_full, plan.place, threads=threads)
    codes = np.array([study.code(name) for name in automaton.letters] + [-1], dtype=np.int32)
    moves = aligned_moves(events, found, codes)
    known, early_logs = known_at_events(automaton, plan, events, codes, threads)
    return Compared(
        pl.DataFrame({"variant_key": events.keys, "cost": found.cost / 10, "optimal_alignments_n": found.ties}),
        moves,
        moves.filter(pl.col("move") == "log", pl.col("code") < study.off_map_from).select("variant_key", "position"),
        _departed(codes, events, departures(found, plan, np.diff(events.traces.offsets))),
        known,
        early_logs,
        blocks,
        automaton,
    )


def _language(plan: JourneyMap) -> Automaton:
    try:
        return compile_flow(plan.flow)
    except MapError as error:
        problem = plan.problem(("flow",), error.got, error.wanted, error.hint)
        raise MapError(error.got, problems=(problem,)) from error


def _events(study: Study, automaton: Automaton, variants: pl.DataFrame) -> Events:
    number = {name: i for i, name in enumerate(automaton.letters)}
    letters = np.array([number.get(name, -1) for name in study.plan.names] + [-1], dtype=np.int32)
    letters[study.exits_from : -1] = EXIT
    lists = variants["trace"].str.split(">").cast(pl.List(pl.Int32))
    lengths = lists.list.len().to_numpy().astype(np.int64)
    codes = lists.explode(empty_as_null=False).to_numpy()
    return Events(
        variants["variant_key"].to_numpy(),
        codes,
        letters[np.minimum(codes, len(letters) - 1)],
        np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths))),
    )


def _departed(codes: Ints, events: Events, rows: Departures) -> pl.DataFrame:
    kinds = np.array([str(kind) for kind in KINDS])
    return pl.DataFrame(
        {
            "variant_key": events.keys[rows.trace],
            "departure_no": np.arange(len(rows.trace), dtype=np.int64),
            "kind": pl.Series(kinds[rows.kind], dtype=pl.String),
            "code": codes[rows.letter],
            "block_no": rows.block,
            "position": events.positions(rows.trace, rows.position),
        }
    ).with_columns(
        pl.when(pl.col("code") >= 0).then(pl.col("code")).alias("code"),
        pl.when(pl.col("block_no") >= 0).then(pl.col("block_no")).alias("block_no"),
    )
