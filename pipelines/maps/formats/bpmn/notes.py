"""What a BPMN file says that a map has no place for, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from pipelines.maps.formats.bpmn.model import Node, Scope, has_event
from pipelines.maps.formats.bpmn.own import NAMESPACE, mark
from pipelines.maps.formats.xml_files import children, local, said

_DATA = ("dataObject", "dataObjectReference", "dataStoreReference")


def notes_of(root: etree._Element, scope: Scope) -> Iterator[str]:
    """Sentences without a full stop, in the order of their kinds."""
    nodes = list(scope.all_nodes())
    for left_out in (*_unnamed(nodes), *_events(nodes), *_beside(root), *_extensions(root)):
        yield f"left out, because a map has no place for it: {left_out}"


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _unnamed(nodes: list[Node]) -> Iterator[str]:
    silent = [
        node.id for node in nodes if node.kind == "silent" and not has_event(node.element, "timerEventDefinition")
    ]
    if silent:
        yield f"{_counted(len(silent), 'step')} without a name, which no event could show (id {', '.join(silent[:3])})"


def _events(nodes: list[Node]) -> Iterator[str]:
    """Named starts and ends: they are no steps, as pm4py has it."""
    for kind in ("start", "end"):
        names = [node.name for node in nodes if node.kind == kind and node.name]
        if names:
            yield f"the {kind} {', '.join(names)} as a step of its own"
    calls = [node.name for node in nodes if local(node.element) == "callActivity"]
    if calls:
        yield f"what happens inside {', '.join(calls)}, which is another file"


def _beside(root: etree._Element) -> Iterator[str]:
    """What stands beside the flow: conditions, messages, data, annotations."""
    conditions = sum(1 for each in root.iter() if local(each) == "conditionExpression")
    if conditions:
        yield f"{_counted(conditions, 'condition')} on the flows, which say when a branch is taken"
    messages = [flow for part in children(root, "collaboration") for flow in children(part, "messageFlow")]
    if messages:
        yield f"{_counted(len(messages), 'message')} to and from other pools"
    data = sum(1 for each in root.iter() if local(each) in _DATA)
    if data:
        yield _counted(data, "data object")
    for each in root.iter():
        if local(each) == "textAnnotation" and not each.get(mark("of")):
            text = said(" ".join(text for text in each.itertext() if isinstance(text, str)))
            if text:
                yield f'the annotation "{text[:80]}"'


def _extensions(root: etree._Element) -> Iterator[str]:
    found: dict[str, int] = {}
    for each in root.iter():
        if local(each) == "extensionElements":
            for child in each:
                space = etree.QName(child).namespace if isinstance(child.tag, str) else None
                if space and space != NAMESPACE:
                    prefix = child.prefix or space
                    found[prefix] = found.get(prefix, 0) + 1
    for prefix, n in sorted(found.items()):
        yield f"{_counted(n, 'extension')} of {prefix}"
