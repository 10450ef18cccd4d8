from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from pipelines.report.formats.png import png
from pipelines.report.formats.standalone import alternative, standalone, view_box
from pipelines.report.formats.styles import THEMES, Theme, palette, picture_css, read_rules, style_rules
from pipelines.report.svg import el, picture
from tests.pipelines.report.formats.small_document import drawing

SQUARE = picture([el("rect", x=0, y=0, width=20, height=10, class_="bar")], (40, 20), "p", "A & B", "Two <bars>")


def test_a_rule_is_read_for_each_selector_with_the_query_it_stands_under() -> None:
    css = """/* a { b: c } */ p, svg .m { fill: var(--fg); stroke: none }
    @media print { :root { --fg: #000 } } @page { margin: 1mm }"""

    told = [(rule.media, rule.selector, rule.declarations) for rule in read_rules(css)]

    assert told == [
        ("", "p", (("fill", "var(--fg)"), ("stroke", "none"))),
        ("", "svg .m", (("fill", "var(--fg)"), ("stroke", "none"))),
        ("@media print", ":root", (("--fg", "#000"),)),
    ]


def test_each_theme_has_every_variable_and_colours_of_its_own() -> None:
    light, dark, on_paper = (palette(theme) for theme in THEMES)

    assert light.keys() == dark.keys() == on_paper.keys()
    assert light["--bg"] != dark["--bg"]
    assert on_paper["--bg"] == light["--bg"]


@pytest.mark.parametrize("theme", THEMES)
def test_no_rule_for_pictures_keeps_what_other_programs_do_not_know(theme: Theme) -> None:
    words = " ".join(sorted({name for rule in style_rules() for name in re.findall(r"\.([\w-]+)", rule.selector)}))

    css = picture_css(f'<svg><g class="{words}"/></svg>', theme)

    assert "svg .bar" in css
    assert not re.search(r"var\(|calc\(|color-mix|@media|--\w|:\s*;", css)


def test_a_picture_that_stands_alone_has_its_size_its_words_its_colours_and_its_ground() -> None:
    alone = ET.fromstring(standalone(SQUARE, "dark"))  # noqa: S314  # our own markup

    assert (alone.get("width"), alone.get("height")) == ("40", "20")
    assert [child.tag.rpartition("}")[2] for child in alone] == ["title", "desc", "style", "rect", "rect"]
    assert alone[3].get("fill") == palette("dark")["--bg"]
    assert f"svg .bar {{ fill: {palette('dark')['--bar']} }}" in (alone[2].text or "")
    assert "font-face" not in (alone[2].text or "")


def test_a_picture_brings_its_font_when_asked_and_only_the_weights_that_it_has() -> None:
    bold = picture([el("text", "x", x=1, y=1, font_weight="600")], (9, 9), "p", "t", "d")

    assert standalone(SQUARE, with_font=True).count("@font-face") == 1
    assert standalone(bold, with_font=True).count("@font-face") == 2


def test_what_is_told_to_those_who_cannot_see_is_plain_text() -> None:
    assert alternative(SQUARE) == ("A & B", "Two <bars>")


def test_a_picture_without_a_size_is_refused() -> None:
    with pytest.raises(ValueError, match="without viewBox"):
        view_box("<svg/>")


def pixels(data: bytes) -> tuple[int, int]:
    assert data.startswith(b"\x89PNG\r\n")
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def test_a_png_has_the_asked_scale_the_theme_and_always_the_same_bytes() -> None:
    svg = drawing("", "bar").svg
    _, _, wide, high = view_box(svg)

    once = png(svg, 1.5)

    assert pixels(once) == pytest.approx((wide * 1.5, high * 1.5), abs=1)
    assert once == png(svg, 1.5)
    assert once != png(svg, 1.5, "dark")


def test_signs_that_our_font_lacks_are_drawn_and_do_no_harm() -> None:
    odd = picture([el("text", "مرحبا 🎉 \u202e日本", x=2, y=12, class_="m")], (80, 20), "p", "t", "d")

    assert pixels(png(odd)) == (160, 40)
