"""Every journey at every touchpoint as a picture: done, skipped, left before it, or still on the way to it."""

from __future__ import annotations

from pipelines.language import mark, tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.gap.rows import StateRow
from pipelines.report.numbers import count, share
from pipelines.report.svg import el, picture
from pipelines.report.text import wrap
from pipelines.report.view import JourneyView

_NAMES = 250.0
_BARS = (268.0, 740.0)
_WORDS = 754.0
_WIDTH = 1280.0
_ROW = 27.0
_TOP = 40.0


def states_picture(view: JourneyView, name: str) -> Drawing | None:
    """The picture; None where no journey was begun, or nothing of any touchpoint may be told."""
    found = {row.touchpoint: row for row in view.data.gap.states if row.segment is None}
    rows = [(touchpoint, found[touchpoint]) for touchpoint in view.flow_names if touchpoint in found]
    if not any(_is_told(row) for _, row in rows):
        return None
    canvas = Canvas()
    height = _TOP + _ROW * len(rows) + 6
    _legend(canvas)
    for i, (touchpoint, row) in enumerate(rows):
        y = _TOP + _ROW * i
        lines = wrap(view.label(touchpoint), _NAMES - 12, 11.5, 2, True)
        canvas.lines(_NAMES, y + 15 - 6.5 * (len(lines) - 1), lines, 12, size=11, anchor="end", is_bold=True)
        _draw(canvas, row, y)
    told = "; ".join(f"{view.label(t)}: {_told(row)}" for t, row in rows)
    title = tr("Every journey at every touchpoint of {map}", map=view.map.title)
    svg = picture(canvas.parts(), (_WIDTH, height), name, title, told)
    return Drawing(svg, _WIDTH, height, tuple(canvas.boxes))


def _is_told(row: StateRow) -> bool:
    return bool(row.journeys_n) and not isinstance(row.journeys_n, Withheld)


def _parts(row: StateRow) -> list[tuple[str, int]]:
    """What is drawn, from left to right; what may not be told leaves a gap."""
    by_design = row.by_design_n if not isinstance(row.by_design_n, Withheld) else 0
    unseen = row.unseen_n if not isinstance(row.unseen_n, Withheld) else 0
    skipped = 0 if isinstance(row.skipped_n, Withheld) else max(0, row.skipped_n - by_design - unseen)
    return [
        ("bar", row.done_n),
        ("passed", by_design),
        ("unseen", unseen),
        ("skipped", skipped),
        ("hot", row.left_n),
        ("here", row.on_the_way_n),
    ]


def _legend(canvas: Canvas) -> None:
    x = _BARS[0]
    for look, words in (
        ("bar", tr("done")),
        ("passed", tr("passed by, as designed")),
        ("unseen", tr("could not be seen")),
        ("skipped", tr("skipped")),
        ("hot", tr("left before it")),
        ("here", tr("still on the way")),
    ):
        canvas.add("marks", el("rect", x=x, y=9, width=13, height=11, class_=look))
        x += 19 + canvas.text(x + 18, 18, words, size=11, look="m") + 16


def _draw(canvas: Canvas, row: StateRow, y: float) -> None:
    if not _is_told(row):
        return
    x, room = _BARS[0], _BARS[1] - _BARS[0]
    for look, n in _parts(row):
        if n and not isinstance(n, Withheld):
            wide = room * n / row.journeys_n
            canvas.add("marks", el("rect", x=x, y=y + 4, width=max(0.6, wide), height=15, class_=look))
            x += wide
    lines = wrap(_told(row), _WIDTH - _WORDS - 4, 10.5, 2)
    canvas.lines(_WORDS, y + 15 - 5.5 * (len(lines) - 1), lines, 11, size=10.5)


def _told(row: StateRow) -> str:
    done = None if isinstance(row.done_n, Withheld) or not row.journeys_n else row.done_n / row.journeys_n
    told = [tr("{n} done ({share})", n=count(row.done_n), share=share(done))]
    told += [f"{count(n)} {words}" for n, words in _skips(row) if n]
    others = ((row.left_n, mark("{n} left")), (row.on_the_way_n, mark("{n} on the way")))
    told += [tr(words, n=count(n)) for n, words in others if n]
    return " · ".join(told)


def _skips(row: StateRow) -> tuple[tuple[int, str], ...]:
    """Who did not come here, by why: what the design lets them is no skip, nor is what could not be seen.

    Where one of the numbers may not be told, all of them as the one number that may.
    """
    reasons = (row.skipped_n, row.by_design_n, row.unseen_n)
    if any(isinstance(n, Withheld) for n in reasons):
        return ((row.skipped_n, tr("passed it by")),)
    return (
        (row.by_design_n, tr("passed by, as designed")),
        (row.unseen_n, tr("could not be seen")),
        (row.skipped_n - row.by_design_n - row.unseen_n, tr("skipped")),
    )
