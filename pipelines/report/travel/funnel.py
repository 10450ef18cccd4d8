"""The funnel over the flow as a picture: at every step who went on, left, stands there now, or passed it by."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from pipelines.language import any_of, tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.metro.cells import HOT
from pipelines.report.numbers import MISSING, count, share, share_with
from pipelines.report.svg import el, picture
from pipelines.report.text import short, width, wrap
from pipelines.report.travel.steps import Branch, Step, funnel_steps, widening_of
from pipelines.report.view import JourneyView

_WIDTH = 1280.0
_NAMES = 262.0
_BARS = (280.0, 800.0)
_WORDS = (826.0, 1002.0, 1128.0, 1204.0)  # did it, left here, here now, passed it by
_HEAD = 30.0
_PHASE = 27.0
_TALL, _LOW = 17.0, 9.0  # bars of steps that everybody takes, and of those beside
_ROW, _SMALL_ROW = 31.0, 24.0
_LINE = 13.0
_BRANCH = 200.0  # a branch whose name takes more is told by its number


@dataclass(frozen=True)
class _Row:
    """A step with its place on the picture."""

    step: Step
    y: float
    names: tuple[str, ...]

    @property
    def bar(self) -> float:
        return _LOW if self.step.is_beside else _TALL

    @property
    def high(self) -> float:
        """With the lines of its name, and of its branches."""
        least = _SMALL_ROW if self.step.is_beside else _ROW
        return max(least, _LINE * len(self.names) + 8, _TALL + 22 if self.step.branches else 0)


def funnel(view: JourneyView, name: str) -> Drawing | None:
    """The picture; None where no journey was begun, or none may be told."""
    steps = funnel_steps(view)
    if not steps:
        return None
    canvas = Canvas()
    rows, height = _rows(view, canvas, steps)
    _draw_heads(canvas)
    _draw_shape(canvas, rows)
    widening = widening_of(view)
    _draw_orders(canvas, rows)
    for row in rows:
        _draw_name(canvas, row)
        _draw_bar(canvas, view, row)
        _draw_words(canvas, view, row, widening)
    title = tr("The funnel over the map: {map}", map=view.map.title)
    svg = picture(canvas.parts(), (_WIDTH, height), name, title, _in_words(view, steps))
    return Drawing(svg, _WIDTH, height, tuple(canvas.boxes))


def step_name(view: JourneyView, step: Step) -> str:
    """Title of a step, or of the branches of a choice."""
    return any_of([view.label(name) for name in step.touchpoints])


def _rows(view: JourneyView, canvas: Canvas, steps: tuple[Step, ...]) -> tuple[list[_Row], float]:
    """Places the steps below each other, with the name of each phase above its first; returns the lower end, too."""
    rows: list[_Row] = []
    y, phase = _HEAD, None
    for step in steps:
        if step.phase != phase:
            phase, y = step.phase, y + (8 if rows else 0)
            canvas.text(6, y + 16, short(phase, 48), size=12, look="m", is_bold=True)
            canvas.add("lines", el("path", d=f"M6 {y + 22:.1f}H{_WIDTH - 6:.1f}", class_="rule"))
            y += _PHASE
        size, bold = (11.0, False) if step.is_beside else (11.5, True)
        names = wrap(step_name(view, step), _NAMES - (30 if step.is_beside else 14), size, 2, bold)
        rows.append(_Row(step, y, names))
        y += rows[-1].high
    return rows, y + 6


def _draw_heads(canvas: Canvas) -> None:
    """What the colours and the columns mean."""
    x = _BARS[0]
    for look, words in (
        ("bar", tr("went on")),
        ("here", tr("stand here now")),
        ("hot", tr("left here")),
        ("passed", tr("passed it by")),
    ):
        canvas.add("marks", el("rect", x=x, y=8, width=12, height=10, rx=2, class_=look))
        x += 17 + canvas.text(x + 17, 17, words, size=11, look="m") + 14
    heads = (tr("Did it, of all begun"), tr("Leave here"), tr("Here now"), tr("Passed by"))
    ends = (*_WORDS[1:], _WIDTH)
    for left, right, words in zip(_WORDS, ends, heads, strict=True):
        lines = wrap(words, right - left - 6, 11, 2)
        canvas.lines(left, 17 if len(lines) == 1 else 11, lines, 13, size=11, look="m")


def _x(step: Step, n: int) -> float:
    return _BARS[0] + (_BARS[1] - _BARS[0]) * min(1.0, n / step.begun_n) if step.begun_n else _BARS[0]


def _draw_shape(canvas: Canvas, rows: list[_Row]) -> None:
    """The shape of the funnel behind the bars, through the steps that everybody has to take."""
    main = [row for row in rows if not row.step.is_beside]
    points = []
    for row in main:
        top, bottom = row.y + 4, row.y + 4 + row.bar
        points += [(_x(row.step, row.step.past_n), top), (_x(row.step, row.step.past_n), bottom)]
    if len(points) < 4:
        return
    side = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    shape = f"M{_BARS[0]:.1f} {points[0][1]:.1f}L{side}L{_BARS[0]:.1f} {points[-1][1]:.1f}z"
    canvas.add("back", el("path", d=shape, class_="funnel"))


def _draw_orders(canvas: Canvas, rows: list[_Row]) -> None:
    """Brackets around steps that come in any order."""
    for is_any_order, group in groupby(rows, lambda row: row.step.is_any_order):
        inside = list(group)
        if is_any_order:
            top, bottom = inside[0].y + 2, inside[-1].y + inside[-1].high - 4
            bracket = f"M{_NAMES + 11:.1f} {top:.1f}h-4V{bottom:.1f}h4"
            canvas.add("lines", el("path", el("title", tr("in any order")), d=bracket, class_="bracket"))


def _draw_name(canvas: Canvas, row: _Row) -> None:
    """The step's name; beside the flow set in, with why."""
    step = row.step
    size, look = (11.0, "m") if step.is_beside else (11.5, "t")
    y = row.y + 4 + row.bar / 2 + 4 - 6.5 * (len(row.names) - 1)
    if len(row.names) > 1:
        y = max(y, row.y + 11)
    canvas.lines(_NAMES, y, row.names, _LINE, size=size, look=look, anchor="end", is_bold=not step.is_beside)


