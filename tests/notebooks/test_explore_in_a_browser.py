"""The app in Debian's Chromium: what its console says, what it asks for, and what happens when something is chosen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.notebooks.conftest import Served

pytestmark = pytest.mark.browser
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE_MS = 120_000


@dataclass
class Seen:
    """A page, what its console complained of, and whom it asked beyond this machine."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def link(served: Served) -> str:
    return f"{served.address}/?access_token={served.password}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("Chromium is missing: the tests marked `browser` need it on the path")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


def _visited(browser: Browser, address: str, scheme: str = "light") -> Seen:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    context.set_default_timeout(PATIENCE_MS)
    seen = Seen(context.new_page())
    seen.page.on("console", lambda said: seen.complaints.append(said.text) if said.type == "error" else None)
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    seen.page.on("request", lambda asked: seen.elsewhere.append(asked.url) if _is_elsewhere(asked.url) else None)
    seen.page.goto(address)
    return seen


def _is_elsewhere(address: str) -> bool:
    return not address.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_choosing_a_segment_changes_the_map_and_nothing_is_asked_elsewhere(
    browser: Browser, link: str, scheme: str
) -> None:
    seen = _visited(browser, link, scheme)
    page = seen.page
    heading = page.locator(".terreng h1")
    heading.wait_for()
    assert "access_token" not in page.url
    whole = heading.inner_text()
    page.locator("aside select").nth(1).select_option(label="Oslo")
    page.get_by_text("region is Oslo").wait_for()
    assert heading.inner_text() != whole
    assert page.locator(".terreng svg").count() > 0
    page.get_by_role("tab", name="What it costs").click()
    page.get_by_role("button", name="Judge what it costs here").click()
    page.get_by_text("Judged for this part alone").wait_for()
    page.get_by_role("tab", name="Charts").click()
    page.locator(".js-plotly-plot").first.wait_for()
    page.get_by_role("tab", name="Single journeys").click()
    page.get_by_role("checkbox").nth(0).click()
    page.locator(".terreng.journeys svg").wait_for()
    assert seen.complaints == []
    assert seen.elsewhere == []


@pytest.mark.parametrize(
    "path", ["workshop", *(pytest.param(each, marks=pytest.mark.slow) for each in ("tour", "own_data"))]
)
def test_every_notebook_opens_without_a_complaint(browser: Browser, link: str, path: str) -> None:
    seen = _visited(browser, link.replace("/?", f"/{path}/?"))
    seen.page.locator(".terreng h1").first.wait_for()
    seen.page.wait_for_timeout(1_500)
    assert seen.complaints == []
    assert seen.elsewhere == []


def test_a_visitor_without_the_link_is_asked_for_the_password(browser: Browser, link: str) -> None:
    address, _, password = link.partition("?access_token=")
    seen = _visited(browser, address)
    seen.page.get_by_label("Password").fill(password)
    seen.page.get_by_role("button", name="Open").click()
    seen.page.locator(".terreng h1").wait_for()
    assert "401" in "".join(seen.complaints)  # the first answer was a refusal, and nothing else was complained of
    assert len(seen.complaints) == 1
