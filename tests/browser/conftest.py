"""What the browser tests may ask for: the report's workspaces, and pages opened in Debian's Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from pipelines.report import write_report
from tests.pipelines.report.conftest import build, make_workspace, map_text, view, views
from tests.pipelines.report.sample_maps import make_map

__all__ = ["browser", "build", "map_text", "report", "view", "views", "visit"]

RUN = "20260630T000000Z-1a2b"

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Without hinting and coloured edges a text is drawn alike on every machine that has the same fonts.
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-lcd-text", "--font-render-hinting=none", "--hide-scrollbars")


@dataclass
class Visit:
    """A page that is open: what its console said, and every address that it asked for."""

    page: Page
    console: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


Open = Callable[..., Visit]


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a small workspace."""
    return write_report(make_workspace(tmp_path_factory.mktemp("report"), make_map(12), 100), RUN)


# One for a file, not for the session: while it stands no other test in the process may begin an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or whichever is on the path."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("Chromium is missing: the tests marked `browser` need it on the path")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """`visit(address, width=1400, height=900, **context)` opens a page as a visitor who has never been there."""
    contexts: list[BrowserContext] = []

    def open_page(address: str, width: int = 1400, height: int = 900, **context: object) -> Visit:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **context))  # type: ignore[arg-type]  # its keywords, passed on
        visit = Visit(contexts[-1].new_page())
        visit.page.on("console", lambda message: visit.console.append(message.text))
        visit.page.on("pageerror", lambda error: visit.console.append(str(error)))
        visit.page.on("request", lambda request: visit.asked.append(request.url))
        visit.page.goto(address)
        return visit

    yield open_page
    for context in contexts:
        context.close()
