"""How journeys travel on the page: bands that add up and are to scale, words that never meet, numbers that are told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipelines.language import speaking
from pipelines.privacy.withheld import Withheld
from pipelines.report.canvas import Drawing
from pipelines.report.numbers import count, share_with
from pipelines.report.travel.charts import flow_chart, funnel_chart, incidence_chart, segments_chart
from pipelines.report.travel.flow import phase_flow, shown_graph
from pipelines.report.travel.funnel import funnel
from pipelines.report.travel.graph import GONE, Bar
from pipelines.report.travel.incidence import incidence, incidence_by_segment
from pipelines.report.travel.rows import Leg, Travel
from pipelines.report.travel.steps import funnel_steps
from pipelines.report.travel.tables import travel_tables
from pipelines.report.travel.words import left_out
from pipelines.report.view import JourneyView
from schemas.journey_map import load_map

View = Callable[..., JourneyView]
HOSTILE = ("<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u202eeno tfel", "🙂" * 60, "Ä" * 500)


def drawings(view: JourneyView) -> Iterator[Drawing]:
    """Every picture of how journeys travel."""
    for found in (phase_flow(view, "f"), funnel(view, "u"), incidence(view, "i")):
        if found is not None:
            yield found
    yield from (drawing for _, drawing in incidence_by_segment(view, "s"))


def assert_legible(drawing: Drawing) -> None:
    """No two texts meet, none leaves the picture, and the picture has words for those who cannot see it."""
    meet = [(one.text, other.text) for one, other in combinations(drawing.boxes, 2) if one.overlaps(other)]
    assert not meet
    outside = [box for box in drawing.boxes if box.left < -0.5 or box.right > drawing.width + 0.5]
    assert not outside
    assert not [box for box in drawing.boxes if box.top < 0 or box.bottom > drawing.height]
    root = ElementTree.fromstring(drawing.svg)  # noqa: S314 - we wrote it
    assert all(root.find(f"{{http://www.w3.org/2000/svg}}{word}") is not None for word in ("title", "desc"))


@pytest.mark.parametrize("language", ["en", "nb"])
@pytest.mark.parametrize(("touchpoints_n", "people_n"), [(5, 60), (5, 800), (12, 400), (25, 200), (25, 800)])
def test_no_words_meet_whatever_the_map_and_the_language(
    view: View, touchpoints_n: int, people_n: int, language: str
) -> None:
    with speaking(language):
        found = list(drawings(view(touchpoints_n, people_n)))
    assert len(found) >= 4
    for drawing in found:
        assert_legible(drawing)


def phased(phases_n: int, names: tuple[str, ...] = ()) -> str:
    """A map of so many phases, each of one touchpoint but for a choice and an optional one in the first."""
    steps = [f"s{number}" for number in range(phases_n)]
    flow = "\n".join(
        f"  - phase: {quoted(names[i % len(names)] + str(i) if names else f'Beslutningsgrunnlag {i}')}\n"
        f"    steps: [{'{one_of: [x, y]}, {optional: o}, ' if i == 0 else ''}{name}]"
        for i, name in enumerate(steps)
    )
    titles = "\n".join(
        f"  {name}: {{title: {quoted(names[0] if names else name)}}}" for name in ("x", "y", "o", *steps)
    )
    head = "journey: j\ntitle: Many phases\nversion: 1\nowner: {business: Sales}"
    return f"{head}\nflow:\n{flow}\ntouchpoints:\n{titles}\n"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def legs_of(phases: tuple[str, ...]) -> tuple[Leg, ...]:
    """Journeys on all phases in every way: some pass the second by, begin in the third, and leave everywhere."""
    legs = [Leg(None, None, phases[0], "as_designed", None, 5_000)]
    for i, phase in enumerate(phases[:-1]):
        after = phases[i + 1]
        came = 5_000 - 300 * i
        legs.append(Leg(phase, "as_designed", after, "as_designed", None, came - 300))
        legs += [Leg(phase, "as_designed", None, None, end, 100) for end in ("exited", "abandoned", "in_flight")]
    last_n = 5_000 - 300 * (len(phases) - 1)
    legs.append(Leg(phases[-1], "as_designed", None, None, "converted", last_n))
    if len(phases) > 2:
        legs += [
            Leg(None, None, phases[0], "detour", None, 40),
            Leg(phases[0], "detour", phases[2], "asked_for_help", None, 40),
            Leg(None, None, phases[2], "asked_for_help", None, 7),
            Leg(phases[2], "asked_for_help", None, None, "converted", 47),
        ]
    return tuple(legs)


@pytest.fixture
def many_phases(view: View, tmp_path: Path) -> Callable[..., JourneyView]:
    """`many_phases(n, names)` is a map of so many phases, with journeys that travel in every way."""

    def make(phases_n: int, names: tuple[str, ...] = ()) -> JourneyView:
        path = tmp_path / "map.yaml"
        path.write_text(phased(phases_n, names), encoding="utf-8")
        one, data = load_map(path), view(5, 60).data
        segment = f"{names[0]}={names[0]}" if names else "region=north"
        curves = tuple(dict(row) | {"segment": row["segment"] and segment} for row in data.travel.curves)
        travel = Travel(legs_of(tuple(phase.name for phase in one.flow.phases)), 5_060, curves)
        states = tuple(replace(data.gap.states[0], touchpoint=name) for name in one.names)
        return JourneyView(one, replace(data, travel=travel, gap=replace(data.gap, states=states)))

    return make


@pytest.mark.parametrize("phases_n", [1, 2, 3, 7, 12])
def test_from_one_phase_to_twelve_all_bars_add_up_and_are_filled_by_their_bands(
    many_phases: Callable[..., JourneyView], phases_n: int
) -> None:
    view = many_phases(phases_n)
    graph = shown_graph(view)
    assert graph is not None
    comes, goes = Counter[Bar](graph.begun), Counter[Bar]()
    for band in graph.bands:
        comes[band.end] += band.journeys_n
        goes[band.start] += band.journeys_n
    ends = {bar: n for bar, n in comes.items() if bar.kind in {*GONE, "goal"}}
    assert comes == goes + Counter(ends)
    assert sum(ends.values()) == sum(graph.begun.values()) == view.data.travel.told_n
    drawing = phase_flow(view, "f")
    assert drawing is not None
    assert_legible(drawing)
    assert_to_scale(drawing, graph.sizes)
    assert ("pass it by" in drawing.svg) == ("begin here" in drawing.svg) == (phases_n > 2)


def assert_to_scale(drawing: Drawing, sizes: dict[Bar, int]) -> None:
    """Bars are as tall as their journeys are many, and so are bands wide: all to one scale."""
    ends_n = sum(n for bar, n in sizes.items() if bar.kind in {*GONE, "goal"})
    scale = 280 / ends_n  # everybody ends somewhere
    root = ElementTree.fromstring(drawing.svg)  # noqa: S314 - we wrote it
    bars = [float(each.get("height", 0)) for each in root.iter() if (each.get("class") or "").startswith("node")]
    assert sum(bars) == pytest.approx(scale * sum(n for bar, n in sizes.items() if bar.kind != "past"), rel=0.01)
    paths = [each.get("d", "") for each in root.iter() if (each.get("class") or "").startswith("band")]
    edges = [re.search(r" ([\d.]+)V([\d.]+)C", path) for path in paths]  # where the upper and the lower edge end
    wide = [float(found[2]) - float(found[1]) for found in edges if found]
    assert sum(wide) == pytest.approx(scale * (sum(sizes.values()) - ends_n), rel=0.02)


def test_whoever_is_left_out_is_said_on_the_picture_and_shares_are_of_all(
    many_phases: Callable[..., JourneyView],
) -> None:
    view = many_phases(2)
    assert view.data.travel.begun_n - view.data.travel.told_n == 60
    drawing = phase_flow(view, "f")
    assert drawing is not None
    assert "Left out, because too few took the same ways: 60 journeys." in drawing.svg
    assert "98.8%" in drawing.svg  # 5,000 of 5,060 came to the first phase
    assert left_out(Travel(view.data.travel.legs, 5_000)) == "No journey is left out."
    assert left_out(Travel((), 3)) == "Too few journeys took any way."


@pytest.mark.parametrize("name", HOSTILE, ids=["markup", "formula", "direction", "emoji", "long"])
def test_nothing_that_a_map_says_is_markup_or_breaks_the_picture(
    many_phases: Callable[..., JourneyView], name: str
) -> None:
    view = many_phases(4, (name,))
    for drawing in drawings(view):
        assert_legible(drawing)
        assert "<script" not in drawing.svg


def test_ways_of_phases_that_the_map_does_not_have_are_not_drawn(view: View) -> None:
    one = view(5, 60)
    strange = Travel((Leg(None, None, "Nowhere", "as_designed", None, 9),), 9)
    assert shown_graph(JourneyView(one.map, replace(one.data, travel=strange))) is None


def test_the_picture_tells_the_numbers_of_its_table(view: View) -> None:
    one = view(12, 800)
    drawing, graph = phase_flow(one, "f"), shown_graph(one)
    assert drawing is not None
    assert graph is not None
    texts = " ".join(box.text for box in drawing.boxes)
    for bar, n in graph.sizes.items():
        assert count(n) in texts, bar
    table = travel_tables(one, "m")["phase_flows"]
    assert sum(int(str(row["journeys_n"])) for row in table.records if row["from_phase"] is None) == graph.begun_n
    assert table.rows[0][0][0] == "begin"


def test_optional_steps_stand_beside_and_a_choice_is_one_step_that_is_split(view: View) -> None:
    steps = {step.touchpoints: step for step in funnel_steps(view(12, 800))}
    assert not steps["t01",].is_beside
    assert steps["t05",].is_beside  # optional
    choice = steps["t03", "t04"]
    assert [branch.touchpoint for branch in choice.branches] == ["t03", "t04"]
    assert sum(branch.done_n for branch in choice.branches) == choice.done_n
    assert choice.skipped_n is None  # nobody has covered that difference
    assert [name for name, step in steps.items() if step.is_any_order] == [("t07",), ("t08",), ("t09",)]
    for step in steps.values():
        if step.is_told_apart:
            assert step.passed_n + step.left_here_n + step.here_n == step.done_n


def test_what_may_not_be_told_apart_is_drawn_as_one_and_told_as_hidden(view: View) -> None:
    one = view(5, 60)
    states = tuple(replace(row, left_here_n=Withheld(4, "< 5")) for row in one.data.gap.states)
    covered = JourneyView(one.map, replace(one.data, gap=replace(one.data.gap, states=states)))
    step = funnel_steps(covered)[0]
    assert not step.is_told_apart
    drawing = funnel(covered, "u")
    assert drawing is not None
    assert len(re.findall('<rect[^>]*class="hot"', drawing.svg)) == 1  # that of the legend
    record = travel_tables(covered, "m")["funnel"].records[0]
    assert isinstance(record["left_here_n"], Withheld)


def test_the_curves_end_at_the_outcomes_and_say_when_half_of_them_had_ended(view: View) -> None:
    one = view(5, 800)
    drawing, outcome = incidence(one, "i"), one.entry_outcome
    assert drawing is not None
    assert outcome is not None
    texts = [box.text for box in drawing.boxes]
    assert any(text.startswith(share_with(outcome.converted_share, None, None)) for text in texts)
    assert texts.count("half of them by day 39") == 1  # half of 26 % by a power of 1.5 of the time
    chart = incidence_chart(one)
    assert chart is not None
    assert [series.values[-1] for series in chart.series] == pytest.approx([0.26, 0.13, 0.09, 0.52], abs=1e-9)


def test_where_an_end_may_not_be_told_the_rest_is_one_area(view: View) -> None:
    one = view(5, 800)
    curves = tuple(
        dict(row) | {"exited_share": Withheld(4, "< 5"), "active_share": None} for row in one.data.travel.curves
    )
    covered = JourneyView(one.map, replace(one.data, travel=replace(one.data.travel, curves=curves)))
    drawing = incidence(covered, "i")
    assert drawing is not None
    texts = [box.text for box in drawing.boxes]
    assert "The others" in texts
    assert "Said no" not in texts
    assert "area said-no" not in drawing.svg
    assert_legible(drawing)


def test_charts_hold_the_same_numbers(view: View) -> None:
    one = view(12, 800)
    flow, steps, parts = flow_chart(one), funnel_chart(one), segments_chart(one, "region")
    graph = shown_graph(one)
    assert flow is not None
    assert steps is not None
    assert parts is not None
    assert graph is not None
    came = [sum(series.values[at] or 0 for series in flow.series) for at in range(len(graph.phases))]
    assert came == [graph.came_n(at) for at in range(len(graph.phases))]
    assert len(steps.categories) == sum(not step.is_beside for step in funnel_steps(one))
    assert [series.name for series in parts.series] == ["north", "south"]
    assert all(len(series.values) == len(series.low) == len(parts.categories) for series in parts.series)


def test_a_map_that_nobody_walked_shows_nothing(view: View) -> None:
    empty = view(5, 0)
    assert list(drawings(empty)) == []
    assert [flow_chart(empty), funnel_chart(empty), incidence_chart(empty)] == [None, None, None]
    assert all(not table.records for table in travel_tables(empty, "m").values())
