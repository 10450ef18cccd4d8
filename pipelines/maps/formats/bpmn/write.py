"""A map as BPMN 2.0 with its drawing: one pool, a lane for each owner, phases as groups, promises as annotations.

What BPMN has no word for stands in extension elements (`own`), so that the map comes back whole.
"""

from __future__ import annotations

import json
from collections import Counter

from lxml import etree

from models.process_trees import REPEATS_WRITTEN, limits_lost
from pipelines.maps.formats.bpmn.drawing import Drawing, Line, Shape
from pipelines.maps.formats.bpmn.own import NAMESPACE, NOBODY, Own, mark
from pipelines.maps.formats.losses import lost
from pipelines.maps.formats.sketch import Written
from schemas.blocks import leaves
from schemas.durations import duration
from schemas.journey_map import JourneyMap
from schemas.map_parts import Promise
from schemas.map_writing import map_tree

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_LINES = "http://www.omg.org/spec/DD/20100524/DI"
_TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "task": "task",
    "choice": "exclusiveGateway",
    "parallel": "parallelGateway",
}
_SIZES = {
    "start": (36, 36),
    "end": (36, 36),
    "task": (120, 80),
    "choice": (50, 50),
    "parallel": (50, 50),
    "bend": (0, 0),
}
_COLUMN, _ROW, _MARGIN, _HEAD = 180, 150, 60, 60  # pixels: a cell, what is left around, the pool's and lanes' heads
_DRAWN = frozenset({"touchpoint.title", "touchpoint.owner", "touchpoint.need", "touchpoint.promise", "anytime"})

Numbers = tuple[float, float]


def write(journey_map: JourneyMap) -> Written:
    """The map as a BPMN file that modelling tools open."""
    file = _File(journey_map)
    text = etree.tostring(file.build(), xml_declaration=True, encoding="UTF-8", pretty_print=True).decode()
    return Written(text, tuple(_lost(journey_map)))


def _lost(journey_map: JourneyMap) -> list[str]:
    limited = [f"at_most {part.at_most} of {leaves(part)[0]}" for part in limits_lost(journey_map.flow)]
    told = [f"{', '.join(limited)}: written without a limit, above {REPEATS_WRITTEN}"] if limited else []
    kept = lost(journey_map, _DRAWN)
    said = "what only Terreng reads again, from extensions that other tools keep and do not show"
    return told + ([f"{said}: {'; '.join(kept)}"] if kept else [])


