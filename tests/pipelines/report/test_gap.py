"""Planned against actual on the page: pictures and sentences that add up, and that hide what few people did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.report.charts import ledger_chart
from pipelines.report.gap.section import errands
from pipelines.report.gap.tables import gap_tables
from pipelines.report.gap.timeline import time_picture
from pipelines.report.gap.waterfall import waterfall
from pipelines.report.gap.where import states_picture
from pipelines.report.sentences import tiles
from pipelines.report.snapshot import read_snapshot
from pipelines.report.view import JourneyView
from schemas.journey_map import load_maps
from tests.pipelines.report.conftest import RUN, Build, Rows

Views = Callable[..., list[JourneyView]]


def _line(place: int, line: str, amount: int, at: str | None = None, **more: Any) -> dict[str, Any]:
    told = {"segment": None, "measure": "completion", "kind": None, "touchpoint": None, "block": None}
    owned = {"phase": None, "owner": None, "journeys_n": abs(amount)}
    return {
        "journey": "j",
        "place": place,
        "line": line,
        "at_touchpoint": at,
        "amount": amount,
        **told,
        **owned,
        **more,
    }


def _state(touchpoint: str, done: int, skipped: int, left: int, coming: int, **more: int) -> dict[str, Any]:
    counts = {"done_n": done, "skipped_n": skipped, "left_n": left, "on_the_way_n": coming}
    rest = {"by_design_n": 0, "unseen_n": 0, "left_here_n": 0, "standing_here_n": 0, **more}
    return {
        "journey": "j",
        "touchpoint": touchpoint,
        "segment": None,
        "journeys_n": sum(counts.values()),
        **counts,
        **rest,
    }


@pytest.fixture
def views(build: Build) -> Views:
    """`views(map text, people, change)` publishes rows and returns what the report sees of each map."""

    def make(text: str, people_n: int = 60, change: Callable[[Rows], None] | None = None) -> list[JourneyView]:
        settings = build(text, people_n, change)
        maps = load_maps(settings.root / "maps")
        snapshot = read_snapshot(settings, RUN, maps)
        return [JourneyView(each, snapshot.journeys[each.journey]) for each in maps]

    return make


@pytest.fixture
def filled(map_text: Callable[[int], str], views: Views) -> JourneyView:
    """A map of five touchpoints, a hundred journeys begun, and a ledger that adds up."""

    def fill(rows: Rows) -> None:
        name = rows["journeys"][0]["journey"]
        first, second = [row["touchpoint"] for row in rows["touchpoints"] if row["role"] == "flow"][:2]
        rows["ledger"] = [
            _line(0, "planned", 100),
            _line(1, "abandoned", -30, first),
            _line(2, "abandoned", -12, first, kind="failed", touchpoint=first),
            _line(3, "in_flight", -8, second),
            _line(4, "actual", 50),
            _line(0, "planned", 9_000_000_000, measure="time", journeys_n=50),
            _line(1, "deviation", 1_000_000_000, measure="time", kind="late", touchpoint=first, journeys_n=20),
            _line(2, "actual", 10_000_000_000, measure="time", journeys_n=50),
        ]
        rows["touchpoint_states"] = [_state(first, 90, 10, 0, 0), _state(second, 40, 10, 42, 8, by_design_n=5)]
        rows["map_assignments"] = [
            {"journey": name, "journey_id": f"j{i}", "verdict": "other" if i < 7 else "undecided", "rival_journey": "r",
             "rival_journey_id": f"r{i}", "shared_n": 1, "fit": 0.5, "rival_fit": 1.0}
            for i in range(12)
        ]  # fmt: skip
        for table in ("ledger", "touchpoint_states"):
            for row in rows[table]:
                row["journey"] = name

    (view,) = views(map_text(5), change=fill)
    return view


def test_the_waterfall_leads_from_all_begun_to_those_who_converted(filled: JourneyView) -> None:
    drawing = waterfall(filled, "m")
    assert drawing is not None
    assert "100 journeys begun" in drawing.svg
    assert "−42: 42 fell silent" in drawing.svg
    assert "30 as designed until then; 12 after failed" in drawing.svg
    assert "−8: 8 still on the way" in drawing.svg
    assert "50 journeys converted, 50% of all begun" in drawing.svg
    assert "too small" not in drawing.svg


def test_the_chart_of_the_waterfall_has_every_journey_that_was_lost_or_is_on_the_way(filled: JourneyView) -> None:
    chart = ledger_chart(filled)
    assert chart is not None
    assert [sum(value or 0 for value in series.values) for series in chart.series] == [42, 0, 8]


def test_time_is_told_a_journey_and_as_a_share(filled: JourneyView) -> None:
    drawing = time_picture(filled, "m")
    assert drawing is not None
    assert "3 min a journey, 90% of the time" in drawing.svg
    assert "20 s a journey, 10% of the time; 20 journeys" in drawing.svg


def test_every_touchpoint_tells_its_four_states(filled: JourneyView) -> None:
    drawing = states_picture(filled, "m")
    assert drawing is not None
    assert "40 done (40%) · 5 passed by, as designed · 5 skipped · 42 left · 8 on the way" in drawing.svg


def test_journeys_on_another_errand_are_told_and_not_counted(filled: JourneyView) -> None:
    assert errands(filled).startswith("7 journeys that begin like this one are another map’s errand, and of 5 nobody")


def test_the_share_that_goes_as_designed_is_of_this_map_s_journeys_alone(
    map_text: Callable[[int], str], views: Views
) -> None:
    """Variants count all journeys, those of another map's errand, too; versions count this map's."""

    def fill(rows: Rows) -> None:
        (version,) = rows["map_versions"]
        rows["map_versions"] = [version | {"journeys_n": 15, "conforming_n": 12}]

    (view,) = views(map_text(5), change=fill)
    (tile,) = (each for each in tiles(view, defaultdict(str)) if each.label == "go as designed so far")
    assert (tile.value, tile.detail.rsplit(", ", 1)[-1]) == ("80%", "n 15")


@pytest.mark.parametrize("people_n", [5, 25])
def test_no_label_of_the_pictures_runs_into_another(
    map_text: Callable[[int], str], views: Views, people_n: int
) -> None:
    def fill(rows: Rows) -> None:
        name = rows["journeys"][0]["journey"]
        names = [row["touchpoint"] for row in rows["touchpoints"] if row["role"] == "flow"]
        rows["ledger"] = [_line(0, "planned", 10_000 * len(names))]
        for i, at in enumerate(names):
            rows["ledger"] += [
                _line(i + 1, end, -1_000 - i, at, kind=kind, touchpoint=at)
                for end in ("exited", "abandoned", "in_flight")
                for kind in ("failed", "late")
            ]
        lost = sum(row["amount"] for row in rows["ledger"][1:])
        rows["ledger"].append(_line(99, "actual", 10_000 * len(names) + lost))
        rows["touchpoint_states"] = [_state(at, 5_000, 2_000, 2_000, 1_000, by_design_n=500) for at in names]
        for row in [*rows["ledger"], *rows["touchpoint_states"]]:
            row["journey"] = name

    (view,) = views(map_text(people_n), change=fill)
    for drawing in (waterfall(view, "m"), states_picture(view, "m")):
        assert drawing is not None
        for i, one in enumerate(drawing.boxes):
            assert one.right <= drawing.width
            assert not [other.text for other in drawing.boxes[i + 1 :] if one.overlaps(other)], one.text


def test_a_map_that_nobody_walked_has_tables_that_say_so(map_text: Callable[[int], str], views: Views) -> None:
    (view,) = views(map_text(5), people_n=0)
    assert (waterfall(view, "m"), states_picture(view, "m"), time_picture(view, "m")) == (None, None, None)
    assert errands(view) == ""
    assert all(not table.records for table in gap_tables(view, "m").values())
