"""Nets, process trees and their files by pm4py."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from models.net import Net
from models.process_trees import Leaf, Node, Operator, Tree
from pipelines.mining.quiet import quiet
from schemas.errors import MapError


def to_pm4py(net: Net) -> tuple[Any, Any, Any]:
    """A net as pm4py's: (net, initial marking, final marking)."""
    with quiet():
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
    with quiet():
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


def net_of_bpmn(root: Any, leaves: Collection[str]) -> tuple[Net, Net]:
    """The control flow of plain BPMN: start and end events, tasks, exclusive and parallel gateways.

    Args:
        root: The definitions, as lxml has them.
        leaves: Ids of the elements that are steps; all others are silent.

    Returns:
        The net, each element a transition of its id, steps labelled with theirs; and a net of the same language from
        which pm4py took silent transitions.
    """
    with quiet() as pm4py:
        from pm4py.objects.bpmn.importer.variants.lxml import import_xml_tree_from_root
        from pm4py.objects.conversion.bpmn.variants import to_petri_net

        wanted = {to_petri_net.Parameters.USE_ID: True, to_petri_net.Parameters.ENABLE_REDUCTION: False}
        found, initial, final = to_petri_net.apply(import_xml_tree_from_root(root), parameters=wanted)
        ids = {element.get("id") for element in root.iter()}
        for transition in found.transitions:
            transition.label = transition.label if transition.label in leaves else None
            if transition.name not in ids:  # pm4py draws a random name
                pre, post = (
                    (arc.source.name for arc in transition.in_arcs),
                    (arc.target.name for arc in transition.out_arcs),
                )
                transition.name = f"{','.join(sorted(pre))} > {','.join(sorted(post))}"
        net = from_pm4py(found, initial, final)
        pm4py.reduce_petri_net_invisibles(found)
        return net, from_pm4py(found, initial, final)


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

    with quiet():
        try:
            yield etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
        # What lxml and pm4py raise on files that they do not understand, as tried with broken and foreign ones.
        except (etree.LxmlError, AttributeError, KeyError, IndexError, TypeError, ValueError, StopIteration) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise MapError(f"a file that cannot be read ({reason})", wanted, file=str(path)) from error


def is_sound(net: Net) -> bool:
    """Whether the net is a sound workflow net: it can always end, ends properly, and nothing in it is dead (WOFLAN)."""
    with quiet() as pm4py:
        sound, _ = pm4py.check_soundness(*to_pm4py(net))
    return bool(sound)
