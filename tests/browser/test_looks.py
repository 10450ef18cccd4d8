"""How the report looks, held against pictures of when it was last found good: light, dark, paper, phone, three maps.

After a change that is meant: `RENEW_LOOKS=1 uv run pytest tests/browser/test_looks.py`, then look at what changed in
`tests/browser/references/` before it is committed.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from pipelines.report import write_report
from tests.browser.conftest import RUN, Open
from tests.pipelines.report.conftest import make_workspace
from tests.pipelines.report.sample_maps import make_map

pytestmark = pytest.mark.browser
REFERENCES = Path(__file__).parent / "references"
RENEW = bool(os.environ.get("RENEW_LOOKS"))
COLOURS = 64  # of a reference: enough to see every line, and a third of the bytes
BLOCK = 8  # pixels; what is smaller than this, such as how a letter's edge is smoothed, may differ
APART = 20  # of 255, in one block
MOST_APART = 0.01  # of all blocks


class Look(NamedTuple):
    """What is looked at: a map of so many touchpoints, how the page is shown, and from which element on."""

    touchpoints_n: int
    width: int
    height: int
    scheme: str
    media: str
    start: str


LOOKS = {
    "head-light": Look(12, 1400, 1000, "light", "screen", "body"),
    "head-dark": Look(12, 1400, 1000, "dark", "screen", "body"),
    "head-paper": Look(12, 1060, 720, "dark", "print", "body"),
    "head-phone": Look(12, 390, 1400, "light", "screen", "body"),
    "findings-dark": Look(12, 1400, 900, "dark", "screen", "[data-key=start]"),
    "map-5-light": Look(5, 1400, 900, "light", "screen", "[data-key=metro]"),
    "map-12-light": Look(12, 1400, 1100, "light", "screen", "[data-key=metro]"),
    "map-12-dark": Look(12, 1400, 1100, "dark", "screen", "[data-key=metro]"),
    "map-25-paper": Look(25, 1060, 900, "light", "print", "[data-key=metro]"),
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Touchpoints of a map to its report."""
    sizes = sorted({look.touchpoints_n for look in LOOKS.values()})
    return {n: write_report(make_workspace(tmp_path_factory.mktemp("look"), make_map(n), 100), RUN) for n in sizes}


@pytest.mark.parametrize("name", LOOKS)
def test_it_looks_as_it_did(name: str, reports: dict[int, Path], visit: Open) -> None:
    look = LOOKS[name]
    page = visit(reports[look.touchpoints_n].as_uri(), look.width, look.height, color_scheme=look.scheme).page
    page.emulate_media(media="print" if look.media == "print" else "screen")
    page.evaluate("() => document.fonts.ready")
    top = page.evaluate("start => document.querySelector(start).getBoundingClientRect().top + scrollY", look.start)
    clip = {"x": 0, "y": top, "width": look.width, "height": look.height}
    shown = page.screenshot(full_page=True, clip=clip, animations="disabled")  # type: ignore[arg-type]  # a clip
    picture = Image.open(BytesIO(shown)).convert("RGB")
    reference = REFERENCES / f"{name}.png"
    if RENEW:
        REFERENCES.mkdir(exist_ok=True)
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(reference, optimize=True)
    told = apart(picture, Image.open(reference).convert("RGB"))
    assert told <= MOST_APART, f"{told:.1%} of {name} differ; see the head of this file"


def apart(one: Image.Image, other: Image.Image) -> float:
    """The share of blocks in which two pictures differ; all of them where they are of different sizes."""
    if one.size != other.size:
        return 1.0
    size = (one.width // BLOCK, one.height // BLOCK)
    first, second = (np.asarray(each.resize(size, Image.Resampling.BOX), dtype=np.int16) for each in (one, other))
    return float((np.abs(first - second).max(axis=2) > APART).mean())


def test_a_picture_that_lost_a_tile_is_told_apart() -> None:
    (reference,) = REFERENCES.glob("head-light.png")
    whole = Image.open(reference).convert("RGB")
    bare = whole.copy()
    bare.paste((255, 255, 255), (40, 300, 400, 620))
    assert apart(whole, bare) > MOST_APART
    assert apart(whole, whole) == 0


def test_the_references_are_small() -> None:
    assert sum(path.stat().st_size for path in REFERENCES.iterdir()) <= 1_000_000