class _File:
    def __init__(self, journey_map: JourneyMap) -> None:
        self.map = journey_map
        self.drawing = Drawing(journey_map, NOBODY)
        self.drawing.flow(journey_map.flow)
        lanes = list(self.drawing.lanes.items())
        self.tops = {lane: sum(rows for _, rows in lanes[:at]) * _ROW + _MARGIN for at, (lane, _) in enumerate(lanes)}
        lines = self.drawing.lines
        self.ways = Counter([(line.source.id, "out") for line in lines] + [(line.target.id, "in") for line in lines])
        self.columns_n = 1 + max(shape.column for shape in self.drawing.shapes)

    def build(self) -> etree._Element:
        """The whole file."""
        spaces = {None: _BPMN, "bpmndi": _DI, "dc": _DC, "di": _LINES, "terreng": NAMESPACE}
        root = etree.Element(f"{{{_BPMN}}}definitions", nsmap=spaces)  # type: ignore[arg-type]  # None is the plain prefix
        root.set("id", "definitions")
        root.set("targetNamespace", NAMESPACE)
        root.set("exporter", "Terreng")
        pools = _put(root, _BPMN, "collaboration", id="collaboration")
        _put(pools, _BPMN, "participant", id="pool", name=self.map.title, processRef="process")
        self._process(_put(root, _BPMN, "process", id="process", name=self.map.title, isExecutable="false"))
        phases = _put(root, _BPMN, "category", id="phases", name="Phases")
        for at, phase in enumerate(self.map.flow.phases):
            _put(phases, _BPMN, "categoryValue", id=f"phase_{at + 1}", value=phase.name)
        plane = _put(_put(root, _DI, "BPMNDiagram", id="diagram"), _DI, "BPMNPlane", id="plane")
        plane.set("bpmnElement", "collaboration")
        self._picture(plane)
        return root

    # --- what is said ---

    def _process(self, process: etree._Element) -> None:
        own = _put(_put(process, _BPMN, "extensionElements"), NAMESPACE, "map")
        own.text = json.dumps(_without_flow(self.map), ensure_ascii=False)
        lanes = _put(process, _BPMN, "laneSet", id="lanes")
        for at, name in enumerate(self.drawing.lanes):
            lane = _put(lanes, _BPMN, "lane", id=f"lane_{at + 1}", name=name)
            for shape in self._elements():
                if shape.lane == name:
                    _put(lane, _BPMN, "flowNodeRef").text = shape.id
        for shape in self._elements():
            self._element(process, shape)
        for line in self.drawing.lines:
            ends = {"sourceRef": line.source.id, "targetRef": line.target.id}
            _put(process, _BPMN, "sequenceFlow", id=line.id, **ends)
        for at, shape, promise in self._promises():
            note = _put(process, _BPMN, "textAnnotation", id=f"promise_{at}")
            note.set(mark("of"), shape.touchpoint)
            _put(note, _BPMN, "text").text = self._told(promise)
            _put(process, _BPMN, "association", id=f"told_{at}", sourceRef=shape.id, targetRef=f"promise_{at}")
        for at in range(len(self.map.flow.phases)):
            _put(process, _BPMN, "group", id=f"group_{at + 1}", categoryValueRef=f"phase_{at + 1}")

    def _elements(self) -> list[Shape]:
        return [shape for shape in self.drawing.shapes if shape.kind != "bend"]

    def _element(self, process: etree._Element, shape: Shape) -> None:
        element = _put(process, _BPMN, _TAGS[shape.kind], id=shape.id)
        if shape.touchpoint:
            element.set("name", Own.title(shape.touchpoint, self.map.title_of(shape.touchpoint)))
            said = {"touchpoint": shape.touchpoint, "phase": shape.phase, "anytime": shape.anytime, "owner": shape.lane}
            for name, value in said.items():
                if value:
                    element.set(mark(name), value)
            entry = self.map.touchpoints.get(shape.touchpoint)
            if entry and entry.need:
                _put(element, _BPMN, "documentation").text = entry.need
        for line in self.drawing.lines:
            if line.target is shape:
                _put(element, _BPMN, "incoming").text = line.id
        for line in self.drawing.lines:
            if line.source is shape:
                _put(element, _BPMN, "outgoing").text = line.id

    def _promises(self) -> list[tuple[int, Shape, Promise]]:
        entries = ((shape, self.map.touchpoints.get(shape.touchpoint)) for shape in self._elements())
        promised = [(shape, entry.promise) for shape, entry in entries if entry and entry.promise]
        return [(at + 1, shape, promise) for at, (shape, promise) in enumerate(promised)]

    def _told(self, promise: Promise) -> str:
        hours = ", business hours" if promise.calendar.value == "business" else ""
        return f"{self.map.title_of(promise.next)} within {duration(promise.within_s)}{hours}"

    # --- where it stands ---

    def _picture(self, plane: etree._Element) -> None:
        width = self.columns_n * _COLUMN + _HEAD
        height = sum(self.drawing.lanes.values()) * _ROW
        self._bounds(plane, "pool", (0, _MARGIN), (width, height), isHorizontal="true")
        for at, (lane, rows) in enumerate(self.drawing.lanes.items()):
            size = (width - _HEAD / 2, rows * _ROW)
            self._bounds(plane, f"lane_{at + 1}", (_HEAD / 2, self.tops[lane]), size, isHorizontal="true")
        for at, phase in enumerate(self.map.flow.phases):
            self._group(plane, f"group_{at + 1}", phase.name)
        for shape in self._elements():
            (x, y), (w, h) = self._centre(shape), _SIZES[shape.kind]
            self._bounds(plane, shape.id, (x - w / 2, y - h / 2), (w, h))
        for at, shape, _ in self._promises():
            x, y = self._centre(shape)
            self._bounds(plane, f"promise_{at}", (x - 70, y - 72), (150, 28))
            self._edge(plane, f"told_{at}", [(x, y - 40), (x, y - 44)])
        for line in self.drawing.lines:
            self._edge(plane, line.id, self._way(line))

    def _centre(self, shape: Shape) -> Numbers:
        return (shape.column + 0.5) * _COLUMN + _HEAD, self.tops[shape.lane] + (shape.row + 0.5) * _ROW

    def _group(self, plane: etree._Element, name: str, phase: str) -> None:
        places = [self._centre(shape) for shape in self._elements() if shape.phase == phase]
        (left, top), (right, bottom) = map(min, zip(*places, strict=True)), map(max, zip(*places, strict=True))
        size = (right - left + 0.9 * _COLUMN, bottom - top + _ROW)
        self._bounds(plane, name, (left - 0.45 * _COLUMN, top - 0.5 * _ROW), size)

    def _bounds(self, plane: etree._Element, name: str, at: Numbers, size: Numbers, **said: str) -> None:
        shape = _put(plane, _DI, "BPMNShape", id=f"{name}_di", bpmnElement=name, **said)
        numbers = dict(zip(("x", "y", "width", "height"), (*at, *size), strict=True))
        _put(shape, _DC, "Bounds", **{key: f"{number:g}" for key, number in numbers.items()})

    def _edge(self, plane: etree._Element, name: str, points: list[Numbers]) -> None:
        edge = _put(plane, _DI, "BPMNEdge", id=f"{name}_di", bpmnElement=name)
        for x, y in points:
            _put(edge, _LINES, "waypoint", x=f"{x:g}", y=f"{y:g}")

    def _way(self, line: Line) -> list[Numbers]:
        """Corners of a line; splits are left and joins are reached from above or below for another row."""
        (x, y), (to_x, to_y) = self._centre(line.source), self._centre(line.target)
        if line.by:
            row = self._centre(line.by)[1]
            return [self._side(line.source, row), (x, row), (to_x, row), self._side(line.target, row)]
        way = 1 if to_x > x else -1
        out = (x + way * _SIZES[line.source.kind][0] / 2, y)
        into = (to_x - way * _SIZES[line.target.kind][0] / 2, to_y)
        if y == to_y:
            return [out, into]
        splits, joins = self.ways[line.source.id, "out"] > 1, self.ways[line.target.id, "in"] > 1
        if splits and (abs(to_x - x) <= _COLUMN or not joins):
            return [self._side(line.source, to_y), (x, to_y), into]
        if joins:
            return [out, (to_x, y), self._side(line.target, y)]
        middle = into[0] - way * (_COLUMN - 120) / 2
        return [out, (middle, y), (middle, to_y), into]

    def _side(self, shape: Shape, row: float) -> Numbers:
        """The middle of the upper or lower edge, whichever is nearer to a height."""
        x, y = self._centre(shape)
        half = _SIZES[shape.kind][1] / 2
        return x, y + half if row > y else y - half


def _put(parent: etree._Element, space: str, tag: str, **said: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{space}}}{tag}", said)


def _without_flow(journey_map: JourneyMap) -> dict[str, object]:
    """The map's keys in their order; those that are drawn stand there without a value."""
    tree = {key: None if key in ("flow", "anytime") else value for key, value in map_tree(journey_map).items()}
    return tree | ({"phase goals": journey_map.phase_goals} if journey_map.phase_goals else {})
