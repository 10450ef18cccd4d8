"""The small tables that the comparison's models join to: aligned variants, blocks, blind spans, pairs that wait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from models.alignment import Alignments, Traces, align
from models.alignment_kernel import LOG, Ints, Longs
from models.automaton import Automaton, compile_flow
from models.deviations import KINDS, Departures, departures
from models.places import BlockNames, layout
from pipelines.engine import DuckDBEngine
from pipelines.settings import Source
from pipelines.study import FOREVER_US, Study, micros
from schemas.blocks import leaves
from schemas.flow_shape import before
from schemas.map_parts import Promise
from schemas.words import Calendar, Observability

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


def block_tables(study: Study, blocks: BlockNames) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The map's blocks (number, label, phase, owner), and the codes inside each."""
    rows = []
    for number, (label, members) in enumerate(zip(blocks.labels, blocks.members, strict=True)):
        owners = dict.fromkeys(study.plan.owner_of(name) for name in members)
        owner = ", ".join(name for name in owners if name) or None
        rows.append((number, label, study.plan.phase_of(members[0]), owner))
    named = {"block_no": pl.Int32, "label": pl.String, "phase": pl.String, "owner": pl.String}
    inside = [(number, study.code(name)) for number, members in enumerate(blocks.members) for name in set(members)]
    return (
        pl.DataFrame(rows, schema=named, orient="row"),
        pl.DataFrame(sorted(inside), schema={"block_no": pl.Int32, "code": pl.Int32}, orient="row"),
    )


def blind_spans(study: Study, blocks: BlockNames, sources: Iterable[Source]) -> pl.DataFrame:
    """When which touchpoint, or block with such a touchpoint, could not be seen (microseconds, end excluded)."""
    down = tuple(sources)
    rows: list[tuple[int | None, int | None, int, int]] = []
    for name in leaves(study.plan.flow):
        spans = [*_unseen(study, name), *_down(study, name, down)]
        rows += [(study.code(name), None, start, end) for start, end in spans]
        around = [number for number, members in enumerate(blocks.members) if name in members]
        rows += [(None, number, start, end) for number in around for start, end in spans]
    schema = {"code": pl.Int32, "block_no": pl.Int32, "from_us": pl.Int64, "until_us": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row").unique(maintain_order=True)


def _unseen(study: Study, name: str) -> Iterator[tuple[int, int]]:
    touchpoint = study.plan.touchpoints.get(name)
    for span in touchpoint.observability if touchpoint else ():
        if span.is_ != Observability.FULL:
            yield (
                micros(span.from_) if span.from_ else -FOREVER_US,
                micros(span.until) if span.until else FOREVER_US,
            )


def _down(study: Study, name: str, sources: tuple[Source, ...]) -> Iterator[tuple[int, int]]:
    wanted = {source for rule in study.plan.rules_of(name) for source in rule.get("source", ())}
    for source in sources:
        if source.name in wanted:
            for outage in source.outages:
                yield micros(outage.from_), micros(outage.until)


def wait_pairs(study: Study, automaton: Automaton) -> pl.DataFrame:
    """Two rows per pair of touchpoints between which people wait: every promise, and every step to the next.

    Grain: one row per pair and side (`is_ready`: where the wait begins).
    """
    promises = {(name, promise.next): promise for name, promise in _promises(study)}
    neighbours = [pair for pair in _neighbours(study, automaton) if pair not in promises]
    rows: list[tuple[int, int, bool, str, float | None]] = []
    for number, (ready, served) in enumerate([*promises, *neighbours]):
        promise = promises.get((ready, served))
        promised_s = float(promise.within_s) if promise else None
        calendar = str(promise.calendar if promise else Calendar.CLOCK)
        rows.append((number, study.code(ready), True, calendar, promised_s))
        rows.append((number, study.code(served), False, calendar, promised_s))
    schema = {
        "pair_no": pl.Int32, "code": pl.Int32, "is_ready": pl.Boolean, "calendar": pl.String, "promised_s": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _neighbours(study: Study, automaton: Automaton) -> list[tuple[str, str]]:
    """Steps that every journey takes, each with those that may come directly before it by design."""
    pairs = before(study.plan.flow)
    edges = pl.DataFrame({"source": automaton.source, "letter": automaton.letter, "target": automaton.target})
    follows = edges.join(edges, left_on="target", right_on="source").select("letter", "letter_right").unique()
    found = [(automaton.letters[first], automaton.letters[second]) for first, second in follows.rows()]
    wanted = [
        (ready, served)
        for ready, served in found
        if (ready, served) in pairs and (served, ready) not in pairs and not study.plan.is_optional(served)
    ]
    return sorted(wanted, key=lambda pair: (study.code(pair[0]), study.code(pair[1])))


def _promises(study: Study) -> Iterator[tuple[str, Promise]]:
    for name in study.plan.names[: study.exits_from]:
        touchpoint = study.plan.touchpoints.get(name) or study.plan.off_map.get(name)
        if touchpoint is not None and touchpoint.promise is not None and touchpoint.promise.next != name:
            yield name, touchpoint.promise


def designed_channels(study: Study) -> pl.DataFrame:
    """One row per touchpoint and channel that the map designs for it."""
    rows = [
        (study.code(name), channel)
        for name in study.plan.names[: study.exits_from]
        if (entry := study.plan.touchpoints.get(name))
        for channel in entry.channels
    ]
    return pl.DataFrame(rows, schema={"code": pl.Int32, "channel": pl.String}, orient="row")
