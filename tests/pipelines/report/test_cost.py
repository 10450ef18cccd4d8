"""What departures cost, on the page: pictures without a collision, numbers with interval, reasons as sentences."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from pipelines.report.canvas import Drawing
from pipelines.report.cost.forest import frictions_picture
from pipelines.report.cost.patience import patience_picture
from pipelines.report.cost.quadrants import quadrants_picture
from pipelines.report.cost.rows import JOINT
from pipelines.report.cost.section import causes, joint, notes, tried
from pipelines.report.cost.tables import cost_tables
from pipelines.report.cost.trend import cohorts_picture
from pipelines.report.cost.words import few, money, points
from pipelines.report.snapshot import read_snapshot
from pipelines.report.tables import DataTable
from pipelines.report.view import JourneyView
from schemas.journey_map import JourneyMap, load_maps
from tests.pipelines.report.conftest import AS_OF, RUN, Build, Rows
from tests.pipelines.report.sample_maps import make_map


def friction(signal: str, touchpoint: str | None, lost: float, **more: Any) -> dict[str, Any]:
    row = {
        "journey": "j",
        "signal": signal,
        "touchpoint": touchpoint,
        "at_touchpoint": touchpoint,
        "owner": "Billing",
        "reached_n": 900,
        "exposed_n": 120,
        "effect": 0.12,
        "effect_low": 0.07,
        "effect_high": 0.17,
        "effect_pooled": 0.2,
        "lost_per_month": lost * 1.1,
        "lost_low": lost * 0.6,
        "lost_high": lost * 1.6,
        "lost_shrunk": lost,
        "value": lost * 1_680,
        "q_value": 0.0004,
        "family_n": 30,
        "top3_probability": 0.9,
        "verdict": "friction",
        "evidence_grade": "B",
        "is_sign_flip": False,
        "is_identity_flip": False,
        "confounding_needed": 2.4,
    }
    return row | more


def fill(rows: Rows, plan: JourneyMap) -> None:
    """Rows as a run with frictions would publish them, on the map's own touchpoints."""
    for part in (fill_frictions, fill_weeks, fill_curves, fill_experience):
        part(rows, plan)


def fill_frictions(rows: Rows, plan: JourneyMap) -> None:
    names = [name for name in plan.names if plan.role(name) == "flow"]
    of_map = {"journey": plan.journey}
    rows["frictions"] += [
        friction(("failed", "missing", "late")[i % 3], name, 40.0 / (i + 1), place=i + 1) | of_map
        for i, name in enumerate(names[:12])
    ]
    rows["frictions"] += [
        friction("ad_hoc", "an activity with an exceedingly long name that goes on", -8.0, verdict="helpful") | of_map,
        friction("repeated", names[0], 1.0, verdict="variation", is_sign_flip=True) | of_map,
        friction("rage_click", names[1], 0.0, verdict="refused", reason="Too few: 12 of 30 that are wanted.") | of_map,
        friction(JOINT, None, 90.0) | of_map,
    ]
    for row in (row for row in rows["frictions"] if row["verdict"] == "refused"):
        row.update(dict.fromkeys(("effect", "lost_per_month", "lost_low", "lost_high", "lost_shrunk", "value")))


def fill_weeks(rows: Rows, plan: JourneyMap) -> None:
    of_map = {"journey": plan.journey}
    for week in range(17):
        share = 0.3 if week < 12 else 0.3 - 0.05 * (week - 11)
        rows["cohorts"].append(
            of_map
            | {"week_at": AS_OF - timedelta(days=7 * (17 - week)), "journeys_n": 80, "followed_d": 40.0}
            | {"is_mature": week < 12, "converted_share": share}
            | {"converted_low": share - 0.04, "converted_high": share + 0.04, "expected_share": share + 0.01}
            | ({"projected_share": 0.29, "projected_low": 0.22, "projected_high": 0.37} if week >= 12 else {})
        )


def fill_curves(rows: Rows, plan: JourneyMap) -> None:
    of_map = {"journey": plan.journey}
    for wait in rows["waits"][:5]:
        wait |= {"leaves_from_s": 30_000.0, "lost_from_s": 14_400.0}
        pair = {name: wait[name] for name in ("from_touchpoint", "to_touchpoint")}
        for k in range(7):
            hazard = 0.01 * (k + 1)
            span = {"from_s": 3_600.0 * 2**k if k else 0.0, "until_s": 3_600.0 * 2 ** (k + 1)}
            counts = {
                "waiting_n": 400 - 40 * k,
                "left_n": 12,
                "served_n": 28,
                "hazard": hazard,
                "lost_after_share": 0.1,
            }
            rows["patience_curves"].append(
                of_map | pair | span | counts | {"hazard_low": hazard / 2, "hazard_high": hazard * 2}
            )


