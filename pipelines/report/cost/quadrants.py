"""The four quadrants: how people behaved against what they said; who said nothing stands beside them."""

from __future__ import annotations

from pipelines.privacy.withheld import Withheld
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.cost.rows import Record
from pipelines.report.numbers import count, share
from pipelines.report.svg import el, picture
from pipelines.report.view import JourneyView

_WIDTH, _HEIGHT = 1280.0, 232.0
_CELL = (330.0, 84.0)
_LEFT, _TOP = 210.0, 40.0
_ROWS = (("good", "Behaviour good: went on"), ("bad", "Behaviour bad: left, or met a friction"))
_COLUMNS = (("bad", "Survey bad"), ("good", "Survey fine"), ("silent", "Said nothing"))
_SAID = {
    ("good", "bad"): "stayed, and complain",
    ("good", "good"): "as designed",
    ("good", "silent"): "nobody knows what they think",
    ("bad", "bad"): "left or struggled, and say so",
    ("bad", "good"): "the survey does not see it",
    ("bad", "silent"): "left before the survey: look here",
}


def quadrants_picture(view: JourneyView, name: str) -> Drawing | None:
    """The picture of the journey as a whole; None where nobody was asked."""
    rows = [row for row in view.data.cost.rows("experience_quadrants") if row["touchpoint"] is None]
    cells = {(str(row["behaviour"]), str(row["survey"])): row for row in rows}
    if not any(survey in {"good", "bad"} for _, survey in cells):
        return None
    total = sum(int(row["journeys_n"]) for row in rows if not isinstance(row["journeys_n"], Withheld))
    canvas = Canvas()
    for i, (_, title) in enumerate(_COLUMNS):
        canvas.text(_LEFT + _CELL[0] * (i + 0.5) + 8 * i, _TOP - 14, title, size=11.5, anchor="middle", is_bold=True)
    for j, (behaviour, title) in enumerate(_ROWS):
        head, _, rest = title.partition(": ")
        y = _TOP + (_CELL[1] + 8) * j
        canvas.text(_LEFT - 14, y + 38, head, size=11.5, anchor="end", is_bold=True)
        canvas.text(_LEFT - 14, y + 54, rest, size=10.5, look="m", anchor="end")
        for i, (survey, _) in enumerate(_COLUMNS):
            x = _LEFT + (_CELL[0] + 8) * i
            _draw_cell(canvas, cells.get((behaviour, survey)), (behaviour, survey), (x, y), total)
    words = "; ".join(f"behaviour {key[0]}, survey {key[1]}: {count(row['journeys_n'])}" for key, row in cells.items())
    title = f"What people did against what they said: {view.map.title}"
    svg = picture(canvas.parts(), (_WIDTH, _HEIGHT), name, title, words)
    return Drawing(svg, _WIDTH, _HEIGHT, tuple(canvas.boxes))


def _draw_cell(canvas: Canvas, row: Record | None, key: tuple[str, str], at: tuple[float, float], total: int) -> None:
    x, y = at
    n = 0 if row is None else row["journeys_n"]
    is_blind = key in {("bad", "good"), ("bad", "silent")}
    canvas.add("back", el("rect", x=x, y=y, width=_CELL[0], height=_CELL[1], rx=8, class_="panel"))
    if is_blind:
        canvas.add("marks", el("rect", x=x, y=y, width=4, height=_CELL[1], class_="hot"))
    part = "" if isinstance(n, Withheld) or not total else f" · {share(int(n) / total)}"
    canvas.text(x + 18, y + 36, f"{count(n)} journeys{part}", size=15, is_bold=True)
    lost = "" if row is None or row["lost_n"] is None else f" · {count(row['lost_n'])} lost"
    canvas.text(x + 18, y + 58, _SAID[key] + lost, size=11, look="m")
