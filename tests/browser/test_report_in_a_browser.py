"""The report in a real browser: nothing on the console, no request, every link lands, and no text on another."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe

from pipelines.report.drop_off import drop_off
from pipelines.report.metro.map import metro_map
from pipelines.report.promises import promises
from pipelines.report.view import JourneyView
from tests.browser.conftest import Open

pytestmark = pytest.mark.browser
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


def test_the_report_opens_without_a_console_message_or_a_second_request(report: Path, visit: Open) -> None:
    seen = visit(report.as_uri())
    seen.page.wait_for_load_state("networkidle")
    assert seen.console == []
    assert [each for each in seen.asked if not each.startswith("data:")] == [report.as_uri()]
    assert "journeys end before" in seen.page.inner_text("h1")


def test_every_link_lands(report: Path, visit: Open) -> None:
    for path in (report, *sorted((report.parent / "owners").iterdir())):
        lands(path, visit)


def lands(report: Path, visit: Open) -> None:
    seen = visit(report.as_uri())
    links = seen.page.evaluate(LINKS)
    ids = set(seen.page.evaluate("() => [...document.querySelectorAll('[id]')].map(each => each.id)"))
    assert len(links) > 5
    for link in links:
        address, anchor = urldefrag(link)
        if address == report.as_uri():
            assert anchor in ids, link
        else:
            assert Path(unquote(urlparse(address).path)).is_file(), link


# All rules on the page in light; what colours and narrow screens change there.
RULES: dict[tuple[str, int], dict[str, object]] = {
    ("light", 1400): {},
    ("dark", 1400): {"runOnly": ["color-contrast"]},
    ("light", 390): {"runOnly": ["scrollable-region-focusable", "target-size"]},
}


@pytest.mark.parametrize(("scheme", "width"), RULES)
def test_axe_finds_no_serious_fault(report: Path, visit: Open, scheme: str, width: int) -> None:
    owner = min((report.parent / "owners").iterdir())
    for path in (report, owner) if (scheme, width) == ("light", 1400) else (report,):
        page = visit(path.as_uri(), width, color_scheme=scheme, bypass_csp=True).page
        page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true; })")
        options = {"resultTypes": ["violations"], **RULES[(scheme, width)]}
        context = {"exclude": ["svg"]} if scheme == "dark" else None  # their colours have a test of their own
        found = Axe().run(page, context=context, options=options).response["violations"]
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


def test_no_style_of_the_page_reaches_into_a_picture(report: Path, visit: Open) -> None:
    page = visit(report.as_uri()).page
    page.emulate_media(media="print")
    drawn = page.evaluate(
        "() => [...new Set([...document.querySelectorAll('figure svg *')].flatMap(e => [...e.classList]))]"
    )
    css = (files("pipelines.report") / "templates" / "page.css").read_text(encoding="utf-8")
    selectors = {part.strip() for head in re.findall(r"([^{}]*)\{", css) for part in head.split(",")}
    assert len(set(drawn)) > 30
    assert {name for name in drawn if selectors & {f".{name}", f"span.{name}"}} == set()
