"""Targets and budgets of a map on the page: what was wanted, what is, kept or not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.report.goals import goals
from pipelines.report.snapshot import read_snapshot
from pipelines.report.view import JourneyView
from pipelines.settings import Settings
from schemas.journey_map import load_maps
from tests.pipelines.report.conftest import RUN, Rows

Build = Callable[..., Settings]


def measure(rows: Rows) -> None:
    """One promise kept in 60 %, one touchpoint at which a quarter falls silent, one that cannot be judged."""
    rows["waits"] = [row for row in rows["waits"] if row["from_touchpoint"] == "t02"]
    rows["waits"][0] |= {"kept_share": 0.6, "kept_low": 0.5, "kept_high": 0.7, "n": 40}
    for row in rows["touchpoint_outcomes"]:
        if row["touchpoint"] == "t01":
            row |= {"hazard": 0.25, "hazard_low": 0.24, "hazard_high": 0.26, "followed_n": 90}
        if row["touchpoint"] == "t05":
            row |= {"hazard": None, "refused": "followed too briefly"}

    for measured in (
        {"measure": "nps", "touchpoint": None, "answers_n": 90, "score": 35.0, "score_low": 28.0, "score_high": 42.0},
        {"measure": "csat", "touchpoint": "t01", "answers_n": 80, "score": 0.9, "score_low": 0.85, "score_high": 0.95},
        {"measure": "ces", "touchpoint": None, "answers_n": 9},
    ):
        rows["experience"].append({"journey": rows["waits"][0]["journey"], **measured})


# The walk's entry converts 26 % (24 to 28 %) within 60 days.
@pytest.mark.parametrize(
    ("asked", "share", "verdict", "note"),
    [
        ("targets: [{measure: conversion, at_least: 0.2}]", 0.26, "kept", ""),
        ("targets: [{measure: conversion, within: 60d, at_least: 0.3}]", 0.26, "not kept", ""),
        (
            "targets: [{measure: conversion, at_least: 0.27}]",
            0.26,
            "not kept",
            "the interval reaches across the line",
        ),
        (
            "targets: [{measure: conversion, within: 30d, at_least: 0.2}]",
            None,
            "not measured",
            "this run looks at 60 days",
        ),
        ("targets: [{measure: nps, at_least: 40}]", 35, "not kept", "the interval reaches across the line"),
        ("targets: [{measure: nps, at_least: 20}]", 35, "kept", ""),
        ("targets: [{measure: csat, touchpoint: t01, at_least: 0.8}]", 0.9, "kept", ""),
        (
            "targets: [{measure: csat, at_least: 0.8}]",
            None,
            "not measured",
            "the map does not ask it, or nobody answered",
        ),
        ("targets: [{measure: ces, at_least: 0.8}]", None, "not measured", "too few answers"),
        ("targets: [{measure: drop_off, touchpoint: t01, at_most: 0.2}]", 0.25, "not kept", ""),
        ("targets: [{measure: promise_kept, touchpoint: t02, at_least: 0.4}]", 0.6, "kept", ""),
        ("budget: [{touchpoint: t02, promise_kept_at_least: 0.8}]", 0.6, "not kept", ""),
        ("budget: [{touchpoint: t01, drop_off_at_most: 0.3}]", 0.25, "kept", ""),
        ("budget: [{touchpoint: t05, drop_off_at_most: 0.8}]", None, "not measured", "too little to tell"),
    ],
)
def test_a_goal_is_kept_not_kept_or_not_measured(
    build: Build, map_text: Callable[[int], str], asked: str, share: float | None, verdict: str, note: str
) -> None:
    settings = build(f"{map_text(5)}{asked}\n", 200, measure)
    (one,) = load_maps(settings.root / "maps")
    view = JourneyView(one, read_snapshot(settings, RUN, (one,)).journeys[one.journey])
    (goal,) = goals(view)
    assert (goal.share, goal.verdict, goal.note) == (share, verdict, note)


def test_each_measure_goes_with_its_own_line(build: Build, map_text: Callable[[int], str]) -> None:
    asked = """
targets:
  - {measure: nps, at_least: 40}
  - {measure: promise_kept, touchpoint: t02, at_least: 0.4}
budget:
  - {touchpoint: t01, drop_off_at_most: 0.3}
"""
    settings = build(map_text(5) + asked, 200, measure)
    (one,) = load_maps(settings.root / "maps")
    view = JourneyView(one, read_snapshot(settings, RUN, (one,)).journeys[one.journey])
    assert [(goal.kind, goal.share) for goal in goals(view)] == [("target", 35), ("target", 0.6), ("budget", 0.25)]
