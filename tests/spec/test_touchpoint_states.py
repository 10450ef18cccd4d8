"""Done, skipped, left, still on the way: what every journey is at every touchpoint."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Query = Callable[[str], list[tuple[object, ...]]]
World = Callable[..., Query]

MAP = """
journey: shop
title: Shop
version: 1
journey_is: {patience: {default: 20d}}
flow:
  - phase: Find
    steps: [visit, {optional: brochure}]
    anytime: [chat]
  - phase: Buy
    steps:
      - order
      - one_of: [card, {sequence: [bill, reminder]}]
      - deliver
anytime: [faq]
exits: {no: {when: {activity: no}}}
segments: {region: region}
"""
COUNTS = "done_n, skipped_n, left_n, on_the_way_n, by_design_n, unseen_n, left_here_n, standing_here_n"
STATES = f"SELECT touchpoint, {COUNTS} FROM touchpoint_states WHERE segment IS NULL ORDER BY rowid"


def told(query: Query) -> dict[str, str]:
    """Per touchpoint what the one journey is there."""
    words = ("done", "skipped", "left", "on the way", "by design", "unseen", "left here", "stands here")
    return {
        str(name): ", ".join(word for word, n in zip(words, counts, strict=True) if n)
        for name, *counts in query(STATES)
    }


@pytest.mark.parametrize(
    ("events", "result"),
    [
        (
            "a 99 visit",
            ["done, stands here", "on the way", "on the way", "on the way", "on the way", "on the way", "on the way"],
        ),
        ("a 0 visit", ["done, left here", "left", "left", "left", "left", "left", "left"]),
        ("a 98 visit\na 99 no", ["done, left here", "left", "left", "left", "left", "left", "left"]),
        (
            "a 0 visit\na 1 order\na 1 card\na 2 deliver",
            ["done", "skipped, by design", "done", "done", "skipped, by design", "skipped, by design", "done"],
        ),
        # the other branch was taken; within it the reminder still lies ahead
        (
            "a 98 visit\na 98 brochure\na 98 order\na 99 bill",
            ["done", "done", "done", "skipped, by design", "done, stands here", "on the way", "on the way"],
        ),
        (
            "a 0 visit\na 1 order\na 2 bill\na 3 deliver",
            ["done", "skipped, by design", "done", "skipped, by design", "done", "skipped", "done"],
        ),
        (
            "a 0 order\na 2 deliver",
            ["skipped", "skipped, by design", "done", "skipped", "skipped", "skipped", "done"],
        ),
        # what is not on the flow passes nothing by
        (
            "a 98 visit\na 98 chat\na 98 faq\na 99 stranger",
            ["done, stands here", "on the way", "on the way", "on the way", "on the way", "on the way", "on the way"],
        ),
        # a touchpoint out of its place passes by what the design has before it
        (
            "a 98 visit\na 99 reminder",
            [
                "done",
                "skipped, by design",
                "skipped",
                "skipped, by design",
                "skipped",
                "done, stands here",
                "on the way",
            ],
        ),
    ],
)
def test_a_journey_is_one_thing_at_each_touchpoint(world: World, events: str, result: list[str]) -> None:
    names = ("visit", "brochure", "order", "card", "bill", "reminder", "deliver")

    assert told(world(MAP, events)) == dict(zip(names, result, strict=True))


def test_what_could_not_be_seen_is_told_apart_from_what_was_left_out(world: World) -> None:
    blind = MAP + "touchpoints: {order: {observability: [{is: blind, until: 2026-01-10}]}}\n"
    events = "a 0 visit\na 1 card\na 2 deliver\nb 20 visit\nb 20 card\nb 21 deliver"
    query = world(blind, events)

    assert query(
        "SELECT touchpoint, skipped_n, by_design_n, unseen_n FROM touchpoint_states"
        " WHERE segment IS NULL AND touchpoint IN ('order', 'bill') ORDER BY touchpoint"
    ) == [("bill", 2, 2, 0), ("order", 2, 0, 1)]


def test_the_values_of_a_segment_make_the_whole_journeys_without_one_included(world: World) -> None:
    query = world(MAP, "a 90 visit region=north\nb 91 visit region=south\nb 92 order\nc 0 visit\nd 0 order")

    assert query(
        "SELECT segment, journeys_n, done_n, skipped_n, left_n, on_the_way_n FROM touchpoint_states"
        " WHERE touchpoint = 'visit' ORDER BY segment NULLS FIRST"
    ) == [
        (None, 4, 3, 1, 0, 0),
        ("region=(no value)", 2, 1, 1, 0, 0),
        ("region=north", 1, 1, 0, 0, 0),
        ("region=south", 1, 1, 0, 0, 0),
    ]


def test_a_step_that_is_welcome_anytime_elsewhere_may_still_come(world: World) -> None:
    elsewhere = MAP.replace("  - phase: Buy\n", "  - phase: Buy\n    anytime: [brochure]\n")

    assert told(world(elsewhere, "a 98 visit\na 99 order"))["brochure"] == "on the way"
