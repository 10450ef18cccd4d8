"""Whatever somebody typed, in any field of the map or of a row: the browser shows it and runs none of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipelines.report import write_report
from schemas.tables import TABLES
from tests.browser.conftest import RUN, Open
from tests.pipelines.report.conftest import Rows, make_workspace
from tests.pipelines.report.sample_maps import make_map

pytestmark = pytest.mark.browser
HOSTILE = (
    "<script>hit()</script>\u05d0\u05d1\u05d2 \u0627\u0644<img src=x onerror=hit()><svg onload=hit()></style></title>"
    '</svg>"\' onmouseover=hit() x=\' {{ 7*7 }} {% raw %} ${7*7} =HYPERLINK("http://evil") javascript:hit() ]]> <!--'
    " \u200f\u2067 \U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 "
) + "W" * 500
# Columns whose words are ours or join tables; everything else that is text may hold what somebody typed.
OURS = frozenset((
    "journey", "touchpoint", "at_touchpoint", "from_touchpoint", "to_touchpoint", "block", "status", "end_status",
    "role", "rule", "kind", "signal", "state", "run_id", "finding_id", "first_seen_run", "journey_id", "person_id",
    "variant_id", "event_id", "file_id", "rejected_id", "assignment", "move", "alignment", "calendar", "verdict",
    "measure", "line", "channel", "initiator", "trust", "evidence_grade", "content_hash", "end", "ended_as",
    "branch", "from_state", "to_state", "way",
))  # fmt: skip
HITS = "() => [window.hits || 0, document.querySelectorAll('script').length, document.querySelectorAll('img').length]"


def hostile(rows: Rows) -> None:
    """Puts the text into every text column that is not ours, of every row."""
    for name, table in TABLES.items():
        texts = [each.name for each in table.columns if each.type == "VARCHAR" and each.name not in OURS]
        for row in rows[name]:
            row.update({column: HOSTILE for column in texts if row.get(column) is not None})


def hostile_map() -> str:
    """A map with the text as every title, owner, goal and persona."""
    text = json.dumps(re.sub("[\u200f\u2067]", "", HOSTILE), ensure_ascii=False)
    fields = r"(title|owner|persona|customer_goal|business): ('[^']*'|[^,{}\n]+)"
    named = re.sub(r"title: Become.*", "title: 'x'", make_map(12))
    return re.sub(fields, lambda found: f"{found[1]}: {text}", named)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    settings = make_workspace(tmp_path_factory.mktemp("hostile"), hostile_map(), 60, hostile)
    report = write_report(settings, RUN)
    return [report, *sorted((report.parent / "owners").iterdir())]


def test_nothing_typed_is_run_or_asked_for(pages: list[Path], visit: Open) -> None:
    assert len(pages) > 1
    for path in pages:
        seen: Any = visit("about:blank")
        seen.page.add_init_script("window.hit = () => { window.hits = (window.hits || 0) + 1; }")
        seen.asked.clear()
        seen.page.goto(path.as_uri())
        seen.page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true; })")
        for x in range(100, 1400, 100):
            seen.page.mouse.move(x, 500)
        assert seen.page.evaluate(HITS) == [0, 1, 0]
        assert seen.console == []
        assert [each for each in seen.asked if not each.startswith("data:")] == [path.as_uri()]
        handlers = (
            "() => [...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()).filter(n => /^on/.test(n))"
        )
        assert seen.page.evaluate(handlers) == []


def test_what_was_typed_is_shown_and_breaks_no_page(pages: list[Path], visit: Open) -> None:
    page = visit(pages[0].as_uri(), 390).page
    assert "<script>hit()</script>" in page.inner_text("main")
    assert page.locator("bdi").count() > 0
    page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
