"""Draws README's pictures anew from the example: `uv run terreng demo && uv run python tests/write_pictures.py`.

They are pictures of made-up people in made-up journeys.
"""

from __future__ import annotations

import shutil
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from pipelines.report.formats.framed import framed, plates
from pipelines.report.formats.png import png
from pipelines.report.made import made_report
from pipelines.settings import load_settings

EXAMPLE = Path(__file__).resolve().parent.parent / "data" / "example"
SCREEN = {"width": 1400, "height": 2060}
FIGURES = {
    "become_customer-phase_flows": "light",
    "become_customer-metro-wait": "dark",
    "become_customer-process-more": "light",
}
WIDTH = 1100
"""Pixels: README's own width, so that a repository does not become an album."""


def main(workspace: Path) -> int:
    """Writes `pictures/*.png` beside the example."""
    settings = load_settings(workspace)
    made = made_report(settings)
    folder = EXAMPLE / "pictures"
    folder.mkdir(exist_ok=True)
    page = settings.reports_dir / made.document.run_id / "report.html"
    _write(folder / "report.png", _screen(page))
    for plate in plates(made.document):
        if plate.name in FIGURES:
            theme = FIGURES[plate.name]
            name = plate.name.removeprefix("become_customer-")
            _write(folder / f"{name}.png", png(framed(plate, made.document).svg, 1, theme))  # type: ignore[arg-type]  # one of the themes
    return 0


def _screen(page: Path) -> bytes:
    """The first screen of the report."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport=SCREEN)  # type: ignore[arg-type]  # width and height
        tab.goto(page.as_uri())
        taken = tab.screenshot()
        browser.close()
    return taken


def _write(path: Path, data: bytes) -> None:
    """A picture as wide as README shows it."""
    with Image.open(BytesIO(data)) as image:
        height = round(image.height * WIDTH / image.width)
        image.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS).save(path, optimize=True)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE))
