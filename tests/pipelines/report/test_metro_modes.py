"""The map in its modes: one layout, other sizes, colours and words; nothing is told that may not be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from pipelines.privacy.withheld import beside, small
from pipelines.report.cost.rows import Cost
from pipelines.report.metro.cells import mood
from pipelines.report.metro.legend import legend
from pipelines.report.metro.map import metro_map
from pipelines.report.metro.modes import FRICTION, IN_FLIGHT, MOOD, VOLUME, WAIT, Mode, difference_mode, modes_of
from pipelines.report.metro.periods import PeriodRow, read_periods
from pipelines.report.metro.sides import Side, difference, points, report_sides, segment_sides, telling_sides
from pipelines.report.metro.tables import sides_table
from pipelines.report.rows import FlowRow, JourneyData, OutcomeRow, WaitRow
from pipelines.report.view import JourneyView
from schemas.blocks import Flow, OneOf, Phase, Touch
from schemas.journey_map import JourneyMap
from schemas.map_parts import Touchpoint

EMPTY = JourneyData({}, 0, None, None, {}, 0, 0, 0, 0, (), (), (), (), (), (), (), (), ())
FLOW = Flow((Phase("p", (Touch("a"), OneOf((Touch("b"), Touch("c"))), Touch("d"))),))


def outcome(touchpoint: str, leave: float, n: int = 1_000, segment: str | None = None, here: int = 0) -> OutcomeRow:
    shares = (None,) * 9
    return OutcomeRow(touchpoint, segment, 30.0, n, *shares, None, leave, None, None, None, None, None,
                      86_400.0, float(n), n, here, None)  # fmt: skip


def drawn(data: JourneyData = EMPTY, **known: Touchpoint) -> JourneyView:
    return JourneyView(JourneyMap(journey="j", title="J", flow=FLOW, touchpoints=known), data)


def places(view: JourneyView, mode: Mode = FRICTION) -> list[str]:
    """The middles of the stations, and the baselines of their numbers."""
    svg = "".join(drawing.svg for drawing in metro_map(view, "m", mode))
    return re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="[\d.]+" class="station', svg)


def texts(view: JourneyView, mode: Mode = FRICTION) -> list[str]:
    return [box.text for drawing in metro_map(view, "m", mode) for box in drawing.boxes]


@pytest.mark.parametrize("touchpoints_n", [12, 25])
def test_stations_stand_where_they_stood_whatever_the_mode_and_the_numbers(
    view: Callable[..., JourneyView], touchpoints_n: int
) -> None:
    many, few = view(touchpoints_n), view(touchpoints_n, people_n=0)
    first = places(many)
    assert len(first) > touchpoints_n / 2
    assert places(few) == first
    side = Side("s", many.outcomes)
    assert {mode.key for mode in modes_of(many, (side, side)) if places(many, mode) != first} == set()


def test_a_map_has_only_the_modes_that_show_something() -> None:
    assert [mode.key for mode in modes_of(drawn())] == ["friction"]
    statuses = replace(EMPTY, statuses={"converted": 9})
    assert [mode.key for mode in modes_of(drawn(statuses))] == ["friction", "volume"]
    standing = replace(statuses, outcomes=(outcome("a", 0.1, here=7),))
    assert [mode.key for mode in modes_of(drawn(standing))] == ["friction", "volume", "in_flight"]


def test_a_way_whose_number_is_hidden_is_drawn_apart_and_its_number_is_nowhere() -> None:
    flows = (
        FlowRow("a", "b", None, beside(5), beside(5), None),
        FlowRow("a", "c", None, 70, 70, None),
        FlowRow("c", "d", None, small(5), small(5), None),
    )
    view = drawn(
        replace(EMPTY, flows=flows, statuses={"converted": 90}, outcomes=(outcome("a", 0.1), outcome("b", 0.1)))
    )
    (drawing,) = metro_map(view, "m")
    told = re.findall(r'class="way[ \w]*" stroke-width="[\d.]+"><title>([^<]*)', drawing.svg)
    looks = {
        told.split(":")[0]: look for look, told in re.findall(r'class="(way[ \w]*)"[^>]*><title>([^<]*)', drawing.svg)
    }
    assert looks == {"1 A → 2 B": "way hidden", "1 A → 3 C": "way", "3 C → 4 D": "way", "2 B → 4 D": "way idle"}
    assert [line for line in told if "→ 2 B" in line or "3 C →" in line] == [
        "1 A → 2 B: hidden journeys",
        "3 C → 4 D: &lt; 5 journeys",
    ]
    assert "their number is not shown" in legend((drawing,))


def waits(kept: float) -> JourneyView:
    row = WaitRow("a", "d", None, 800, 7_200.0, 90_000.0, 10_800.0, kept, kept - 0.02, kept + 0.02, "clock", 50, 20)
    return drawn(replace(EMPTY, waits=(row,), statuses={"converted": 900}, outcomes=(outcome("a", 0.1),)))


@pytest.mark.parametrize(("kept", "look", "label"), [(0.7, "late", "3 h: 30% late"), (0.95, "kept", "3 h: 5% late")])
def test_a_promise_is_an_arc_with_the_share_that_came_late(kept: float, look: str, label: str) -> None:
    (drawing,) = metro_map(waits(kept), "m", WAIT)
    assert f'class="detour {look}"' in drawing.svg
    told = [box.text for box in drawing.boxes]
    assert label in told
    assert "2 h" in told  # half of them wait so long


def said(**row: Any) -> JourneyView:
    answers = {
        "segment": None,
        "measure": "nps",
        "answers_n": 472,
        "score": 25.0,
        "score_low": 18.0,
        "score_high": 32.0,
    }
    cost = Cost({"experience": ({**answers, "touchpoint": "d", "measured_emotion": 1.1, **row},)})
    data = replace(EMPTY, cost=cost, statuses={"converted": 900})
    return drawn(data, d=Touchpoint(title="D", emotion=2), a=Touchpoint(title="A", emotion=-1))


def test_feelings_are_told_designed_beside_measured_with_their_number() -> None:
    told = texts(said(), MOOD)
    assert {"+1.1 (+2)", "planned −1", "NPS 25", "18 to 32 · n 472", "n 472"} <= set(told)
    assert 'class="station e0"' in metro_map(said(), "m", MOOD)[0].svg
    assert "emotion" in {mode.key for mode in modes_of(said())}


def test_an_answer_that_may_not_be_told_is_no_feeling() -> None:
    hidden = said(measured_emotion=None, score=None, answers_n=small(5))
    assert "emotion" not in {mode.key for mode in modes_of(hidden)}


def two_sides(first: float, second: float) -> tuple[Side, Side]:
    return Side("device: mobile", {"a": outcome("a", first)}), Side("device: any other", {"a": outcome("a", second)})


def test_a_difference_is_of_the_first_side_against_the_second_with_newcombes_interval() -> None:
    found = difference(two_sides(0.30, 0.20), "a")
    assert found is not None
    assert (round(found.value, 3), round(found.low, 3), round(found.high, 3)) == (0.1, 0.062, 0.137)
    assert found.is_telling
    assert difference(two_sides(0.30, 0.20), "b") is None


@pytest.mark.parametrize(
    ("first", "second", "look"), [(0.3, 0.2, "d4"), (0.2, 0.3, "d0"), (0.21, 0.2, "d2"), (0.25, 0.21, "d3")]
)
def test_a_station_is_coloured_by_its_difference_only_where_that_is_telling(
    first: float, second: float, look: str
) -> None:
    mode = difference_mode(two_sides(first, second))
    assert [mode.fill(drawn(), "a"), mode.fill(drawn(), "b")] == [look, "fx"]


def test_the_table_of_two_sides_has_what_the_map_shows() -> None:
    table = sides_table(drawn(), two_sides(0.30, 0.20), "s")
    shown = [text for text, _ in table.rows[0]]
    assert shown == ["1 A", "30% (27–33%)", "1,000", "20% (18–23%)", "1,000", "+10 (+6.2 to +14)"]
    assert [text for text, _ in table.rows[1]] == ["2 B", "–", "–", "–", "–", "–"]
    assert tuple(table.records[0]) == table.names
    assert sides_table(drawn(), None, "s").records == ()


@pytest.mark.parametrize(("x", "told"), [(0.163, "+16"), (-0.0042, "−0.4"), (0.0, "0"), (0.0001, "0")])
def test_points_have_their_sign(x: float, told: str) -> None:
    assert points(x) == told


@pytest.mark.parametrize(("x", "told"), [(1.13, "+1.1"), (-0.5, "−0.5"), (0.02, "0"), (2, "+2")])
def test_a_feeling_has_its_sign(x: float, told: str) -> None:
    assert mood(x) == told


def segmented(*rows: OutcomeRow, **told: Any) -> JourneyView:
    differs = {"segment": "device=mobile", "measure": "drop_off", "difference": 0.1, "n": 900, "others_n": 900, **told}
    return drawn(replace(EMPTY, outcomes=rows, cost=Cost({"segment_differences": (differs,)})))


def test_the_sides_of_the_report_are_the_segment_that_differs_most_and_all_its_other_values() -> None:
    rows = [outcome("a", 0.2), outcome("a", 0.3, 400, "device=mobile")]
    rows += [
        outcome("a", 0.1, 200, "device=desktop"),
        outcome("a", 0.2, 400, "device=tablet"),
        outcome("a", 0.9, 9, "x=y"),
    ]
    sides = telling_sides(segmented(*rows))
    assert sides is not None
    assert [side.label for side in sides] == ["device: mobile", "device: any other"]
    assert [(cell.text, cell.n) for cell in (side.leave("a") for side in sides)] == [("30%", 400), ("17%", 600)]


def test_values_that_may_not_be_told_are_not_added_up() -> None:
    hidden = replace(outcome("a", 0.1, 200, "device=tv"), reached_n=small(5), followed_n=small(5))
    told = (outcome("a", 0.2), outcome("a", 0.3, 400, "device=mobile"), outcome("a", 0.1, 200, "device=desktop"))
    rows = (*told, hidden)
    sides = segment_sides(segmented(*rows), "device=mobile")
    assert sides is not None
    assert sides[1].leave("a").n == 200
    assert telling_sides(segmented(*rows, n=small(5))) is None


def halves(*numbers: tuple[int, int], leave: float = 0.2) -> JourneyView:
    cut_at = datetime(2026, 6, 29, tzinfo=UTC)
    rows = tuple(PeriodRow("a", bool(i), cut_at, followed, left) for i, (followed, left) in enumerate(numbers))
    return drawn(replace(EMPTY, outcomes=(outcome("a", leave),), periods=rows))


def test_without_a_telling_segment_the_later_half_stands_beside_the_earlier() -> None:
    sides = report_sides(halves((400, 40), (600, 120)))
    assert sides is not None
    assert [side.label for side in sides] == ["From 29 June 2026", "Before 29 June 2026"]
    assert [(cell.text, cell.n) for cell in (side.leave("a") for side in sides)] == [("20%", 600), ("10%", 400)]


def test_halves_of_a_touchpoint_of_which_nothing_may_be_told_are_not_told() -> None:
    view = halves((400, 40), (600, 120))
    hidden = replace(view.data, outcomes=(replace(outcome("a", 0.2), followed_n=beside(5)),))
    assert report_sides(drawn(hidden)) is None


def test_halves_with_a_small_number_are_not_read() -> None:
    con = duckdb.connect()
    con.execute("SET timezone = 'UTC'")
    con.execute("CREATE TABLE runs AS SELECT TIMESTAMPTZ '2026-05-01' AS as_of")
    con.execute(
        "CREATE TABLE journeys AS SELECT 'j' AS journey, 'default' AS rule, 'this' AS assignment,"
        " TIMESTAMPTZ '2026-01-01' AS entered_at"
    )
    con.execute(
        "CREATE TABLE touchpoint_outcomes AS SELECT 'j' AS journey, touchpoint, 86400.0 AS patience_s,"
        " CAST(NULL AS VARCHAR) AS segment FROM (VALUES ('a'), ('b')) AS names(touchpoint)"
    )
    con.execute(
        "CREATE TABLE journey_stages AS SELECT 'j' AS journey, touchpoint,"
        " make_timestamptz(2026, month, 1, 0, 0, 0) AS reached_at,"
        " CASE WHEN range < left_n THEN 'abandoned' END AS ending"
        " FROM (VALUES ('a', 5), ('b', 4)) AS names(touchpoint, left_n), (VALUES (2), (4)) AS m(month), range(20)"
    )
    cut_at = datetime(2026, 3, 2, tzinfo=UTC)
    assert read_periods(con, "j", 5) == (PeriodRow("a", False, cut_at, 20, 5), PeriodRow("a", True, cut_at, 20, 5))
    assert {row.touchpoint for row in read_periods(con, "j", 1)} == {"a", "b"}


def test_owners_see_the_same_map_with_the_others_touchpoints_dimmed(view: Callable[..., JourneyView]) -> None:
    shown = view(5)
    (all_of_it,), (mine,) = metro_map(shown, "m"), metro_map(shown, "m", only={"t01"})
    assert " dim" not in all_of_it.svg
    assert re.findall(r'class="n f[\dx]"[^>]*>(\d)', mine.svg) == ["1"]
    assert mine.boxes == all_of_it.boxes


def test_the_name_of_a_lane_leads_to_its_table(view: Callable[..., JourneyView]) -> None:
    (drawing,) = metro_map(view(5), "m", stem="become_customer")
    assert re.search(r'<a href="#become_customer_drop_off"><text [^>]*>Leave here</text></a>', drawing.svg)
    assert "<a " not in metro_map(view(5), "m")[0].svg


def test_the_largest_station_stands_for_most_in_each_mode() -> None:
    data = replace(EMPTY, outcomes=(outcome("a", 0.1, 900, here=5), outcome("d", 0.1, 100, here=50)))
    radius = re.compile(r'<circle cx="[\d.]+" cy="[\d.]+" r="([\d.]+)" class="station')
    for mode, largest in ((VOLUME, 0), (IN_FLIGHT, 3)):
        radii = [float(r) for r in radius.findall(metro_map(drawn(data), "m", mode)[0].svg)]
        assert radii.index(max(radii)) == largest


def test_every_mode_of_25_touchpoints_is_small(view: Callable[..., JourneyView]) -> None:
    sizes = {mode.key: len(d.svg) for mode in modes_of(view(25)) for d in metro_map(view(25), "m", mode)}
    assert {key for key, size in sizes.items() if size > 60_000} == set()
