"""What others take for the same alignments: pm4py and r4pm."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.alignment import Costs as Prices
from models.alignment import Traces, align
from models.automaton import Automaton, compile_flow
from models.deviations import departures, traces_of
from models.net import net_of
from models.places import Layout, layout
from pipelines import mining
from pipelines.compare.moves import Events, aligned_moves
from schemas.blocks import Flow
from tests.bench.measure import Costs

PM4PY_VARIANTS = 40
"""pm4py aligns some variants a second."""
R4PM_VARIANTS = 2_000
PM4PY_MOVE_COST = 10_000
"""What a log move, or a visible model move, costs with pm4py; with r4pm it is 1."""
Variants = Sequence[tuple[str, ...]]


def ours(flow: Flow, traces: Variants, costs: Costs) -> list[int]:
    """Cost per trace, a move at 1 each, as the others count; measured with our prices, all moves laid out."""
    automaton = compile_flow(flow)
    plan, _ = layout(flow, automaton.letters)
    found = traces_of(automaton, traces)
    full = np.ones(len(traces), dtype=np.bool_)
    with costs.step("ours"):
        lay_out(automaton, plan, found, full)
    plain = align(automaton, found, full, plan.place, costs=Prices(1, 1, 1))
    return [int(cost) for cost in plain.cost]


def lay_out(automaton: Automaton, plan: Layout, found: Traces, is_full: NDArray[np.bool_]) -> int:
    """Align, explain and lay out move by move; returns how many moves there are."""
    aligned = align(automaton, Traces(found.letters, found.offsets), is_full, plan.place)
    departures(aligned, plan, np.diff(found.offsets))
    events = Events(np.arange(found.n), found.letters, found.letters, found.offsets)
    return len(aligned_moves(events, aligned, np.arange(len(automaton.letters) + 1, dtype=np.int32)))


def compared(flow: Flow, traces: Variants, cost: Sequence[int], costs: Costs) -> None:
    """What the others take for some of the traces, and how many of their costs differ from ours."""
    for name, aligned, n in (("r4pm", by_r4pm, R4PM_VARIANTS), ("pm4py", by_pm4py, PM4PY_VARIANTS)):
        theirs = aligned(flow, traces[:n], costs)
        costs.numbers[f"{name}_variants"] = len(theirs)
        costs.numbers[f"{name}_differing"] = sum(a != b for a, b in zip(theirs, cost, strict=False))


@contextmanager
def imported_pm4py() -> Iterator[Any]:
    """pm4py, without its warnings and its bars."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pm4py warns of its own dependencies' deprecations
        import pm4py
        from pm4py.util import constants

        constants.SHOW_PROGRESS_BAR = False
        yield pm4py


def by_pm4py(flow: Flow, traces: Variants, costs: Costs) -> list[int]:
    """Costs by pm4py."""
    with imported_pm4py():
        from pm4py.algo.conformance.alignments.petri_net import algorithm
        from pm4py.objects.log.obj import Event, Trace

        net = mining.to_pm4py(net_of(flow))
        logs = [Trace([Event({"concept:name": name}) for name in trace]) for trace in traces]
        variant = algorithm.Variants.VERSION_STATE_EQUATION_A_STAR
        algorithm.apply_trace(logs[0], *net, variant=variant)
        with costs.step("pm4py"):
            found = [algorithm.apply_trace(log, *net, variant=variant) for log in logs]
    return [int(each["cost"]) // PM4PY_MOVE_COST for each in found]


def by_r4pm(flow: Flow, traces: Variants, costs: Costs) -> list[int]:
    """Costs by r4pm."""
    import r4pm

    net = r4pm.petri_net.from_pm4py(*mining.to_pm4py(net_of(flow)))
    case = [f"{number:09d}" for number, trace in enumerate(traces) for _ in trace]
    frame = pl.DataFrame({"case:concept:name": case, "concept:name": [name for trace in traces for name in trace]})
    frame = frame.with_columns(
        pl.from_epoch(pl.int_range(pl.len()), "s").dt.replace_time_zone("UTC").alias("time:timestamp")
    )
    log = r4pm.bindings.log_to_activity_projection(r4pm.import_item_from_df("EventLog", frame))
    with costs.step("r4pm"):
        found = r4pm.bindings.align_variants(net, log)
    costs.numbers["r4pm_aligned"] = len(found)
    cost = {tuple(each["activities"]): int(each["result"]["Ok"]["cost"]) for each in found}  # in an order of its own
    return [cost[trace] for trace in traces]