def _draw_bar(canvas: Canvas, view: JourneyView, row: _Row) -> None:
    """The parts of a step from left to right; where they may not be told apart, all who did it as one."""
    step, x = row.step, _BARS[0]
    did = "bar beside" if step.is_beside else "bar"
    parts = [(did, step.passed_n), ("here", step.here_n), ("hot", step.left_here_n)]
    if not step.is_told_apart:
        parts = [(did, step.done_n)]
    for look, n in (*parts, ("passed", step.past_n - step.done_n)):
        wide = _x(step, n) - _BARS[0]
        if wide > 0.2:
            bar = el("rect", x=x, y=row.y + 4, width=wide, height=row.bar, rx=min(2.0, wide / 2), class_=look)
            canvas.add("marks", bar)
            x += wide
    if step.branches:
        _draw_branches(canvas, view, row)


def _draw_branches(canvas: Canvas, view: JourneyView, row: _Row) -> None:
    """Cuts through the bar where one branch ends and the next begins; below it what each of them is."""
    step, x = row.step, _BARS[0]
    parted_n = step.passed_n if step.is_told_apart else step.done_n
    for branch in step.branches[:-1]:
        x += (_x(step, parted_n) - _BARS[0]) * branch.done_n / max(1, step.done_n)
        canvas.add("marks", el("rect", x=x - 1, y=row.y + 4, width=2, height=_TALL, class_="cut"))
    named = [f"{view.label(branch.touchpoint)}: {_branch(step, branch)}" for branch in step.branches]
    if any(width(told, 10.5) > _BRANCH for told in named):
        named = [f"{view.numbers.get(branch.touchpoint, '')}: {_branch(step, branch)}" for branch in step.branches]
    least = x = _BARS[0]
    for branch, told in zip(step.branches, named, strict=True):
        if least + width(told, 10.5) <= _WORDS[0] - 8:
            least += canvas.text(least, row.y + _TALL + 17, told, size=10.5, look="m") + 14
        x += (_x(step, parted_n) - _BARS[0]) * branch.done_n / max(1, step.done_n)
        least = max(least, x)


def _branch(step: Step, branch: Branch) -> str:
    """Journeys that took a branch, and their share of those who chose."""
    if isinstance(step.done_n, Withheld) or not step.done_n:
        return count(branch.done_n)
    return f"{count(branch.done_n)} ({share(branch.done_n / step.done_n)})"


def _draw_words(canvas: Canvas, view: JourneyView, row: _Row, widening: float) -> None:
    """The numbers beside the bar, each with its interval where it is an estimate."""
    step, y = row.step, row.y + 4 + row.bar / 2 + 4
    done, low, high = step.done_share(widening)
    size, bold = (10.5, False) if step.is_beside else (11.0, True)
    x = _WORDS[0] + canvas.text(_WORDS[0], y, count(step.done_n), size=size, is_bold=bold) + 5
    if done is not None:
        canvas.text(x, y, share_with(done, low, high), size=size, look="m")
    _draw_leave(canvas, view, step, y, size)
    canvas.text(_WORDS[2], y, count(step.here_n or None), size=size, look="m")
    canvas.text(_WORDS[3], y, count(step.skipped_n or None), size=size, look="m")


def _draw_leave(canvas: Canvas, view: JourneyView, step: Step, y: float, size: float) -> None:
    """The estimated share that leaves here, with its interval; of a choice it is told of each branch."""
    if len(step.touchpoints) > 1:
        leaves = [view.leave(name) for name in step.touchpoints[:3]]
        told = " | ".join(map(share, leaves)) if any(each is not None for each in leaves) else tr("not told")
        canvas.text(_WORDS[1], y, told, size=size, look="m")
        return
    outcome = view.outcomes.get(step.touchpoints[0])
    leave = outcome.leave if outcome else None
    if leave is None or outcome is None:
        canvas.text(_WORDS[1], y, tr("not told") if outcome else MISSING, size=size, look="m")
        return
    look = "hot" if leave >= HOT else "t"
    wide = canvas.text(_WORDS[1], y, share(leave), size=size, look=look, is_bold=leave >= HOT)
    between = share_with(leave, *outcome.leave_interval).removeprefix(share(leave)).strip()
    if between and wide + 5 + width(between, size) <= _WORDS[2] - _WORDS[1] - 4:
        canvas.text(_WORDS[1] + wide + 5, y, between, size=size, look="m")


def _in_words(view: JourneyView, steps: tuple[Step, ...]) -> str:
    """The picture in words."""
    return "; ".join(
        tr(
            "{step}: {done} did it, {left} left here, {here} stand here now, {skipped} passed it by",
            step=step_name(view, step),
            done=count(step.done_n),
            left=count(step.left_here_n),
            here=count(step.here_n),
            skipped=count(step.skipped_n),
        )
        for step in steps
    )
