"""Cards as pictures and HTML: no word on another, light and dark, nothing of a title taken for markup."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest

from pipelines.journeys.cards import DeviationCard
from pipelines.report.cards import cards_css, single, standalone_svg, two_lines
from tests.pipelines.journeys.test_laid import laid
from tests.pipelines.report.sample_maps import LONG

TITLES = (*LONG, "Førstegangsinnloggingsbekreftelseskode", "W" * 60, "<script>alert(1)</script> & \U0001f600")


def long_journey(n: int) -> str:
    return " ".join(f"{'==-=+=='[i % 7]}s{i}@{i * i * 37.3}" for i in range(n))


@pytest.mark.parametrize("n", [1, 2, 8, 9, 10, 18, 25, 40])
def test_words_never_collide_and_never_leave_the_picture(n: int) -> None:
    journey = laid(long_journey(n), "wrong_channel s0 0", "wrong_initiator s0 0", "failed s0 0")
    journey = replace(journey, titles={f"s{i}": TITLES[i % len(TITLES)] for i in range(n)})
    waits = (replace(column, wait_s=None if i == 0 else 10.0 ** (i % 10)) for i, column in enumerate(journey.columns))
    drawing = two_lines(replace(journey, columns=tuple(waits)), "x")

    assert [f"{a.text} / {b.text}" for a, b in combinations(drawing.boxes, 2) if a.overlaps(b)] == []
    assert [
        box.text
        for box in drawing.boxes
        if box.left < 0 or box.top < 0 or box.right > drawing.width + 1 or box.bottom > drawing.height + 1
    ] == []
    ElementTree.fromstring(str(drawing.svg))  # noqa: S314 - our own text


def test_every_step_of_both_lines_is_drawn_and_told() -> None:
    svg = str(two_lines(laid("=visit -card +chat !no", "missing card 1"), "x").svg)

    assert svg.count("<circle") == 5
    assert "visit; planned, not done: Pay by card (Skipped); done, not planned: chat; done, not planned: no" in svg


def test_a_picture_stands_alone_in_light_and_dark() -> None:
    svg = standalone_svg(laid("=visit -card =deliver", "missing card 1"))

    root = ElementTree.fromstring(svg)  # noqa: S314 - our own text
    style = next(root.iter("{http://www.w3.org/2000/svg}style")).text or ""
    assert "prefers-color-scheme: dark" in style
    assert set(re.findall(r"var\((--[a-z]+)\)", style)) <= set(re.findall(r"(--[a-z]+):", style))
    assert set(re.findall(r'class="([a-z]+)', svg)) <= {*re.findall(r"\.([a-z]+)", style), "t"}
    assert "url(" not in svg


def test_a_card_has_the_journeys_and_the_sql_and_takes_no_title_for_markup() -> None:
    journey = replace(laid("=visit =deliver"), titles={"visit": TITLES[-1]})
    sql = "SELECT 1\nWHERE a < '<b>'"
    card = DeviationCard(
        "shop", "missing", "card", None, TITLES[-1], None, None, 12, None, None, (journey, journey), sql
    )

    found = single(card, "c1")
    svg = "".join(str(drawing.svg) for drawing in found.drawings)

    assert svg.count("<svg") == 2
    assert len(set(re.findall(r'id="([^"]+)"', svg))) == len(re.findall(r'id="', svg))
    assert "<script" not in svg
    assert found.sql == "SELECT 1\nWHERE a < '<b>';"
    assert found.where == "12 journeys · the 2 shortest journeys"
    assert "2026" not in svg + str(
        found.captions
    )  # of a journey in a report the time between its events is told, never the time itself


def test_the_styles_of_cards_use_the_reports_colours() -> None:
    assert set(re.findall(r"var\((--[a-z]+)\)", cards_css())) <= {
        *("--rule", "--bg", "--fg", "--muted", "--panel", "--way", "--skip", "--off", "--hot", "--least")
    }
