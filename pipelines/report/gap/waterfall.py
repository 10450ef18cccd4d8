"""The ledger as a picture: from every journey begun, down touchpoint by touchpoint, to those that converted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from pipelines.language import mark, tr
from pipelines.privacy.folding import OTHER
from pipelines.privacy.withheld import Withheld
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.gap.rows import LedgerRow
from pipelines.report.numbers import count, share
from pipelines.report.svg import el, picture
from pipelines.report.text import wrap
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import kind_title

_NAMES = 250.0
_BARS = (268.0, 720.0)
_WORDS = 736.0
_WIDTH = 1280.0
_ROW = 34.0
_TOP = 44.0
_ENDS = ("exited", "abandoned", "in_flight")
_LOOKS = {"exited": "no", "abandoned": "hot", "in_flight": "here"}
_NAMED = {"abandoned": mark("fell silent"), "exited": mark("said no"), "in_flight": mark("still on the way")}
_SAID = {"exited": mark("{n} said no"), "abandoned": mark("{n} fell silent"), "in_flight": mark("{n} still on the way")}


@dataclass
class _Place:
    """What became of journeys that stand or ended at one touchpoint."""

    ends: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    reasons: list[LedgerRow] = field(default_factory=list)

    @property
    def amount(self) -> int:
        return sum(self.ends.values())


def completion(view: JourneyView) -> tuple[LedgerRow, ...]:
    """The lines of completion, all segments together."""
    return tuple(row for row in view.data.gap.ledger if row.measure == "completion" and row.segment is None)


def waterfall(view: JourneyView, name: str) -> Drawing | None:
    """The picture; None where no journey was begun, or where its ends may not be told."""
    rows = completion(view)
    planned = next((row.amount for row in rows if row.line == "planned"), 0)
    actual = next((row.amount for row in rows if row.line == "actual"), 0)
    if not planned or isinstance(planned, Withheld) or isinstance(actual, Withheld):
        return None
    places = _places(rows)
    order = [touchpoint for touchpoint in view.flow_names if touchpoint in places]
    canvas = Canvas()
    height = _TOP + _ROW * (len(order) + 2) + 8
    _legend(canvas, {end for place in places.values() for end, n in place.ends.items() if n})
    _name(canvas, tr("Planned: every journey reaches the goal"), _TOP)
    _block(canvas, (0, planned), planned, _TOP, "bar")
    canvas.text(_WORDS, _TOP + 19, tr("{n} journeys begun", n=count(planned)), size=11.5, is_bold=True)
    left = planned
    for i, touchpoint in enumerate(order, start=1):
        left = _step(canvas, view, touchpoint, (places[touchpoint], left, planned), _TOP + _ROW * i)
    y = _TOP + _ROW * (len(order) + 1)
    _name(canvas, tr("Actual: reached {goal}", goal=view.goal_title), y)
    _block(canvas, (0, actual), planned, y, "bar")
    words = _converted(actual, planned, left - actual)
    canvas.text(_WORDS, y + 19, words, size=11.5, is_bold=True)
    told = "; ".join(f"{view.label(t)}: {_ends(places[t])}" for t in order)
    title = tr("From planned to actual: {map}", map=view.map.title)
    said = tr("{n} begun; {places}; {converted} converted", n=count(planned), places=told, converted=count(actual))
    svg = picture(canvas.parts(), (_WIDTH, height), name, title, said)
    return Drawing(svg, _WIDTH, height, tuple(canvas.boxes))


def _converted(actual: int, planned: int, hidden: int) -> str:
    words = tr("{n} journeys converted, {share} of all begun", n=count(actual), share=share(actual / planned))
    if hidden <= 0:
        return words
    return tr("{words}; {n} more are in lines too small to be told", words=words, n=count(hidden))


def _places(rows: tuple[LedgerRow, ...]) -> dict[str, _Place]:
    places: dict[str, _Place] = defaultdict(_Place)
    for row in rows:
        if row.line in _ENDS and row.at_touchpoint is not None and not isinstance(row.amount, Withheld):
            places[row.at_touchpoint].ends[row.line] -= row.amount
            places[row.at_touchpoint].reasons.append(row)
    return places


def _step(canvas: Canvas, view: JourneyView, touchpoint: str, at: tuple[_Place, int, int], y: float) -> int:
    """One touchpoint: what is lost there, drawn from where the one above ended; returns what is left."""
    place, left, planned = at
    before = _BARS[0] + (_BARS[1] - _BARS[0]) * left / planned
    canvas.add("back", el("path", d=f"M{before:.1f} {y - _ROW + 7:.1f}V{y + 25:.1f}", class_="rule"))
    _name(canvas, view.label(touchpoint), y)
    for end in _ENDS:
        n = place.ends[end]
        if n:
            _block(canvas, (left - n, left), planned, y, _LOOKS[end])
            left -= n
    canvas.text(_WORDS, y + 13, _ends(place), size=11)
    canvas.text(_WORDS, y + 26, _reasons(view, place), size=10, look="m")
    return left


def _name(canvas: Canvas, text: str, y: float) -> None:
    lines = wrap(text, _NAMES - 12, 11.5, 2, True)
    canvas.lines(_NAMES, y + 19 - 6.5 * (len(lines) - 1), lines, 13, size=11.5, anchor="end", is_bold=True)


def _legend(canvas: Canvas, ends: set[str]) -> None:
    x = _BARS[0]
    for end in (end for end in _NAMED if end in ends):
        canvas.add("marks", el("rect", x=x, y=9, width=13, height=11, rx=2, class_=_LOOKS[end]))
        x += 19 + canvas.text(x + 18, 18, tr(_NAMED[end]), size=11, look="m") + 16


def _block(canvas: Canvas, span: tuple[int, int], planned: int, y: float, look: str) -> None:
    room = _BARS[1] - _BARS[0]
    start, end = (_BARS[0] + room * n / planned for n in span)
    wide = max(1.5, end - start)
    canvas.add("marks", el("rect", x=start, y=y + 7, width=wide, height=18, rx=min(3.0, wide / 2), class_=look))


def _ends(place: _Place) -> str:
    parts = [tr(_SAID[end], n=count(place.ends[end])) for end in _ENDS if place.ends[end]]
    return f"−{count(place.amount)}: {', '.join(parts)}"


def _reasons(view: JourneyView, place: _Place) -> str:
    """The commonest last deviations before, and those to whom nothing happened that was not designed."""
    by_reason: dict[str, int] = defaultdict(int)
    for row in place.reasons:
        by_reason[_reason(view, row)] -= row.amount
    ordered = sorted(by_reason.items(), key=lambda item: (-item[1], item[0]))[:3]
    told = [f"{count(n)} {text}" for text, n in ordered]
    return "; ".join(wrap("; ".join(told), _WIDTH - _WORDS - 4, 10, 1))


def _reason(view: JourneyView, row: LedgerRow) -> str:
    if row.kind is None:
        return tr("as designed until then")
    if row.kind == OTHER:
        return tr("not told apart, as too few")
    place = view.place_label(row.touchpoint, row.block)
    return tr("after {kind}: {place}", kind=kind_title(row.kind).lower(), place=place)
