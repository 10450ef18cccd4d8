"""A map as a Mermaid flowchart: phases as boxes, the flow's words as arrows; for wikis and pull requests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipelines.maps.formats.losses import lost
from pipelines.maps.formats.sketch import Written
from schemas.blocks import AllOf, Block, OneOf, Optional, Phase, Repeat, Sequence, Touch
from schemas.journey_map import JourneyMap

_HELD = frozenset({"phase_goals", "exits", "anytime", "touchpoint.title", "touchpoint.moment_of_truth"})
_STYLES = (
    "  classDef optional stroke-dasharray: 5 4",
    "  classDef anytime fill:none,stroke-dasharray: 2 3",
    "  classDef exit fill:none,stroke:#a33",
    "  classDef turn font-size:11px",
)
# Characters that mean something inside a label, as Mermaid's codes.
_CODES = {'"': "#quot;", "#": "#35;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\\": "#92;", ";": "#59;"}


@dataclass(frozen=True)
class _Piece:
    """A part of the flow as drawn: nodes where it may begin and end, and whether it may be passed by."""

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    can_skip: bool = False


@dataclass
class _Drawing:
    map: JourneyMap
    lines: list[str] = field(default_factory=list)
    arrows: list[str] = field(default_factory=list)
    nodes_n: int = 0

    def node(self, before: str, label: str, after: str, look: str = "") -> str:
        """Draw a node; its id."""
        self.nodes_n += 1
        name = f"n{self.nodes_n}"
        self.lines.append(f'    {name}{before}"{_label(label)}"{after}{f":::{look}" if look else ""}')
        return name

    def arrow(self, starts: Iterable[str], ends: Iterable[str], kind: str = "-->", label: str = "") -> None:
        """Draw arrows from each to each."""
        told = f'|"{_label(label)}"|' if label else ""
        self.arrows.extend(f"  {start} {kind}{told} {end}" for start in starts for end in ends)


def write(journey_map: JourneyMap) -> Written:
    """The map as a flowchart from left to right."""
    drawing = _Drawing(journey_map)
    whole = _in_a_row(drawing, [_phase(drawing, phase) for phase in journey_map.flow.phases])
    begin = drawing.node("((", "begin", "))", "turn")
    goal = drawing.node("(((", "goal", ")))", "turn")
    drawing.arrow([begin], whole.starts)
    drawing.arrow(whole.ends, [goal])
    for name in journey_map.flow.anytime:
        drawing.node("([", f"{journey_map.title_of(name)} (anytime)", "])", "anytime")
    for name in journey_map.exits:
        drawing.node("[/", f"{journey_map.title_of(name)} (exit)", "/]", "exit")
    # The head is YAML, which is read before Mermaid's own signs are.
    title = json.dumps(" ".join(journey_map.title.split()), ensure_ascii=False)
    head = ["---", f"title: {title}", "---", "flowchart LR"]
    text = "\n".join([*head, *drawing.lines, *drawing.arrows, *_STYLES])
    return Written(f"{text}\n", lost(journey_map, _HELD))


def _phase(drawing: _Drawing, phase: Phase) -> _Piece:
    goal = drawing.map.phase_goals.get(phase.name, "")
    number = drawing.map.flow.phases.index(phase) + 1
    title = f"{phase.name}: {goal}" if goal else phase.name
    drawing.lines += [f'  subgraph p{number}["{_label(title)}"]', "    direction LR"]
    piece = _in_a_row(drawing, [_block(drawing, child) for child in phase.children])
    for name in phase.anytime:
        drawing.node("([", f"{drawing.map.title_of(name)} (anytime)", "])", "anytime")
    drawing.lines.append("  end")
    return piece


def _in_a_row(drawing: _Drawing, pieces: list[_Piece]) -> _Piece:
    """Arrows from each piece to the next, past those that may be passed by."""
    starts: list[str] = []
    reached: list[str] = []
    can_start = True
    for piece in pieces:
        drawing.arrow(reached, piece.starts)
        starts += piece.starts if can_start else ()
        can_start = can_start and piece.can_skip
        reached = [*(reached if piece.can_skip else ()), *piece.ends]
    return _Piece(tuple(starts), tuple(reached), can_start)


def _block(drawing: _Drawing, block: Block) -> _Piece:
    match block:
        case Touch(name):
            return _touch(drawing, name)
        case Sequence(children):
            return _in_a_row(drawing, [_block(drawing, child) for child in children])
        case Optional(child):
            inside = _block(drawing, child)
            return _Piece(inside.starts, inside.ends, True)
        case Repeat(child, at_most):
            inside = _block(drawing, child)
            limit = "again" if at_most is None else f"again, at most {at_most} in all"
            drawing.arrow(inside.ends, inside.starts, "-.->", limit)
            return inside
        case OneOf(children):
            pieces = [_block(drawing, child) for child in children]
            starts = tuple(start for piece in pieces for start in piece.starts)
            ends = tuple(end for piece in pieces for end in piece.ends)
            return _Piece(starts, ends, any(piece.can_skip for piece in pieces))
        case AllOf(children):
            return _all_of(drawing, children)


def _all_of(drawing: _Drawing, children: tuple[Block, ...]) -> _Piece:
    """Branches between a node that opens them all and one that waits for all."""
    fork = drawing.node("{{", "all, in any order", "}}", "turn")
    pieces = [_block(drawing, child) for child in children]
    join = drawing.node("{{", "all done", "}}", "turn")
    for piece in pieces:
        drawing.arrow([fork], piece.starts)
        drawing.arrow(piece.ends, [join])
        if piece.can_skip:
            drawing.arrow([fork], [join])
    return _Piece((fork,), (join,))


def _touch(drawing: _Drawing, name: str) -> _Piece:
    entry = drawing.map.touchpoints.get(name)
    before, after = ("{", "}") if entry and entry.moment_of_truth else ("(", ")")
    look = "optional" if drawing.map.is_optional(name) else ""
    node = drawing.node(before, drawing.map.title_of(name), after, look)
    return _Piece((node,), (node,))


def _label(text: str) -> str:
    return "".join(_CODES.get(sign, sign) for sign in " ".join(text.split()))
