"""How the report is used: by keyboard, by pointer, without script, on a phone, and again another day."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser
# What can be reached by Tab, as browsers have it: of radio buttons of one name only the chosen one.
STOPS = """() => [...document.querySelectorAll('a[href], summary, input, [tabindex="0"]')]
  .filter(each => each.checkVisibility() && !(each.type === 'radio' && !each.checked)).length"""
SEEN = """() => {
  const at = document.activeElement, style = getComputedStyle(at), label = at.closest('label');
  const shown = label ? getComputedStyle(label) : style;
  return [at.tagName.toLowerCase(), shown.outlineStyle !== 'none' && parseFloat(shown.outlineWidth) > 0];
}"""
_END = "each => each.getBoundingClientRect().bottom"
_TOP = "each => each.getBoundingClientRect().top"


def shown_modes(page: Page) -> list[bool]:
    return [mode.is_visible() for mode in page.locator(".modes").first.locator(".mode").all()]


def test_the_keyboard_reaches_everything_and_shows_where_it_is(report: Path, visit: Open) -> None:
    page = visit(report.as_uri()).page
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "jump"
    assert page.locator(".jump").bounding_box()["y"] >= 0  # type: ignore[index]  # it is on the page
    stops = page.evaluate(STOPS)
    assert stops > 50
    for _ in range(stops - 1):
        page.keyboard.press("Tab")
        tag, has_outline = page.evaluate(SEEN)
        assert tag != "body"
        assert has_outline, tag
    page.keyboard.press("Tab")
    assert page.evaluate(
        "() => document.activeElement === document.body || document.activeElement.className === 'jump'"
    )


def test_the_skip_link_leads_to_the_report(report: Path, visit: Open) -> None:
    page = visit(report.as_uri()).page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"


def test_a_mode_is_chosen_by_arrow_keys_and_remembered(report: Path, visit: Open) -> None:
    page = visit(report.as_uri()).page
    page.locator(".modes input").first.focus()
    assert shown_modes(page).index(True) == 0
    page.keyboard.press("ArrowRight")
    assert shown_modes(page).index(True) == 1
    assert sum(shown_modes(page)) == 1
    page.reload()
    assert shown_modes(page).index(True) == 1


def test_without_script_modes_change_tables_unfold_and_pictures_keep_their_words(report: Path, visit: Open) -> None:
    page = visit(report.as_uri(), java_script_enabled=False).page
    page.locator(".modes label").nth(1).click()
    assert shown_modes(page).index(True) == 1
    link = page.locator(".tile a").first
    table = page.locator(link.get_attribute("href") or "")
    assert not table.is_visible()
    link.click()
    assert table.is_visible()
    assert page.locator("figure svg g title, figure svg a title, figure svg circle title").count() > 0


def test_the_pointer_is_told_what_it_is_at_and_escape_hides_it(report: Path, visit: Open) -> None:
    page = visit(report.as_uri()).page
    marked = page.locator("figure svg :is(g, circle, path, rect):has(> title)").first
    words = marked.locator("> title").text_content() or ""
    marked.scroll_into_view_if_needed()
    box = marked.bounding_box()
    assert box is not None
    assert words
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    hint = page.locator(".hint")
    assert hint.is_visible()
    assert hint.text_content()
    page.keyboard.press("Escape")
    assert not hint.is_visible()


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1920])
def test_nothing_makes_the_page_wider_than_the_screen(report: Path, visit: Open, width: int) -> None:
    page = visit(report.as_uri(), width).page
    page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_on_paper_there_is_no_navigation_and_one_mode(report: Path, visit: Open) -> None:
    page = visit(report.as_uri()).page
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator("nav").first.is_visible()
    assert not page.locator(".choices").first.is_visible()
    assert shown_modes(page).index(True) == 0
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_first_paper_page_holds_the_finding_and_where_to_start_before_the_map(report: Path, visit: Open) -> None:
    page = visit(report.as_uri()).page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1024, "height": 690})  # what A4 on its side leaves between its margins
    assert page.locator(".cards").first.locator(".card").first.evaluate(_END) < 690
    assert page.locator('[data-key="start"]').first.evaluate(_END) <= page.locator('[data-key="metro"]').first.evaluate(
        _TOP
    )


def test_on_paper_a_high_map_has_its_legend_beside_it(report: Path, visit: Open) -> None:
    page = visit(report.as_uri()).page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1024, "height": 690})
    plate = page.locator(".plate.tall").first
    figure, legend = plate.locator("figure").first.bounding_box(), plate.locator(".legend").first.bounding_box()
    assert figure is not None and legend is not None
    assert figure["x"] + figure["width"] <= legend["x"]
