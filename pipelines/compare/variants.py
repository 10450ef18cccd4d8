"""Every variant of a study, aligned: costs, moves and departures, in the codes of the study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.alignment import Alignments, Traces, align
from models.alignment_kernel import LOG, Ints, Longs
from models.automaton import Automaton, compile_flow
from models.deviations import KINDS, Departures, departures
from models.places import BlockNames, layout
from pipelines.engine import DuckDBEngine
from pipelines.study import Study

_SKIPPED = -2
"""Letter of an exit: no step of the flow, so no move and no cost."""


@dataclass(frozen=True)
class Compared:
    """A map's aligned variants.

    Attributes:
        variants: One row per variant, by key: cost and number of optimal alignments.
        log_moves: One row per variant and event of the flow left as a log move.
        departures: One row per variant and deviation.
        blocks: The map's blocks.
        automaton: The map's language.
    """

    variants: pl.DataFrame
    log_moves: pl.DataFrame
    departures: pl.DataFrame
    blocks: BlockNames
    automaton: Automaton


def align_variants(engine: DuckDBEngine, study: Study, threads: int) -> Compared:
    """Align every variant of a study: finished journeys fully, all others as prefixes."""
    automaton = compile_flow(study.plan.flow)
    plan, blocks = layout(study.plan.flow, automaton.letters)
    variants = engine.frame("SELECT variant_key, trace, is_full FROM trace_variants ORDER BY variant_key")
    traces, places = _traces(study, automaton, variants["trace"])
    found = align(automaton, traces, variants["is_full"].to_numpy(), plan.place, threads=threads)
    keys = variants["variant_key"].to_numpy()
    rows = departures(found, plan, np.diff(traces.offsets))
    return Compared(
        pl.DataFrame({"variant_key": keys, "cost": found.cost / 10, "optimal_alignments_n": found.ties}),
        _log_moves(keys, found, traces, places),
        _departed(study, automaton, keys, rows, traces, places),
        blocks,
        automaton,
    )


def _traces(study: Study, automaton: Automaton, texts: pl.Series) -> tuple[Traces, Longs]:
    """Traces in the automaton's letters, without exits, and the position in the journey of each event kept."""
    number = {name: i for i, name in enumerate(automaton.letters)}
    table = np.array([number.get(name, -1) for name in study.plan.names] + [-1], dtype=np.int32)
    table[study.exits_from : -1] = _SKIPPED
    lists = texts.str.split(">").cast(pl.List(pl.Int32))
    lengths = lists.list.len().to_numpy().astype(np.int64)
    codes = lists.explode(empty_as_null=False).to_numpy()
    letters = table[np.minimum(codes, len(table) - 1)]
    starts = np.cumsum(lengths) - lengths
    position = np.arange(len(codes), dtype=np.int64) - np.repeat(starts, lengths)
    kept = letters != _SKIPPED
    before = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(kept, dtype=np.int64)))
    offsets = before[np.append(starts, len(codes))]
    return Traces(letters[kept], offsets), position[kept]


def _in_journey(traces: Traces, places: Longs, trace: Longs, event: Ints) -> Longs:
    """Positions in the journey of events given by their place in a trace."""
    found: Longs = places[traces.offsets[trace] + event]
    return found


def _log_moves(keys: Longs, found: Alignments, traces: Traces, places: Longs) -> pl.DataFrame:
    trace = np.repeat(np.arange(len(keys)), np.diff(found.offsets))
    is_log = found.kind == LOG
    position = _in_journey(traces, places, trace[is_log], found.position[is_log])
    return pl.DataFrame({"variant_key": keys[trace[is_log]], "position": position})


def _departed(  # noqa: PLR0917 -- the parts of one table, used once
    study: Study, automaton: Automaton, keys: Longs, rows: Departures, traces: Traces, places: Longs
) -> pl.DataFrame:
    codes = np.array([study.code(name) for name in automaton.letters] + [-1], dtype=np.int32)
    kinds = np.array([str(kind) for kind in KINDS])
    return pl.DataFrame(
        {
            "variant_key": keys[rows.trace],
            "departure_no": np.arange(len(rows.trace), dtype=np.int64),
            "kind": pl.Series(kinds[rows.kind], dtype=pl.String),
            "code": codes[rows.letter],
            "block_no": rows.block,
            "position": _in_journey(traces, places, rows.trace, rows.position),
        }
    ).with_columns(
        pl.when(pl.col("code") >= 0).then(pl.col("code")).alias("code"),
        pl.when(pl.col("block_no") >= 0).then(pl.col("block_no")).alias("block_no"),
    )
