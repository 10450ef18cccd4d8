"""The report in a real browser: no console message, no request, and no text on another, in the fonts that it has."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from pipelines.report import write_report
from pipelines.report.drop_off import drop_off
from pipelines.report.metro_map import metro_map
from pipelines.report.promises import promises
from pipelines.report.view import JourneyView
from pipelines.settings import Settings

pytestmark = pytest.mark.browser
RUN = "20260630T000000Z-1a2b"
# Reports every pair of texts in one picture whose drawn boxes share more than a pixel.
MEASURE = """
const found = [];
for (const svg of document.querySelectorAll('figure svg')) {
  const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
  boxes.forEach(([a, r], i) => boxes.slice(i + 1).forEach(([b, s]) => {
    const meet = r.left + 1 < s.right && s.left + 1 < r.right && r.top + 3 < s.bottom && s.top + 3 < r.bottom;
    if (meet) found.push(a + ' / ' + b);
  }));
}
const out = document.createElement('pre');
out.id = 'found';
out.textContent = JSON.stringify([document.querySelectorAll('text').length, found]);
document.body.append(out);
"""


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A folder over HTTP on loopback, and every path that was asked for."""
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is the base class's
            asked.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def test_the_report_opens_without_a_console_message_or_a_second_request(
    build: Callable[..., Settings], map_text: Callable[[int], str], browse: Callable[..., Any]
) -> None:
    path = write_report(build(map_text(12), 100), RUN)
    with served(path.parent) as (address, asked):
        visit = browse(f"{address}/report.html")
    assert visit.console == ()
    assert asked == ["/report.html"]
    assert "journeys end before" in visit.document


@pytest.mark.parametrize("touchpoints_n", [5, 12, 25])
def test_no_text_lies_on_another_in_the_browsers_own_font(
    view: Callable[..., JourneyView], browse: Callable[..., Any], tmp_path: Path, touchpoints_n: int
) -> None:
    shown = view(touchpoints_n)
    others = [drawing for drawing in (drop_off(shown, "d"), promises(shown, "p")) if drawing is not None]
    assert len(others) == 2
    css = (files("pipelines.report") / "templates" / "report.css").read_text(encoding="utf-8")
    figures = "".join(f"<figure>{drawing.svg}</figure>" for drawing in (*metro_map(shown, "m"), *others))
    page = tmp_path / "page.html"
    page.write_text(
        f"<!doctype html><meta charset=utf-8><style>{css}</style><main>{figures}</main><script>{MEASURE}</script>",
        encoding="utf-8",
    )
    document = browse(page.as_uri()).document
    told = re.search(r'<pre id="found">(.*?)</pre>', document, re.DOTALL)
    assert told is not None
    texts_n, found = json.loads(unescape(told.group(1)))
    assert texts_n > 50
    assert found == []


def test_the_report_prints(
    build: Callable[..., Settings], map_text: Callable[[int], str], browse: Callable[..., Any], tmp_path: Path
) -> None:
    path = write_report(build(map_text(5), 100), RUN)
    browse(path.as_uri(), f"--print-to-pdf={tmp_path / 'report.pdf'}", "--no-pdf-header-footer")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
