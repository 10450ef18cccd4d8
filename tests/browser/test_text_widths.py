"""What pictures reckon with is what Chromium draws: the room that a text takes, in the font that the page brings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.report.fonts import font_css
from pipelines.report.text import width
from tests.browser.conftest import Open

pytestmark = pytest.mark.browser
TEXTS = (
    "Kredittvurderingsgodkjenning", "Tjänstetillgänglighetsbekräftelse", "Order confirmed", "18,015 journeys begun",
    "26% 26–27", "8→10: 525", "4.6–5.5", "5 or 6: 560", "“Jeg får ikke logget inn”", "ÆØÅ ÄÖ Þð", "WWWWWW", "illlit",
    "AVATAR To. Ty, Wa", "−4,739: 4,256 fell silent, 483 still on the way", "is_joint lt It", "● ↺",
)  # fmt: skip
# Drawn with whichever font the machine has.
FOREIGN = ("Прага", "Ωμέγα", "Ξένο ★", "שלום", "日本語", "🎉 👍")


@pytest.mark.parametrize("is_bold", [False, True])
def test_no_text_is_wider_than_reckoned_and_none_much_narrower(visit: Open, tmp_path: Path, is_bold: bool) -> None:
    weight = 600 if is_bold else 400
    spans = "".join(f"<span>{text}</span><br>" for text in TEXTS + FOREIGN)
    style = f"{font_css()} span {{ font: {weight} 100px Inter; white-space: nowrap }}"
    page = f"<!doctype html><meta charset=utf-8><style>{style}</style>{spans}"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    seen = visit((tmp_path / "page.html").as_uri())
    seen.page.evaluate("document.fonts.ready")

    told = seen.page.evaluate(
        "JSON.stringify([...document.querySelectorAll('span')].map(e => e.getBoundingClientRect().width))"
    )

    for text, drawn in zip(TEXTS + FOREIGN, json.loads(told), strict=True):
        reckoned = width(text, 100, is_bold)
        assert drawn <= reckoned, text
        assert reckoned <= drawn * 1.12 or text in FOREIGN, text
