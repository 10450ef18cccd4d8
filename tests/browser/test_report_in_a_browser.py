"""The report in a real browser: nothing on the console, no request, every link lands, and no text on another."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe

from pipelines.report import write_report
from pipelines.report.drop_off import drop_off
from pipelines.report.metro_map import metro_map
from pipelines.report.promises import promises
from pipelines.report.view import JourneyView
from pipelines.settings import Settings
from tests.browser.conftest import Open

pytestmark = pytest.mark.browser
RUN = "20260630T000000Z-1a2b"
# Every pair of texts in one picture whose drawn boxes share more than a pixel, and how many texts there are.
MEASURE = """() => {
  const found = [];
  for (const svg of document.querySelectorAll('figure svg')) {
    const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
    boxes.forEach(([a, r], i) => boxes.slice(i + 1).forEach(([b, s]) => {
      const meet = r.left + 1 < s.right && s.left + 1 < r.right && r.top + 3 < s.bottom && s.top + 3 < r.bottom;
      if (meet) found.push(a + ' / ' + b);
    }));
  }
  return [document.querySelectorAll('text').length, found];
}"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map(a => new URL(a.getAttribute('href'), location).href)"
Build = Callable[..., Settings]
MapText = Callable[[int], str]


@pytest.fixture
def report(build: Build, map_text: MapText) -> Path:
    return write_report(build(map_text(12), 100), RUN)


def test_the_report_opens_without_a_console_message_or_a_second_request(report: Path, visit: Open) -> None:
    seen = visit(report.as_uri())
    seen.page.wait_for_load_state("networkidle")
    assert seen.console == []
    assert [each for each in seen.asked if not each.startswith("data:")] == [report.as_uri()]
    assert "journeys end before" in seen.page.inner_text("h1")


def test_every_link_lands(report: Path, visit: Open) -> None:
    seen = visit(report.as_uri())
    links = seen.page.evaluate(LINKS)
    ids = set(seen.page.evaluate("() => [...document.querySelectorAll('[id]')].map(each => each.id)"))
    assert len(links) > 20
    for link in links:
        address, anchor = urldefrag(link)
        if address == report.as_uri():
            assert anchor in ids, link
        else:
            assert Path(unquote(urlparse(address).path)).is_file(), link


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(report: Path, visit: Open, scheme: str) -> None:
    page = visit(report.as_uri(), color_scheme=scheme, bypass_csp=True).page
    found = Axe().run(page).response["violations"]
    serious = [each for each in found if each["impact"] in {"serious", "critical"}]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in serious] == []


@pytest.mark.parametrize("touchpoints_n", [5, 12, 25])
def test_no_text_lies_on_another_in_the_browsers_own_font(
    view: Callable[..., JourneyView], visit: Open, tmp_path: Path, touchpoints_n: int
) -> None:
    shown = view(touchpoints_n)
    others = [drawing for drawing in (drop_off(shown, "d"), promises(shown, "p")) if drawing is not None]
    assert len(others) == 2
    css = (files("pipelines.report") / "templates" / "report.css").read_text(encoding="utf-8")
    figures = "".join(f"<figure>{drawing.svg}</figure>" for drawing in (*metro_map(shown, "m"), *others))
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><meta charset=utf-8><style>{css}</style><main>{figures}</main>", encoding="utf-8")
    texts_n, found = visit(page.as_uri()).page.evaluate(MEASURE)
    assert texts_n > 50
    assert found == []


def test_the_report_prints(report: Path, visit: Open) -> None:
    assert visit(report.as_uri()).page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
