"""Changes to a map that allow a departure: what they say, and that the departure fits afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from models.automaton import compile_flow
from models.redesign import Redesign, Seen, no_change, redesigns
from schemas.journey_map import JourneyMap, load_map
from schemas.map_writing import map_tree, yaml_text

MAP = """
journey: buy
title: Buy
channels: {web: Website, phone: Phone}
flow:
  - phase: Order
    customer_goal: Have it
    steps: [visit, order, {one_of: [card, invoice]}, {all_of: [check, pack]}]
  - phase: Use
    steps: [{repeat: deliver, at_most: 2}, use]
touchpoints:
  order: {title: Place the order, channels: [web], initiator: customer}
off_map:
  chat: {title: Chat with us, when: {activity: chat_started}}
"""
DESIGNED = "visit order card check pack deliver use"
Make = Callable[[], JourneyMap]


@pytest.fixture
def plan(tmp_path: Path) -> JourneyMap:
    path = tmp_path / "buy.yaml"
    path.write_text(MAP, encoding="utf-8")
    return load_map(path)


def fits(flow: Redesign, trace: str) -> bool:
    return compile_flow(flow.flow).accepts(trace.split())


@pytest.mark.parametrize(
    ("signal", "target", "seen", "trace", "said"),
    [
        ("missing", "order", Seen(), "visit card check pack deliver use", "Let journeys pass by “Place the order”"),
        ("missing", "card | invoice", Seen(), "visit order check pack deliver use",
         "Let journeys pass by “Card or Invoice”"),
        ("missing", "check | pack", Seen(), "visit order card deliver use", "Let journeys pass by “Check or Pack”"),
        ("missing", "deliver", Seen(), "visit order card check pack use", "Let journeys pass by “Deliver”"),
        ("ad_hoc", "chat", Seen(["order"]), "visit order chat card check pack deliver use",
         "Offer “Chat with us” after “Place the order” (it moves from off_map to touchpoints)"),
        ("ad_hoc", "chat", Seen(["order"]), "visit chat order card chat check pack deliver use",
         "Welcome “Chat with us” anytime in the phase Order (it moves from off_map to touchpoints)"),
        ("ad_hoc", "Go back!", Seen(["use", "card"]), "visit order card go_back check pack deliver use",
         "Offer “Go back!” after “Card”"),
        ("repeated", "deliver", Seen(), "visit order card check pack deliver deliver deliver use",
         "Let journeys go through “Deliver” as often as they like"),
        ("repeated", "order", Seen(["card"]), "visit order card order check pack deliver use",
         "Let “Place the order” come again after “Card”"),
        ("out_of_order", "visit", Seen(), "order visit card check pack deliver use",
         "Let “Visit” and “Place the order” come in any order"),
        ("out_of_order", "card", Seen(), "visit order check card pack deliver use",
         "Let “Card” and “Invoice” and “Check” and “Pack” come in any order"),
        ("branch_conflict", "invoice", Seen(), "visit order card invoice check pack deliver use",
         "Let journeys take “Invoice” beside “Card”"),
    ],
)  # fmt: skip
def test_a_change_allows_what_departed(
    plan: JourneyMap, signal: str, target: str, seen: Seen, trace: str, said: str
) -> None:
    assert not compile_flow(plan.flow).accepts(trace.split())
    found = redesigns(plan, signal, target, seen)
    (made,) = (each for each in found if each.said == said and fits(each, trace))
    assert fits(made, DESIGNED), "what was designed still fits"


@pytest.mark.parametrize(
    ("signal", "target", "seen"),
    [
        ("missing", "card | invoice", Seen()),
        ("ad_hoc", "chat", Seen(["order"])),
        ("ad_hoc", "Go back!", Seen(["order"])),
        ("out_of_order", "visit", Seen()),
        ("branch_conflict", "card", Seen()),
        ("wrong_entry", "order", Seen()),
        ("wrong_channel", "order", Seen(channels=["chat", "phone"])),
        ("wrong_initiator", "order", Seen()),
    ],
)
def test_the_changed_lines_make_a_map_that_can_be_read(
    plan: JourneyMap, tmp_path: Path, signal: str, target: str, seen: Seen
) -> None:
    made = redesigns(plan, signal, target, seen)[0]
    tree = dict(map_tree(plan))
    for key, value in made.lines.items():
        old = tree.get(key, {})
        tree[key] = _merged(old, value)
    if made.name == "chat":
        del tree["off_map"]
    path = tmp_path / "after.yaml"
    path.write_text(yaml_text(tree), encoding="utf-8")
    assert load_map(path).flow == made.flow


def _merged(old: object, new: object) -> object:
    if isinstance(old, dict) and isinstance(new, dict):
        return old | new
    if isinstance(old, list) and isinstance(new, list):  # phases, by their name
        changed = {phase["phase"]: phase for phase in new}
        return [changed.get(phase["phase"], phase) for phase in old]
    return new


def test_an_earlier_start_makes_what_was_before_optional(plan: JourneyMap) -> None:
    (made,) = redesigns(plan, "wrong_entry", "order", Seen())
    assert fits(made, "order card check pack deliver use")
    assert made.lines["journey_is"] == {"opens_with": ["visit", "order"]}
    assert "terreng map backtest" in made.said


def test_a_channel_and_an_initiator_change_the_touchpoint_alone(plan: JourneyMap) -> None:
    (channel,) = redesigns(plan, "wrong_channel", "order", Seen(channels=["phone"]))
    assert (channel.said, channel.flow) == ("Offer “Place the order” by Phone, too", plan.flow)
    title = "Place the order"
    assert channel.lines == {
        "touchpoints": {"order": {"title": title, "channels": ["web", "phone"], "initiator": "customer"}}
    }
    (initiator,) = redesigns(plan, "wrong_initiator", "order", Seen())
    assert initiator.lines == {"touchpoints": {"order": {"title": title, "channels": ["web"]}}}


@pytest.mark.parametrize(
    ("signal", "target"), [("missing", "use"), ("failed", "order"), ("late", "order"), ("loop", "order")]
)
def test_what_no_map_can_say_is_told_with_its_reason(plan: JourneyMap, signal: str, target: str) -> None:
    assert redesigns(plan, signal, target, Seen()) == ()
    assert no_change(signal)