def fill_experience(rows: Rows, plan: JourneyMap) -> None:
    names = [name for name in plan.names if plan.role(name) == "flow"]
    of_map = {"journey": plan.journey}
    rows["experience_quadrants"] += [
        of_map | {"behaviour": behaviour, "survey": survey, "journeys_n": n, "lost_n": n // 3}
        for behaviour, survey, n in (
            ("good", "good", 300), ("good", "bad", 40), ("good", "silent", 900),
            ("bad", "good", 60), ("bad", "bad", 70), ("bad", "silent", 1_200),
        )
    ]  # fmt: skip
    rows["experience"].append(
        of_map
        | {"measure": "nps", "touchpoint": names[0], "answers_n": 200, "asked_n": 900, "response_share": 0.22}
        | {"score": 31.0, "score_low": 22.0, "score_high": 40.0, "designed_emotion": 1.0, "measured_emotion": 0.4}
    )
    rows["root_causes"].append(
        of_map
        | {"touchpoint": names[0], "signal": "failed", "attribute": "device", "value": "iOS 19", "reached_n": 300}
        | {
            "exposed_n": 99,
            "share_of_exposed": 0.83,
            "exposed_share": 0.33,
            "others_exposed_share": 0.05,
            "lift": 6.1,
            "lift_low": 4.0,
            "lift_high": 8.0,
            "family_n": 40,
        }
        | {"said": "83 % of failed payments are on iOS 19 since 12 March", "place": 1, "q_value": 0.0001}
    )


@pytest.fixture
def view_with(build: Build) -> Callable[[int], JourneyView]:
    """A map of so many touchpoints whose run found something of everything."""

    def make(touchpoints_n: int) -> JourneyView:
        text = make_map(touchpoints_n)

        def change(rows: Rows) -> None:
            (plan,) = load_maps(next(build_root.glob("maps")))
            fill(rows, plan)

        build_root = build(text, 5).root
        settings = build(text, 200, change)
        (plan,) = load_maps(settings.root / "maps")
        return JourneyView(plan, read_snapshot(settings, RUN, (plan,)).journeys[plan.journey])

    return make


PICTURES = (frictions_picture, cohorts_picture, patience_picture, quadrants_picture)


def cells(table: DataTable) -> list[dict[str, str]]:
    return [{column.heading: text for column, (text, _) in zip(table.shown, row, strict=True)} for row in table.rows]


@pytest.mark.parametrize("touchpoints_n", [5, 12, 25])
def test_no_text_stands_on_another(view_with: Callable[[int], JourneyView], touchpoints_n: int) -> None:
    view = view_with(touchpoints_n)
    drawings = tuple(picture(view, "s") for picture in PICTURES)

    assert [_collisions(drawing) for drawing in drawings if drawing is not None] == [[], [], [], []]


def _collisions(drawing: Drawing) -> list[tuple[str, str]]:
    outside = [box for box in drawing.boxes if box.left < 0 or box.right > drawing.width]
    assert outside == []
    return [(one.text, other.text) for one, other in combinations(drawing.boxes, 2) if one.overlaps(other)]


def test_the_picture_has_ten_rows_at_most_costliest_first_and_the_joint_one_last(
    view_with: Callable[[int], JourneyView],
) -> None:
    drawing = frictions_picture(view_with(25), "s")

    assert drawing is not None
    told = drawing.svg.split("<desc", 1)[1].split("</desc>", 1)[0].split("; ")
    assert len(told) == 11
    assert "All frictions fixed at once: 90" in told[-1]
    assert " 40 (24 to 64) customers a month" in told[0]


def test_a_week_too_young_to_be_projected_is_told_so_far_and_not_as_a_fall(build: Build) -> None:
    def change(rows: Rows) -> None:
        (plan,) = load_maps(root / "maps")
        fill_weeks(rows, plan)
        for row in rows["cohorts"][-2:]:
            row.update(dict.fromkeys(("projected_share", "projected_low", "projected_high")))

    root = build(make_map(5), 5).root
    settings = build(make_map(5), 40, change)
    (plan,) = load_maps(settings.root / "maps")
    drawing = cohorts_picture(JourneyView(plan, read_snapshot(settings, RUN, (plan,)).journeys[plan.journey]), "s")

    assert drawing is not None
    weeks = re.findall(r'<circle[^>]*class="(matureweek|youngweek)"><title>', drawing.svg)
    assert (weeks.count("matureweek"), weeks.count("youngweek")) == (12, 3)
    bars = re.findall(r'class="sofar"><title>[^<]* of 80 journeys so far', drawing.svg)
    assert len(bars) == 4, "of the last week four converted, too few to be told"


def test_every_effect_is_in_the_table_with_n_interval_and_reason(view_with: Callable[[int], JourneyView]) -> None:
    rows = cells(replace(cost_tables(view_with(12), "s")["frictions"], most=99))
    refused = next(row for row in rows if row["Verdict"] == "not told")

    assert rows[0]["Customers a month (95%)"] == "44 (24 to 64)"
    assert rows[0]["Lost more there (95%)"] == "+12.0 points (+7.0 to +17.0)"
    assert refused["What else to know"] == "Too few: 12 of 30 that are wanted."
    assert refused["Customers a month (95%)"] == "–"


def test_the_section_says_how_many_were_tried_what_turns_and_how_strong_a_hidden_cause_had_to_be(
    view_with: Callable[[int], JourneyView],
) -> None:
    view = view_with(12)

    assert tried(view).startswith("15 signals were tried: 12 cost customers, 1 keep them, 1 cannot be told")
    assert "upper bound" in joint(view)
    assert "fixed at once, 90 (54 to 144) more customers" in joint(view), "as in the picture, and as its money"
    assert any("the sign turns: Repeated" in line for line in notes(view))
    assert any("2.4 times as likely" in line for line in notes(view))
    assert len(causes(view)) == 1
    assert causes(view)[0].startswith(
        "83% of failed “Kredittvurderingsgodkjenning” are on iOS 19; it shows for 33% of those"
    )


def test_without_any_row_there_is_no_picture_and_each_table_says_why(build: Build) -> None:
    settings = build(make_map(5), 40)
    (plan,) = load_maps(settings.root / "maps")
    view = JourneyView(plan, read_snapshot(settings, RUN, (plan,)).journeys[plan.journey])

    assert [picture(view, "s") for picture in PICTURES] == [None] * 4
    assert all(table.empty for table in cost_tables(view, "s").values())
    assert joint(view) == tried(view) == ""


@pytest.mark.parametrize(
    ("value", "text"), [(0.04, "0"), (-0.04, "0"), (3.25, "3.2"), (12.6, "13"), (-4.0, "−4"), (12_345.0, "12,345")]
)
def test_few_figures(value: float, text: str) -> None:
    assert few(value) == text


def test_money_has_three_figures_and_its_currency() -> None:
    assert money(123_456.0, "NOK") == "NOK 123,000"
    assert money(None, "NOK") == "–"


def test_a_difference_is_in_points_with_its_sign() -> None:
    assert points({"d": -0.012, "l": -0.02, "h": 0.004}, "d", "l", "h") == "−1.2 points (−2.0 to +0.4)"


def test_weeks_are_covered_as_in_the_command(build: Build) -> None:
    """Of 80 who began in a week 4 are still active, and in two other weeks only 4 and 3 began: none of it is told."""

    def few(rows: Rows) -> None:
        shares = {"converted_share": 0.3, "exited_share": 0.25, "abandoned_share": 0.4, "active_share": 0.05}
        rows["cohorts"] += [
            shares
            | {"journey": rows["journeys"][0]["journey"], "week_at": AS_OF - timedelta(days=7 * week)}
            | {"journeys_n": n, "followed_d": 40.0, "is_mature": True}
            for week, n in ((9, 80), (8, 4), (7, 3))
        ]

    settings = build(make_map(5), 40, few)
    (plan,) = load_maps(settings.root / "maps")
    view = JourneyView(plan, read_snapshot(settings, RUN, (plan,)).journeys[plan.journey])
    (week,) = view.data.cost.rows("cohorts")

    assert (week["journeys_n"], week["converted_share"], week["exited_share"]) == (80, 0.3, 0.25)
    assert (week["abandoned_share"], week["active_share"]) == (None, None)
