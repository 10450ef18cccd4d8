"""Helpful deviations as changes to the map, each tried on the journeys of this snapshot.

A back-test of the whole run (`terreng map backtest`) cuts journeys anew and takes minutes. Here the journeys stay as
they are and their variants are aligned with the changed flow, which takes milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.alignment import MODEL_COST, Traces, align
from models.automaton import compile_flow
from models.places import layout
from models.redesign import Redesign, Seen, no_change, redesigns
from models.rules import quoted
from pipelines.engine import Engine
from pipelines.study import Study
from schemas.errors import MapError
from schemas.map_writing import yaml_text
from schemas.words import DeviationKind, FrictionVerdict

ON_THE_FLOW = (DeviationKind.MISSING, DeviationKind.AD_HOC, DeviationKind.REPEATED, DeviationKind.OUT_OF_ORDER,
               DeviationKind.BRANCH_CONFLICT)  # fmt: skip
OF_EVENTS = (DeviationKind.WRONG_ENTRY, DeviationKind.WRONG_EXIT, DeviationKind.WRONG_CHANNEL,
             DeviationKind.WRONG_INITIATOR)  # fmt: skip
_UNFIT = "no single change of the flow would make these journeys fit: they differ in more than this"
_WORDS = {"touchpoint": pl.String, "signal": pl.String, "said": pl.String, "change": pl.String}
_SCHEMA = {
    **_WORDS,
    "journeys_n": pl.Int64,
    "fitting_share": pl.Float64,
    "fitting_share_after": pl.Float64,
    "reason": pl.String,
}
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class _Log:
    """The variants of a study, to be aligned with other flows.

    Attributes:
        names: Code or letter to the touchpoint's name or the activity.
        traces: Per variant its codes and letters, without exits.
        is_full: Per variant, whether its journeys reached the goal.
        variant: Per journey, its variant.
        unseen_n: Per journey, departures that may only not have been seen.
        fits: Per journey, whether it departs from nothing that the map designs.
    """

    names: dict[int, str]
    traces: list[list[int]]
    is_full: Flags
    journey_key: pl.Series
    variant: NDArray[np.int64]
    unseen_n: NDArray[np.int64]
    fits: Flags


def proposals(engine: Engine, study: Study) -> pl.DataFrame:
    """One row per helpful deviation of the study, in the order of the most customers kept.

    Args:
        engine: With the study's working tables, and its rows of `frictions` published.
        study: The version of the map in force.
    """
    helpful = engine.frame(
        "SELECT touchpoint, signal FROM main.frictions"
        f" WHERE journey = {quoted(study.plan.journey)} AND verdict = '{FrictionVerdict.HELPFUL}'"
        " ORDER BY lost_shrunk, touchpoint, signal"
    )
    if helpful.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    log = _read(engine, study)
    rows = [_proposed(engine, study, log, touchpoint, signal) for touchpoint, signal in helpful.rows()]
    return pl.DataFrame(rows, schema=_SCHEMA)


def _read(engine: Engine, study: Study) -> _Log:
    variants = engine.frame("SELECT variant_key, trace, is_full FROM trace_variants ORDER BY variant_key")
    kinds = ", ".join(f"'{kind}'" for kind in (*ON_THE_FLOW, *OF_EVENTS))
    journeys = engine.frame(
        "SELECT journeys.journey_key, journeys.variant_key,"
        " CAST(coalesce(sum(CASE WHEN departed.kind = 'unobservable' THEN occurrences_n END), 0) AS BIGINT)"
        " AS unseen_n,"
        f" max(CASE WHEN departed.kind IN ({kinds}) THEN 1 ELSE 0 END) AS departs"
        " FROM journey_variants journeys LEFT JOIN departed ON departed.journey_key = journeys.journey_key"
        " GROUP BY journeys.journey_key, journeys.variant_key ORDER BY journeys.journey_key"
    )
    letters = dict(engine.frame("SELECT letter, activity FROM unmapped_letters").rows())
    exits = set(range(study.exits_from, len(study.plan.names)))
    traces = [[int(code) for code in trace.split(">") if int(code) not in exits] for trace in variants["trace"]]
    return _Log(
        {**dict(enumerate(study.plan.names)), **letters},
        traces,
        variants["is_full"].to_numpy(),
        journeys["journey_key"],
        np.searchsorted(variants["variant_key"].to_numpy(), journeys["variant_key"].to_numpy()).astype(np.int64),
        journeys["unseen_n"].to_numpy(),
        (journeys["departs"] == 0).to_numpy(),
    )


def _proposed(engine: Engine, study: Study, log: _Log, target: str, signal: str) -> dict[str, object]:
    """The change after which most journeys fit; of several the first, which widens the map least."""
    seen = _seen(engine, target, signal)
    rests = _other_faults(engine, log, target, signal, seen)
    best: tuple[float, Redesign] | None = None
    before = float(log.fits.mean())
    found = redesigns(study.plan, signal, target, seen)
    for made in found:
        after = float((log.fits | (_aligned(log, made, target) & ~rests)).mean())
        if after > max(before, best[0] if best else before):
            best = after, made
    row = {"touchpoint": target, "signal": signal, "journeys_n": log.fits.size, "fitting_share": before}
    if best is None:
        reason = _UNFIT if found else no_change(signal)
        return {**row, "said": "No change is proposed", "reason": reason}
    after, made = best
    return {**row, "said": made.said, "change": yaml_text(made.lines), "fitting_share_after": after}


def _seen(engine: Engine, target: str, signal: str) -> Seen:
    of_target = (
        "FROM signal_marks marks LEFT JOIN map_names charged ON charged.code = marks.target"
        " LEFT JOIN map_blocks blocks ON blocks.block_no = -1 - marks.target"
        " LEFT JOIN unmapped_letters letters ON letters.letter = marks.target"
    )
    chosen = (
        f"WHERE marks.signal = {quoted(signal)}"
        f" AND coalesce(charged.name, blocks.label, letters.activity) = {quoted(target)}"
    )
    places = engine.frame(
        f"SELECT here.name, count(*) AS n {of_target} JOIN stages ON stages.journey_key = marks.journey_key"
        f" AND stages.stage = marks.stage JOIN map_names here ON here.code = stages.code {chosen}"
        " GROUP BY here.name ORDER BY n DESC, here.name"
    )
    channels = engine.frame(
        f"SELECT e.channel, count(*) AS n {of_target} JOIN traced_steps steps ON steps.journey_key = marks.journey_key"
        f" AND steps.position = marks.position JOIN events e ON e.event_key = steps.event_key {chosen}"
        " AND e.channel IS NOT NULL GROUP BY e.channel ORDER BY n DESC, e.channel"
    )
    return Seen(places["name"].to_list(), channels["channel"].to_list())


def _other_faults(engine: Engine, log: _Log, target: str, signal: str, seen: Seen) -> Flags:
    """Per journey, whether events of it stay faulty after the change, which a flow cannot tell."""
    channel = seen.channels[0] if seen.channels else ""
    is_other_channel = (
        f"coalesce(e.channel, '') <> {quoted(channel)}" if signal == DeviationKind.WRONG_CHANNEL else "false"
    )
    kinds = ", ".join(f"'{kind}'" for kind in OF_EVENTS)
    rows = engine.frame(
        "SELECT DISTINCT faults.journey_key FROM event_faults faults JOIN events e ON e.event_key = faults.event_key"
        " LEFT JOIN map_names ON map_names.code = faults.code"
        f" WHERE faults.kind IN ({kinds}) AND ({is_other_channel}"
        f" OR NOT (faults.kind = {quoted(signal)} AND coalesce(map_names.name, '') = {quoted(target)}))"
    )
    return log.journey_key.is_in(rows["journey_key"].implode()).to_numpy()


def _aligned(log: _Log, made: Redesign, target: str) -> Flags:
    """Per journey, whether the changed flow has it, what may only not have been seen taken as seen."""
    try:
        automaton = compile_flow(made.flow)
    except MapError:  # too wide to be compared: nobody could use it
        return np.zeros(log.variant.size, dtype=np.bool_)
    number = {name: i for i, name in enumerate(automaton.letters)}
    letter = {code: number.get(made.name or name if name == target else name, -1) for code, name in log.names.items()}
    letters = np.array([letter[code] for trace in log.traces for code in trace], dtype=np.int32)
    offsets = np.cumsum([0, *map(len, log.traces)]).astype(np.int64)
    plan, _ = layout(made.flow, automaton.letters)
    cost = align(automaton, Traces(letters, offsets), log.is_full, plan.place).cost
    fits: Flags = cost[log.variant] <= log.unseen_n * MODEL_COST
    return fits
