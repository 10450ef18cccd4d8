"""The numbers of the pictures of how journeys travel, for charts that can be edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipelines.language import tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.document import Chart, Look, Series
from pipelines.report.numbers import count
from pipelines.report.travel.curves import Curve, number, shown_curves
from pipelines.report.travel.flow import shown_graph
from pipelines.report.travel.funnel import step_name
from pipelines.report.travel.graph import WAYS, Bar
from pipelines.report.travel.incidence import end_title
from pipelines.report.travel.steps import funnel_steps
from pipelines.report.travel.words import end_word, way_word
from pipelines.report.view import JourneyView
from schemas.words import Status, TravelWay

_WAY_LOOKS: Mapping[str | None, Look] = {
    TravelWay.AS_DESIGNED: "done",
    TravelWay.DETOUR: "skipped",
    TravelWay.ASKED_FOR_HELP: "help",
}
_END_LOOKS: Mapping[str, Look] = {"converted": "done", "exited": "said_no", "abandoned": "lost", "active": "active"}


def flow_chart(view: JourneyView) -> Chart | None:
    """Journeys that came to each phase by how they travelled there."""
    graph = shown_graph(view)
    if graph is None:
        return None
    columns = range(len(graph.phases))
    ways = [way for way in WAYS if any(Bar(at, "way", way) in graph.sizes for at in columns)]
    series = tuple(
        Series(
            way_word(way),
            tuple(float(graph.sizes.get(Bar(at, "way", way), 0)) for at in columns),
            look=_WAY_LOOKS.get(way, ""),
        )
        for way in ways
    )
    return Chart("stacked", graph.phases, series, "count")


def funnel_chart(view: JourneyView) -> Chart | None:
    """Journeys that did each step that everybody has to take: who went on, stand there and left, as far as it is told.

    Where a part of it is of too few, the whole stands as a part of its own: a bar that lacked it would read as a loss.
    """
    steps = [step for step in funnel_steps(view) if not step.is_beside]
    if not steps:
        return None
    parts: tuple[tuple[str, Look, list[int | None]], ...] = (
        (tr("Went on"), "done", [s.passed_n if s.is_told_apart else None for s in steps]),
        (end_word(Status.IN_FLIGHT), "active", [s.here_n if s.is_told_apart else None for s in steps]),
        (tr("Left here"), "lost", [s.left_here_n if s.is_told_apart else None for s in steps]),
        (tr("Did it; what became of too few is not told"), "", [None if s.is_told_apart else s.done_n for s in steps]),
    )
    series = tuple(Series(name, tuple(map(_given, values)), look=look) for name, look, values in parts)
    kept = tuple(each for each in series if any(value is not None for value in each.values))
    return Chart("stacked", tuple(step_name(view, step) for step in steps), kept, "count")


def _given(n: int | None) -> float | None:
    return None if n is None or isinstance(n, Withheld) else float(n)


def incidence_chart(view: JourneyView) -> Chart | None:
    """Share of each end by the day since entry, of all journeys."""
    curve = next((each for each in shown_curves(view) if each.segment is None), None)
    if curve is None:
        return None
    chart = _lines([(end_title(word), curve, word) for word in curve.told])
    looks = (_END_LOOKS.get(word, "") for word in curve.told)
    return replace(chart, series=tuple(replace(s, look=look) for s, look in zip(chart.series, looks, strict=True)))


def segments_chart(view: JourneyView, name: str) -> Chart | None:
    """Share converted by the day since entry, a line for each value of a segment."""
    curves = [curve for curve in shown_curves(view) if curve.segment is not None and curve.name == name]
    return _lines([(curve.value, curve, "converted") for curve in curves]) if curves else None


def _lines(lines: list[tuple[str, Curve, str]]) -> Chart:
    """One line for each curve and end; None where a time may not be told."""
    times = tuple(sorted({float(row["after_d"]) for _, curve, _ in lines for row in curve.rows}))
    return Chart("line", tuple(count(at) for at in times), tuple(_series(times, *line) for line in lines))


def _series(times: tuple[float, ...], title: str, curve: Curve, word: str) -> Series:
    by_time = {float(row["after_d"]): row for row in curve.rows}
    values, low, high = (
        tuple(number(by_time[at], f"{word}_{end}") if at in by_time else None for at in times)
        for end in ("share", "low", "high")
    )
    return Series(title, values, low, high)
