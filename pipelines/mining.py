"""Discovery and exchange formats by pm4py: the one module that imports it, inside functions because it takes seconds.

pm4py works on a frame with one row per event. It sorts by time where it is not stopped, which mixes up events of one
instant; so the frame comes sorted by journey and position, and no function here lets pm4py sort by the clock.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import pandas as pd

from models.net import Net
from models.process_trees import Leaf, Node, Operator, Tree
from schemas.errors import MapError, UsageError

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


@contextlib.contextmanager
def _quiet() -> Iterator[Any]:
    """pm4py without its banner, progress bars and deprecation notes."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py
        from pm4py.util import constants

        constants.SHOW_PROGRESS_BAR = False
        yield pm4py


# --- discovery -----------------------------------------------------------------------------------------------------


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
    with _quiet():
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
    with _quiet() as pm4py:
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
    with _quiet() as pm4py:
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


# --- nets ----------------------------------------------------------------------------------------------------------


def to_pm4py(net: Net) -> tuple[Any, Any, Any]:
    """A net as pm4py's: (net, initial marking, final marking)."""
    with _quiet():
        from pm4py.objects.petri_net.obj import Marking, PetriNet
        from pm4py.objects.petri_net.utils import petri_utils
    built = PetriNet("terreng")
    nodes: dict[str, Any] = {name: PetriNet.Place(name) for name in net.places}
    built.places.update(nodes.values())
    for name, label in net.transitions:
        nodes[name] = PetriNet.Transition(name, label)
        built.transitions.add(nodes[name])
    for (tail, head), weight in Counter(net.arcs).items():
        petri_utils.add_arc_from_to(nodes[tail], nodes[head], built, weight)
    initial, final = (Marking({nodes[name]: n for name, n in tokens}) for tokens in (net.initial, net.final))
    return built, initial, final


def from_pm4py(net: Any, initial: Any, final: Any) -> Net:
    """pm4py's net as ours, in an order that does not depend on the hash seed."""
    places = {place: f"p:{place.name}" for place in net.places}
    transitions = {transition: f"t:{transition.name}" for transition in net.transitions}
    if len({*places.values(), *transitions.values()}) < len(places) + len(transitions):
        raise MapError("two places or two transitions of one name in a net", "a name of its own for each")
    names = {**places, **transitions}
    arcs = [(names[arc.source], names[arc.target]) for arc in net.arcs for _ in range(arc.weight)]
    return Net(
        tuple(sorted(places.values())),
        tuple(sorted((name, transition.label or None) for transition, name in transitions.items())),
        tuple(sorted(arcs)),
        frozenset((places[place], n) for place, n in initial.items()),
        frozenset((places[place], n) for place, n in final.items()),
    )


def tree_from_pm4py(found: Any) -> Tree:
    """pm4py's process tree as ours, children in its order.

    Raises:
        MapError: it has an operator other than sequence, choice, parallel and loop (an inclusive choice, say).
    """
    if found.operator is None:
        return Leaf(found.label or None)
    sign = str(found.operator.value)
    if sign not in list(Operator):
        raise MapError(f'the operator "{sign}" in a process tree', f"one of {', '.join(Operator)}")
    return Node(Operator(sign), tuple(tree_from_pm4py(child) for child in found.children))


def tree_to_pm4py(tree: Tree) -> Any:
    """Our process tree as pm4py's."""
    with _quiet():
        from pm4py.objects.process_tree import obj
    if isinstance(tree, Leaf):
        return obj.ProcessTree(label=tree.label)
    node = obj.ProcessTree(operator=obj.Operator(tree.operator.value))
    for child in map(tree_to_pm4py, tree.children):
        child.parent = node
        node.children.append(child)
    return node


def read_pnml(path: Path) -> Net:
    """A Petri net from a PNML file.

    Raises:
        MapError: there is no such file, or it is no PNML with an initial and a final marking.
    """
    with _reading(path, "a PNML file") as root:
        from pm4py.objects.petri_net.importer.variants.pnml import import_net_from_xml_object

        found = import_net_from_xml_object(root)
    net = from_pm4py(*found)
    if not net.initial or not net.final:
        raise MapError("a net without an initial or a final marking", "both", file=str(path))
    return net


def read_bpmn(path: Path) -> Net:
    """The control flow of a BPMN file as a net.

    pm4py drops lanes, timers and loop marks. Line breaks in names become spaces.

    Raises:
        MapError: there is no such file, or it is no BPMN that pm4py reads.
    """
    with _reading(path, "a BPMN file") as root:
        import pm4py
        from pm4py.objects.bpmn.importer.variants.lxml import import_xml_tree_from_root

        for node in root.iter():
            if "name" in node.attrib:  # pm4py would join the words around a line break
                node.attrib["name"] = " ".join(node.attrib["name"].split())
        found = pm4py.convert_to_petri_net(import_xml_tree_from_root(root))
    net = from_pm4py(*found)
    if not any(label for _, label in net.transitions):
        raise MapError("a file without a named task", "a BPMN file", file=str(path))
    return net


@contextlib.contextmanager
def _reading(path: Path, wanted: str) -> Iterator[Any]:
    """The file's XML; whatever pm4py trips over in it becomes a MapError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MapError(f"a file that cannot be read ({error.strerror})", wanted, file=str(path)) from None
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:  # can fetch or multiply text; no modelling tool writes one
        raise MapError("a document type in the file", f"{wanted} without one", file=str(path))
    from lxml import etree

    with _quiet():
        try:
            yield etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
        # What lxml and pm4py raise on files that they do not understand, as tried with broken and foreign ones.
        except (etree.LxmlError, AttributeError, KeyError, IndexError, TypeError, ValueError, StopIteration) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise MapError(f"a file that cannot be read ({reason})", wanted, file=str(path)) from error


def is_sound(net: Net) -> bool:
    """Whether the net is a sound workflow net: it can always end, ends properly, and nothing in it is dead (WOFLAN)."""
    with _quiet() as pm4py:
        sound, _ = pm4py.check_soundness(*to_pm4py(net))
    return bool(sound)
