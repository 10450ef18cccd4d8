"""Discovery by pm4py.

pm4py works on a frame with one row per event. It sorts by time where it is not stopped, which mixes up events of one
instant; so the frame comes sorted by journey and position, and no function here lets pm4py sort by the clock.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import pandas as pd

from pipelines.mining.quiet import quiet
from schemas.errors import UsageError

CASE, ACTIVITY, TIME = "case:concept:name", "concept:name", "time:timestamp"
_NOT_IN_XML = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"  # XML 1.0 has no way to write these
DEFAULT_NOISE = 0.2  # pm4py's own advice for real logs: leave out behaviour rarer than a fifth of the most frequent
_CELL, _TASK, _SIGN = (160, 110), (110, 70), 40  # pixels of a diagram: a cell, a task in it, a gateway or event

Seen = tuple[tuple[str, int], ...]  # name and how many journeys, most frequent first


@dataclass(frozen=True)
class Follow:
    """One step directly after another.

    Attributes:
        from_name: The step before.
        to_name: The step after.
        n: How often.
        p50_s: Median seconds between them.
    """

    from_name: str
    to_name: str
    n: int
    p50_s: float


@dataclass(frozen=True)
class FollowGraph:
    """The directly-follows graph of a journey: its edges, and where journeys start and end; most frequent first."""

    edges: tuple[Follow, ...]
    starts: Seen
    ends: Seen


@dataclass(frozen=True)
class Variant:
    """One variant: its steps in order, and how many journeys took it."""

    trace: tuple[str, ...]
    journeys_n: int


@dataclass(frozen=True)
class Discovered:
    """A discovered BPMN file: where it is, its tasks, and how many gateways join them."""

    path: Path
    tasks: tuple[str, ...]
    gateways_n: int


def log_frame(
    connection: duckdb.DuckDBPyConnection, journey: str, by: Literal["touchpoint", "activity"] = "touchpoint"
) -> pd.DataFrame:
    """One row per event in a journey under the default rule, as pm4py wants it, sorted by journey and position.

    Args:
        connection: The published tables.
        journey: Name of the map.
        by: What a step is called: its touchpoint (the activity where it has none), or always the activity.

    Raises:
        UsageError: there is no such journey among the published ones.
    """
    name = "coalesce(e.touchpoint, e.activity)" if by == "touchpoint" else "e.activity"
    query = f"""
        SELECT e.journey_id AS "{CASE}", {name} AS "{ACTIVITY}", e.occurred_at AS "{TIME}"
        FROM journey_events e JOIN journeys j ON j.journey_id = e.journey_id
        WHERE j.journey = $journey AND j.rule = 'default'
        ORDER BY e.journey_id, e.position"""
    frame: pd.DataFrame = connection.sql(query, params={"journey": journey}).to_arrow_table().to_pandas()
    if frame.empty:
        known = [row[0] for row in connection.sql("SELECT DISTINCT journey FROM journeys ORDER BY 1").fetchall()]
        raise UsageError(
            f'no journey "{journey}"', "a journey that has been run", f"known: {', '.join(known) or 'none'}"
        )
    return frame


def directly_follows(frame: pd.DataFrame) -> FollowGraph:
    """What directly follows what, how often, and after how long.

    Args:
        frame: One row per event, sorted by journey and position.
    """
    with quiet():
        from pm4py.algo.discovery.dfg.adapters.pandas.df_statistics import get_dfg_graph

        counts, medians = get_dfg_graph(
            frame.copy(),  # it adds a column
            measure="both",
            perf_aggregation_key="median",
            sort_caseid_required=False,
            sort_timestamp_along_case_id=False,
        )
    edges = [Follow(one, other, int(n), float(medians[one, other])) for (one, other), n in counts.items()]
    ordered = sorted(edges, key=lambda edge: (-edge.n, edge.from_name, edge.to_name))
    steps = frame.groupby(CASE, sort=False)[ACTIVITY]
    return FollowGraph(tuple(ordered), _most_frequent(steps.first()), _most_frequent(steps.last()))


def _most_frequent(names: pd.Series[str]) -> Seen:
    return tuple(sorted(Counter(names.tolist()).items(), key=lambda item: (-item[1], item[0])))


def variants(frame: pd.DataFrame) -> tuple[Variant, ...]:
    """Every distinct trace, most frequent first."""
    with quiet() as pm4py:
        found = pm4py.get_variants(_by_position(frame))
    found_variants = [Variant(tuple(trace), int(n)) for trace, n in found.items()]
    return tuple(sorted(found_variants, key=lambda variant: (-variant.journeys_n, variant.trace)))


def discover_bpmn(frame: pd.DataFrame, path: Path, noise: float = DEFAULT_NOISE) -> Discovered:
    """Mine a BPMN model (inductive miner) and write it.

    Args:
        frame: One row per event, sorted by journey and position.
        path: The file, ending in .bpmn.
        noise: Share of infrequent behaviour that is left out, 0 to 1; with 0 every trace fits the model.
    """
    names = frame[ACTIVITY].str.replace(_NOT_IN_XML, "\N{REPLACEMENT CHARACTER}", regex=True)
    readable = frame.assign(**{ACTIVITY: names})
    with quiet() as pm4py:
        model = pm4py.discover_bpmn_inductive(_by_position(readable), noise_threshold=noise)
        _lay_out(model)
        pm4py.write_bpmn(model, str(path), auto_layout=False)  # its own layout needs the programs of graphviz
        nodes = list(model.get_nodes())
        tasks = sorted(node.get_name() for node in nodes if isinstance(node, pm4py.BPMN.Task))
        gateways_n = sum(isinstance(node, pm4py.BPMN.Gateway) for node in nodes)
    return Discovered(path, tuple(tasks), gateways_n)


def _by_position(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the place in the journey as the time, so that sorting by time keeps the order."""
    place = frame.groupby(CASE, sort=False).cumcount()
    return frame.assign(**{TIME: pd.Timestamp(0, tz="UTC") + pd.to_timedelta(place, unit="s")})


def _lay_out(model: Any) -> None:
    """Put nodes into columns by their distance from the start, and draw flows as straight lines."""
    column, queue = {}, [node for node in model.get_nodes() if not node.get_in_arcs()]
    column.update(dict.fromkeys(queue, 0))
    for node in queue:  # grows while it is walked: breadth first
        for flow in node.get_out_arcs():
            if flow.target not in column:
                column[flow.target] = column[node] + 1
                queue.append(flow.target)
    layout, filled = model.get_layout(), Counter[int]()
    for node in queue:
        place, is_task = layout.get(node), bool(node.get_name())
        place.set_width(_TASK[0] if is_task else _SIGN)
        place.set_height(_TASK[1] if is_task else _SIGN)
        place.set_x(column[node] * _CELL[0])
        place.set_y(filled[column[node]] * _CELL[1] + (0 if is_task else (_TASK[1] - _SIGN) // 2))
        filled[column[node]] += 1
    for flow in model.get_flows():
        line, tail, head = layout.get(flow), layout.get(flow.source), layout.get(flow.target)
        line.del_waypoints()
        line.add_waypoint((tail.get_x() + tail.get_width(), tail.get_y() + tail.get_height() // 2))
        line.add_waypoint((head.get_x(), head.get_y() + head.get_height() // 2))
