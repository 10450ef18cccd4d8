"""The four quadrants: how people behaved against what they said; who said nothing stands beside them."""

from __future__ import annotations

from pipelines.language import mark, tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.cost.rows import Record
from pipelines.report.numbers import count, journeys, share
from pipelines.report.svg import el, picture
from pipelines.report.text import wrap
from pipelines.report.view import JourneyView

_WIDTH, _HEIGHT = 1280.0, 276.0
_CELL = (344.0, 104.0)
_LEFT, _TOP, _GAP = 212.0, 42.0, 10.0
_BAR = 5.0
_SIZE, _SMALL, _LARGE = 11.5, 10.5, 22.0
_ROWS = (
    ("good", mark("Behaviour good"), mark("went on")),
    ("bad", mark("Behaviour bad"), mark("left, or met a friction")),
)
_COLUMNS = (("bad", mark("Survey bad")), ("good", mark("Survey fine")), ("silent", mark("Said nothing")))
_SAID = {
    ("good", "bad"): mark("They stayed, and complain"),
    ("good", "good"): mark("As designed"),
    ("good", "silent"): mark("Nobody knows what they think"),
    ("bad", "bad"): mark("They left or struggled, and say so"),
    ("bad", "good"): mark("The survey does not see it"),
    ("bad", "silent"): mark("They left before the survey: look here"),
}
_BLIND = {("bad", "good"), ("bad", "silent")}
"""What no survey tells."""
Key = tuple[str, str]


def quadrants_picture(view: JourneyView, name: str) -> Drawing | None:
    """The picture of the journey as a whole; None where nobody was asked."""
    rows = [row for row in view.data.cost.rows("experience_quadrants") if row["touchpoint"] is None]
    cells = {(str(row["behaviour"]), str(row["survey"])): row for row in rows}
    if not any(survey in {"good", "bad"} for _, survey in cells):
        return None
    total = sum(int(row["journeys_n"]) for row in rows if not isinstance(row["journeys_n"], Withheld))
    canvas = Canvas()
    for i, (_, title) in enumerate(_COLUMNS):
        x = _LEFT + (_CELL[0] + _GAP) * i
        canvas.text(x + 18, _TOP - 14, tr(title), size=_SIZE, is_bold=True)
    for j, (behaviour, head, rest) in enumerate(_ROWS):
        y = _TOP + (_CELL[1] + _GAP) * j
        canvas.text(_LEFT - 18, y + 46, tr(head), size=_SIZE, anchor="end", is_bold=True)
        canvas.text(_LEFT - 18, y + 62, tr(rest), size=_SMALL, look="m", anchor="end")
        for i, (survey, _) in enumerate(_COLUMNS):
            at = (_LEFT + (_CELL[0] + _GAP) * i, y)
            _draw_cell(canvas, cells.get((behaviour, survey)), (behaviour, survey), at, total)
    words = "; ".join(f"{_named(key)}: {journeys(row['journeys_n'])}" for key, row in cells.items())
    title = tr("What people did against what they said: {map}", map=view.map.title)
    svg = picture(canvas.parts(), (_WIDTH, _HEIGHT), name, title, words)
    return Drawing(svg, _WIDTH, _HEIGHT, tuple(canvas.boxes))


def _named(key: Key) -> str:
    """A cell in words."""
    behaviour = next(head for name, head, _ in _ROWS if name == key[0])
    survey = next((title for name, title in _COLUMNS if name == key[1]), key[1])
    return f"{tr(behaviour)}, {tr(survey)}"


def _draw_cell(canvas: Canvas, row: Record | None, key: Key, at: tuple[float, float], total: int) -> None:
    """How many, which part of all they are as a number and as a bar, and what it means."""
    x, y = at
    n = 0 if row is None else row["journeys_n"]
    is_blind = key in _BLIND
    look = "blind" if is_blind else "even"
    canvas.add("back", el("rect", x=x, y=y, width=_CELL[0], height=_CELL[1], rx=10, class_=look))
    part = None if isinstance(n, Withheld) or not total else int(n) / total
    wide = canvas.text(x + 18, y + 38, count(n) if part is None else share(part), size=_LARGE, is_bold=True)
    if part is not None:
        canvas.text(x + 18 + wide + 10, y + 38, journeys(int(n)), size=_SIZE, look="m")
        room = _CELL[0] - 36
        canvas.add("marks", el("rect", x=x + 18, y=y + 50, width=room, height=_BAR, rx=2.5, class_="trough"))
        wide = max(2.0, room * part)
        look = "hot" if is_blind else "bar"
        canvas.add("marks", el("rect", x=x + 18, y=y + 50, width=wide, height=_BAR, rx=2.5, class_=look))
    said = tr(_SAID[key])
    if row is not None and row["lost_n"] is not None:
        said = tr("{said}; {n} of them lost", said=said, n=count(row["lost_n"]))
    canvas.lines(x + 18, y + 77, wrap(said, _CELL[0] - 32, _SMALL + 0.5, 2), 14, size=_SMALL + 0.5, look="t")
