"""Two maps in, sentences out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.automaton import compile_flow
from models.map_diff import PARTS, Change, diff
from models.map_diff.flow import is_same, only_in
from schemas.blocks import Flow
from schemas.journey_map import JourneyMap, load_map

MAP = """\
journey: buy
title: Buy
owner: Sales
review_every: 2w
journey_is: {goal: thanks, patience: {card: 2d}}
channels: {web: Website}
flow:
  - phase: Look
    customer_goal: See what there is
    steps: [visit, {optional: compare}, basket]
  - phase: Pay
    steps:
      - all_of: [address, {one_of: [card, invoice]}]
      - thanks
anytime: [faq]
touchpoints:
  basket: {title: Fill the basket, owner: Shop, channels: web, when: {activity: basket}}
  card: {title: Pay by card, emotion: -1, promise: {next: thanks, within: 2h}}
off_map: {chat: {}}
exits: {no: {after: Look}}
constraints: [{at_most: 2, of: chat}]
value: {per_conversion: 10}
targets: [{measure: conversion, at_least: 0.2}]
budget: [{phase: Pay, drop_off_at_most: 0.5}]
examples: {conforming: [[visit, basket, address, card, thanks]]}
"""


def loaded(folder: Path, text: str) -> JourneyMap:
    path = folder / "map.yaml"
    path.write_text(text, encoding="utf-8")
    return load_map(path)


def said(folder: Path, edits: dict[str, str]) -> list[str]:
    """What an edit of the map is told as, examples apart."""
    text = MAP
    for was, now in edits.items():
        assert was in text
        text = text.replace(was, now)
    found = diff(loaded(folder, MAP), loaded(folder, text))
    assert [change.part for change in found] == sorted((c.part for c in found), key=list(PARTS).index)
    return [f"{change.kind}: {change.said}" for change in found if not change.example]


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        ({}, []),
        ({"owner: Sales": "owner: {business: Sales}", "title: Buy": "title: Buy # it"}, []),
        ({"review_every: 2w": "review_every: 14d"}, []),
        ({"title: Buy": "title: Buy it"}, ["changed: title: Buy it (before: Buy)"]),
        ({"review_every: 2w": "version: 2"}, [
            "changed: version: 2 (before: 1)",
            "removed: reviewed every: none any more (before: 2w)",
        ]),
        ({"phase: Look": "phase: Browse", "after: Look": "after: Browse"}, [
            "renamed: the phase Look is called Browse now",
        ]),
        ({"See what there is": "Find it"}, [
            "changed: the customer's goal in Look: Find it (before: See what there is)",
        ]),
        ({"  - phase: Pay": "  - phase: Ship\n    steps: [ship]\n  - phase: Pay"}, [
            "added: the phase Ship after Look",
            "added: ship, a step of the flow in Ship",
        ]),
        ({"[visit, {": "[visit, tour, {"}, ["added: tour, a step of the flow in Look"]),
        ({"{optional: compare}, ": ""}, ["removed: compare, a step of the flow in Look before"]),
        ({"  basket: {": "  cart: {", "}, basket]": "}, cart]", "basket, addr": "cart, addr"}, [
            "renamed: basket is called Fill the basket (cart) now",
        ]),
        ({"chat: {}": "talk: {}", "of: chat": "of: talk"}, [
            "added: talk, off the map",
            "removed: chat, off the map before",
            "removed: at_most chat: none any more (before: at most 2 chat)",
            "added: at_most talk: at most 2 talk (before: none)",
        ]),
        ({"anytime: [faq]": "anytime: [faq, chat]", "off_map: {chat: {}}": ""}, [
            "moved: chat is now welcome anytime in the whole journey (before: off the map)",
        ]),
        ({"{optional: compare}, basket]": "{optional: compare}]", "      - thanks": "      - basket\n      - thanks"}, [
            "moved: Fill the basket (basket) is now a step of the flow in Pay (before: a step of the flow in Look)",
        ]),
        ({"[visit, {optional: compare}, basket]": "[basket, {optional: compare}, visit]"}, [
            "moved: Fill the basket (basket) now comes at the start (before: after compare)",
            "moved: compare now comes after basket (before: after visit)",
            "changed: opens with: basket (before: visit)",
        ]),
        ({"{optional: compare}": "compare"}, ["forbidden: compare may no longer be left out"]),
        ({"{optional: compare}, basket": "{optional: compare}, {optional: basket}"}, [
            "allowed: Fill the basket (basket) may be left out",
        ]),
        ({"{optional: compare}": "{optional: {repeat: compare, at_most: 3}}"}, [
            "allowed: compare may come up to 3 times (before: once)",
        ]),
        ({"{optional: compare}": "{optional: {repeat: compare}}"}, [
            "allowed: compare may come any number of times (before: once)",
        ]),
        ({"all_of: [address, ": "sequence: [address, "}, [
            "forbidden: of address and Pay by card (card) address comes first now",
            "forbidden: of address and invoice address comes first now",
        ]),
        ({"{one_of: [card, invoice]}": "{all_of: [card, invoice]}"}, [
            "forbidden: Pay by card (card) may no longer be left out",
            "forbidden: invoice may no longer be left out",
            "allowed: Pay by card (card) and invoice may come in one journey",
        ]),
        ({"owner: Shop, ": ""}, [
            "removed: Fill the basket (basket), owner: none any more (before: Shop)",
        ]),
        ({"channels: {web: Website}": "channels: {web: Website, app: App}", "channels: web": "channels: [web, app]"}, [
            "changed: Fill the basket (basket), channels: app, web (before: web)",
            "added: app: App (before: none)",
        ]),
        ({"emotion: -1": "emotion: 0, initiator: company, moment_of_truth: true, need: Ease, observability: blind"}, [
            "added: Pay by card (card), begun by: company (before: none)",
            "added: Pay by card (card), need: Ease (before: none)",
            "changed: Pay by card (card), emotion: 0 (before: -1)",
            "added: Pay by card (card), moment of truth: yes (before: none)",
            "added: Pay by card (card), can be seen: blind (before: none)",
        ]),
        ({"within: 2h": "within: 3h, calendar: business"}, [
            "changed: Pay by card (card), promise: thanks within 3h of business hours (before: thanks within 2h)",
        ]),
        ({"after: Look": "after: [Look, card]"}, [
            "changed: no, meant to be after: Look, card (before: Look)",
        ]),
        ({"at_most: 2": "at_most: 3"}, ["changed: at_most chat: at most 3 chat (before: at most 2 chat)"]),
        ({"goal: thanks": "goal: thanks, horizon: 30d", "card: 2d": "default: 3d"}, [
            "added: horizon: 30d (before: none)",
            "changed: patience: 3d (before: learned)",
            "removed: patience at card: none any more (before: 2d)",
        ]),
        ({"emotion: -1": "emotion: -1, mandate: [Shop, IT], effort: large"}, [
            "added: Pay by card (card), who may change it: Shop, IT (before: none)",
            "added: Pay by card (card), effort of a change: large (before: none)",
        ]),
        ({"constraints": "experience: [{measure: csat, touchpoint: card, asked: {b: c}}]\nconstraints"}, [
            "added: csat of card: csat from 1 to 5, low at 2, good at 4, asked by b c, within 30d (before: none)",
        ]),
        ({"constraints": "experience: [{measure: nps, when: {a: b}}, {measure: nps}]\nconstraints"}, [
            "added: nps of the journey: nps from 0 to 10, low at 6, answers are a b, within 30d (before: none)",
            "added: nps of the journey (2): nps from 0 to 10, low at 6, within 30d (before: none)",
        ]),
        ({"per_conversion: 10}": "per_conversion: 10, window: 180d}"}, [
            "added: customers are followed for: 180d (before: none)",
        ]),
        ({"per_conversion: 10": "per_conversion: 12"}, [
            "changed: value of a conversion: 12 EUR, margin 1 (before: 10 EUR, margin 1)",
        ]),
        ({"at_least: 0.2": "at_least: 0.3", "at_most: 0.5": "at_most: 0.4"}, [
            "changed: target, conversion: at least 0.3 (before: at least 0.2)",
            "changed: budget, drop-off of Pay: at most 0.4 (before: at most 0.5)",
        ]),
        ({"[[visit": "[[visit, faq"}, ["changed: conforming examples: 1 (before: 1), 1 of them changed, new or gone"]),
    ],
)  # fmt: skip
def test_a_change_is_told_in_words(tmp_path: Path, edits: dict[str, str], told: list[str]) -> None:
    assert said(tmp_path, edits) == told


def test_a_journey_shows_what_is_allowed_now_and_what_no_longer(tmp_path: Path) -> None:
    older = loaded(tmp_path, MAP)
    newer = loaded(tmp_path, MAP.replace("{optional: compare}, basket", "basket, compare"))
    found = {change.kind: change.example for change in diff(older, newer) if change.example}
    assert found == {
        "allowed": ("visit", "basket", "compare", "address", "card", "thanks"),
        "forbidden": ("visit", "basket", "address", "card", "thanks"),
    }


def test_the_order_of_a_file_is_no_change_of_the_flow(tmp_path: Path) -> None:
    edits = {"all_of: [address, {one_of: [card, invoice]}]": "all_of: [{one_of: [invoice, card]}, address]"}
    assert said(tmp_path, edits) == []


def test_a_flow_that_is_too_large_is_told_and_the_rest_compared(tmp_path: Path) -> None:
    wide = f"all_of: [{', '.join(f't{i}' for i in range(16))}]"
    older = loaded(tmp_path, MAP)
    newer = loaded(tmp_path, MAP.replace("- thanks", f"- {wide}\n      - thanks").replace("title: Buy", "title: X"))
    found = [change.said for change in diff(older, newer)]
    assert "title: X (before: Buy)" in found
    assert [text for text in found if text.startswith("what the flows allow cannot be compared: ")] != []


@pytest.mark.parametrize("seed", range(40))
def test_the_examples_of_random_flows_are_of_the_one_and_not_of_the_other(
    random_flow: Callable[[np.random.Generator], Flow], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    flows = [random_flow(rng) for _ in range(2)]
    found = diff(*(JourneyMap(journey="a", title="A", flow=flow) for flow in flows))
    automata = [compile_flow(flow) for flow in flows]
    assert [change for change in found if change.example] != [] or is_same(*automata)
    for change in found:
        if change.example:
            verdicts = [automaton.accepts(change.example) for automaton in automata]
            assert verdicts == [change.kind == "forbidden", change.kind == "allowed"]


@pytest.mark.parametrize("seed", range(20))
def test_a_map_and_itself_say_the_same(random_flow: Callable[[np.random.Generator], Flow], seed: int) -> None:
    flow = random_flow(np.random.default_rng(seed))
    plan = JourneyMap(journey="a", title="A", flow=flow)
    assert diff(plan, plan.model_copy()) == ()
    automaton = compile_flow(flow)
    assert only_in(automaton, automaton, set(automaton.letters)) is None


def test_a_change_names_what_it_is_about(tmp_path: Path) -> None:
    (change,) = diff(loaded(tmp_path, MAP), loaded(tmp_path, MAP.replace("owner: Shop", "owner: Web")))
    assert change == Change(
        *("touchpoints", "changed", "basket", "Fill the basket (basket), owner: Web (before: Shop)", "Shop", "Web")
    )
