from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.language import speaking
from pipelines.privacy.withheld import Withheld
from pipelines.report.formats.workbook import workbook
from pipelines.report.formats.workbook.columns import sheet_columns
from pipelines.report.formats.workbook.names import LONGEST
from pipelines.report.formats.workbook.table_sheet import HEAD_ROW
from pipelines.report.made import Made, made_report
from pipelines.report.tables import DataTable
from pipelines.report.text import clean
from pipelines.settings import Settings
from tests.pipelines.report.formats.small_document import small_document

# openpyxl reads no bars in cells of the kind that Excel has had since 2010, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:.* extension is not supported:UserWarning")
HOSTILE = '=HYPERLINK("http://x","y") <script>alert(1)</script> \u202e+1'
TARGET = re.compile(r"'(?P<sheet>(?:[^']|'')+)'!(?P<cell>[A-Z]+\d+)")


@pytest.fixture(scope="module")
def data(made: Made) -> bytes:
    return workbook(made)


@pytest.fixture(scope="module")
def book(data: bytes) -> Workbook:
    return load_workbook(BytesIO(data))


def sheet_of(book: Workbook, title: str) -> Worksheet:
    (found,) = (sheet for sheet in book.worksheets if sheet["A1"].value == title)
    return found


@pytest.mark.parametrize("language", ["en", "nb"])
def test_every_table_is_a_sheet_with_the_numbers_of_its_rows(workspace: Settings, language: str) -> None:
    with speaking(language):
        made = made_report(workspace)
        book = load_workbook(BytesIO(workbook(made)))
        compared = sum(compare(made, table, book) for table in made.document.tables if table.records)

    assert compared > 200


def compare(made: Made, table: DataTable, book: Workbook) -> int:
    """Holds a table's sheet against its rows; returns how many numbers it had."""
    sheet, n = sheet_of(book, table.title), 0
    for i, column in enumerate(sheet_columns(table, made.snapshot.zone), 1):
        assert sheet.cell(HEAD_ROW + 1, i).value == clean(column.heading)
        for row, record in enumerate(table.records, HEAD_ROW + 2):
            raw, read = record.get(column.name), sheet.cell(row, i).value
            assert not re.search(r'"[^"]*\d[^"]*"', sheet.cell(row, i).number_format), (table.name, column.name)
            if isinstance(raw, (int, float)) and not isinstance(raw, (bool, Withheld)) and read is not None:
                days = 86_400 if column.name.endswith("_s") and not column.is_more else 1
                told = read / timedelta(days=1) if isinstance(read, timedelta) else read
                assert told == pytest.approx(raw / days), (table.name, column.name)
                n += 1
    return n


def test_tables_have_filters_and_headings_that_stay_and_bars(made: Made, book: Workbook) -> None:
    (table,) = (each for each in made.document.tables if each.name.endswith("drop_off"))

    sheet = sheet_of(book, table.title)

    assert sheet.freeze_panes == f"B{HEAD_ROW + 2}"
    assert sheet.auto_filter.ref.startswith(f"A{HEAD_ROW + 1}:")
    assert sheet.print_title_rows == f"${HEAD_ROW + 1}:${HEAD_ROW + 1}"
    kinds = {rule.type for ranges in sheet.conditional_formatting for rule in ranges.rules}
    assert kinds == {"dataBar"}


def test_every_link_lands_on_a_sheet_of_the_book(book: Workbook) -> None:
    cells = (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    links = [cell.hyperlink.location for cell in cells if cell.hyperlink]

    assert len(links) > 2 * len(book.sheetnames)
    for link in links:
        found = TARGET.fullmatch(link)
        assert found, link
        assert found["sheet"].replace("''", "'") in book.sheetnames


def test_names_of_sheets_are_allowed(book: Workbook) -> None:
    assert all(len(name) <= LONGEST for name in book.sheetnames)
    assert len({name.casefold() for name in book.sheetnames}) == len(book.sheetnames)


def test_every_chart_of_the_report_is_a_chart_of_the_book(made: Made, data: bytes) -> None:
    charts = {(figure.name.split("-")[0], figure.chart) for figure in made.document.figures if figure.chart is not None}
    with zipfile.ZipFile(BytesIO(data)) as book:
        files = [name for name in book.namelist() if name.startswith("xl/charts/chart")]
        told = "".join(book.read(name).decode() for name in book.namelist() if name.startswith("xl/drawings/drawing"))

    assert len(files) == len(charts) > 0
    assert told.count('descr="') >= len(charts)


def test_the_map_is_a_picture_with_words(book: Workbook, data: bytes) -> None:
    with zipfile.ZipFile(BytesIO(data)) as files:
        assert [name for name in files.namelist() if name.endswith(".png")]
    assert "Map" in book.sheetnames


def test_what_somebody_typed_is_a_text_and_never_a_formula(made: Made) -> None:
    book = load_workbook(BytesIO(workbook(replace(made, document=small_document(HOSTILE)))))

    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]

    told = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith("=HYPERLINK")]
    assert told
    assert not [cell for cell in told if cell.data_type != "s" or not cell.quotePrefix]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if "\u202e" in str(cell.value)]


def test_the_same_report_gives_the_same_bytes_with_the_date_of_its_snapshot(made: Made, data: bytes) -> None:
    assert workbook(made) == data
    created = load_workbook(BytesIO(data)).properties.created
    assert created == datetime(2026, 6, 30)  # sheets have no zones
