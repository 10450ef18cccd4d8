from __future__ import annotations

from base64 import b64decode
from importlib.resources import files

import pytest
from fontTools.ttLib import TTFont

from pipelines.report.fonts import advances, font_css, font_files, lacks

NORDIC = "Kjøp på nett – «få kvittering» · 25 % → 1 234,50 kr … ÆØÅ ÄÖ Þð × − ↺ “”’"


@pytest.mark.parametrize(("weight", "is_bold"), [("Regular", False), ("SemiBold", True)])
def test_the_widths_that_pictures_measure_with_are_those_of_the_font(weight: str, is_bold: bool) -> None:
    (path,) = (each for each in font_files() if each.stem.endswith(weight))
    font = TTFont(path)
    signs = font.getBestCmap()

    told = advances(is_bold)

    assert told.keys() == {chr(code) for code in signs}
    assert told == {chr(code): font["hmtx"][glyph][0] / 2048 for code, glyph in signs.items()}


def test_every_sign_that_the_report_uses_is_in_the_font_and_emoji_are_not() -> None:
    assert not lacks(NORDIC)
    assert lacks("Flott 🎉")


def test_a_page_gets_all_three_weights_as_data_without_a_request() -> None:
    css = font_css()

    assert css.count("@font-face") == 3
    assert css.count("url(data:font/woff2;base64,") == css.count("url(") == 3
    assert b64decode(css.split("base64,")[1].split(")")[0]).startswith(b"wOF2")


def test_the_font_comes_with_its_licence() -> None:
    folder = files("pipelines.report.fonts")
    assert "SIL OPEN FONT LICENSE Version 1.1" in (folder / "OFL.txt").read_text(encoding="utf-8")
