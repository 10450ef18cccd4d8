"""One number, every format: what SQL reads from the snapshot is what page, workbook, slides, PDF and files say."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from openpyxl import load_workbook
from pptx import Presentation
from pypdf import PdfReader

from pipelines.report.formats.files import write_report_as
from pipelines.report.made import Made
from pipelines.report.numbers import share_with
from pipelines.report.write import write_report
from pipelines.settings import Settings
from pipelines.warehouse import reader
from tests.pipelines.report.formats.conftest import made, workspace

__all__ = ["made", "workspace"]

pytestmark = pytest.mark.filterwarnings("ignore:.* extension is not supported:UserWarning")
LEAVE = """
SELECT touchpoint, reached_n, hazard, exit_hazard FROM touchpoint_outcomes
WHERE segment IS NULL AND horizon_d = (SELECT max(horizon_d) FROM touchpoint_outcomes) AND hazard IS NOT NULL
ORDER BY touchpoint
"""
CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)
Truth = dict[str, tuple[int, float, float]]


@pytest.fixture(scope="module")
def truth(workspace: Settings, made: Made) -> Truth:
    """Label of a touchpoint to how many reached it, and which share falls silent and says no there."""
    with reader(workspace) as connection:
        rows = connection.execute(LEAVE).fetchall()
    (view,) = made.views
    told = {view.label(name): (n, silent, no or 0.0) for name, n, silent, no in rows if view.leave(name) is not None}
    assert len(told) >= 3
    return told


@pytest.fixture(scope="module")
def folder(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report in every format that holds numbers."""
    to = tmp_path_factory.mktemp("all")
    for name in ("json", "xlsx", "pdf", "pptx"):
        write_report_as(made, name, to)
    return to


def label(made: Made, touchpoint: str) -> str:
    return made.views[0].label(touchpoint)


def test_the_page_says_what_is_published(workspace: Settings, made: Made, truth: Truth) -> None:
    html = write_report(workspace, made.document.run_id).read_text(encoding="utf-8")
    table = html.split('id="become_customer_drop_off"', 1)[1].split("</table>", 1)[0]
    rows = {cells[0]: cells for cells in _rows(table)}
    for name, (reached_n, silent, no) in truth.items():
        assert rows[name][1] == f"{reached_n:,}"
        assert rows[name][2].startswith(share_with(silent + no, None, None) + " (")


def _rows(table: str) -> Iterator[list[str]]:
    for row in table.split("<tr")[1:]:
        yield [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in CELL.findall(row)]


def test_the_workbook_says_what_is_published(folder: Path, made: Made, truth: Truth) -> None:
    title = next(table.title for table in made.document.tables if table.name == "become_customer_drop_off")
    book = load_workbook(folder / "report.xlsx")
    (sheet,) = (each for each in book.worksheets if each["A1"].value == title)
    found = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True) if row[0] in truth}
    assert set(found) == set(truth)
    for name, (reached_n, silent, no) in truth.items():
        assert found[name][0] == reached_n
        assert found[name][1] == pytest.approx(silent + no)


def test_the_slides_say_what_is_published(folder: Path, truth: Truth) -> None:
    charts = [
        shape.chart.plots[0]
        for slide in Presentation(str(folder / "report.pptx")).slides
        for shape in slide.shapes
        if shape.has_chart
    ]
    (plot,) = (p for p in charts if [series.name for series in p.series] == ["Fall silent", "Say no"])
    drawn: dict[str, Any] = dict(zip(plot.categories, zip(*(s.values for s in plot.series), strict=True), strict=True))
    for name, (_, silent, no) in truth.items():
        assert drawn[name] == (pytest.approx(silent), pytest.approx(no))


def test_the_pdf_says_what_is_published(folder: Path, truth: Truth) -> None:
    pages = PdfReader(BytesIO((folder / "report.pdf").read_bytes())).pages
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)
    for name, (reached_n, silent, no) in truth.items():
        assert f"{name} {reached_n:,} {share_with(silent + no, None, None)} (" in text


def test_the_twins_of_a_figure_say_what_is_published(folder: Path, made: Made, truth: Truth) -> None:
    stem = folder / "figures" / "become_customer-drop-off"
    told = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))["records"]
    with stem.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        plain = list(csv.DictReader(file))
    framed = pl.read_parquet(stem.with_suffix(".parquet")).to_dicts()
    for rows in (told, plain, framed):
        found = {label(made, str(row["touchpoint"])): row for row in rows}
        for name, (reached_n, silent, no) in truth.items():
            assert int(found[name]["reached_n"]) == reached_n
            assert float(found[name]["leave"]) == pytest.approx(silent + no)


def test_the_findings_say_what_is_published(folder: Path, workspace: Settings) -> None:
    with reader(workspace) as connection:
        rows = connection.execute("SELECT finding_id, journeys_n, rate, value FROM findings").fetchall()
    told = {row["finding_id"]: row for row in json.loads((folder / "findings.json").read_text())["findings"]}
    assert len(rows) >= 3
    for finding_id, journeys_n, rate, _ in rows:
        assert told[finding_id]["journeys_n"] == journeys_n
        assert _share(told[finding_id]["rate"]) == pytest.approx(rate)


def _share(rate: object) -> object:
    return rate["value"] if isinstance(rate, dict) else rate
