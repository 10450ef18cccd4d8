"""Puts the workbook together: contents, then each chapter's text, map, charts and tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.language import tr, trn
from pipelines.report.document import Chapter, Chart, Document, Figure
from pipelines.report.formats.framed import framed, of_figure
from pipelines.report.formats.png import png
from pipelines.report.formats.standalone import alternative
from pipelines.report.formats.workbook.charts import ChartSheet, chart_title
from pipelines.report.formats.workbook.columns import sheet_columns
from pipelines.report.formats.workbook.looks import TABS, Looks, lay_out
from pipelines.report.formats.workbook.names import SheetNames, link
from pipelines.report.formats.workbook.report_sheet import ReportSheet
from pipelines.report.formats.workbook.table_sheet import table_sheet, write_link, write_text
from pipelines.report.made import Made
from pipelines.report.numbers import count
from pipelines.report.tables import DataTable
from pipelines.report.text import clean, short

# Nothing in a cell is taken for a formula, a number or a link that is text in the report.
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
_METRO = "metro"  # key of the section with the map


def workbook(made: Made) -> bytes:
    """The report as a file for spreadsheets; the same run gives the same bytes."""
    from xlsxwriter import Workbook

    file = BytesIO()
    book = Workbook(file, _OPTIONS)
    document = made.document
    book.set_properties(
        {
            "title": clean(document.title),
            "subject": clean(document.workspace),
            "author": "Terreng",
            "comments": f"run {document.run_id}",
            "created": made.as_of.replace(tzinfo=None),
        }
    )
    _Book(book, document, made.snapshot.zone).write()
    book.close()
    return file.getvalue()


@dataclass
class _Part:
    """The sheets of one chapter, in their order; their names by what they hold."""

    chapter: Chapter
    colour: str
    text: Any
    map: Any = None
    charts: Any = None
    tables: list[tuple[DataTable, Any]] = field(default_factory=list)


class _Book:
    """The workbook in the making: all sheets are named first, so that they can link to each other."""

    def __init__(self, book: Any, document: Document, zone: ZoneInfo) -> None:
        self._book, self._document, self._zone = book, document, zone
        self._names, self._looks = SheetNames(), Looks(book)
        self._addresses: dict[str, str] = {}
        self._over = tr("{workspace}, as of {as_of}, run {run}", workspace=short(document.workspace, 60),
                        as_of=document.as_of, run=document.run_id)  # fmt: skip

    def write(self) -> None:
        """Every sheet."""
        contents = self._book.add_worksheet(self._names(tr("Contents")))
        self._back = link(contents.get_name())
        contents.set_tab_color(TABS[-1])
        many = len(self._document.maps) > 1
        parts = [
            self._part(chapter, f"{i} " if many and chapter is not self._document.data else "", TABS[(i - 1) % 4])
            for i, chapter in enumerate(self._document.chapters, 1)
        ]
        for part in parts:
            self._fill(part)
        self._contents(contents, parts)
        contents.activate()

    def _part(self, chapter: Chapter, prefix: str, colour: str) -> _Part:
        is_data = chapter is self._document.data
        part = _Part(chapter, colour, self._sheet(tr("Data") if is_data else prefix + tr("Report"), colour))
        if self._map(chapter) is not None:
            part.map = self._sheet(prefix + tr("Map"), colour)
        if any(figure.chart for figure in chapter.figures):
            part.charts = self._sheet(prefix + tr("Charts"), colour)
        for table in chapter.tables:
            sheet = self._sheet(prefix + table.title, colour)
            part.tables.append((table, sheet))
            self._addresses[table.name] = link(sheet.get_name())
        return part

    def _sheet(self, name: str, colour: str) -> Any:
        sheet = self._book.add_worksheet(self._names(name))
        sheet.set_tab_color(colour)
        return sheet

    def _map(self, chapter: Chapter) -> Figure | None:
        sections = (section for section in chapter.sections if section.key == _METRO)
        only = Chapter(chapter.stem, chapter.title, tuple(sections))
        return next(iter(only.figures), None)

    def _fill(self, part: _Part) -> None:
        for table, sheet in part.tables:
            table_sheet(sheet, table, sheet_columns(table, self._zone), self._looks, self._back)
        if part.charts is not None:
            self._draw_charts(part.charts, part.chapter)
        drawn = self._map(part.chapter)
        if drawn is not None:
            self._draw_map(part.map, drawn, part.chapter)
        ReportSheet(part.text, self._looks, self._addresses).write(part.chapter, self._over, self._back)

    def _draw_charts(self, sheet: Any, chapter: Chapter) -> None:
        charts = ChartSheet(self._book, sheet, self._looks, self._back)
        drawn: dict[Chart, str] = {}  # modes of a picture may have the same numbers: one chart will do
        for figure in chapter.figures:
            if figure.chart is None or not figure.chart.categories:
                continue
            if figure.chart not in drawn:
                drawn[figure.chart] = link(sheet.get_name(), charts.write(figure, figure.chart))
            self._addresses[figure.name] = drawn[figure.chart]

    def _draw_map(self, sheet: Any, figure: Figure, chapter: Chapter) -> None:
        write_link(sheet, (0, 0), self._back, tr("Contents"), self._looks)
        drawing = framed(of_figure(figure, chapter.title), self._document)
        title, words = alternative(drawing.svg)
        picture = {"image_data": BytesIO(png(drawing.svg, 2)), "x_scale": 0.5, "y_scale": 0.5}
        told = {"description": clean(f"{title}. {words}")[:2_000], "object_position": 3}
        sheet.insert_image(1, 0, f"{figure.name}.png", picture | told)
        lay_out(sheet, 1)
        self._addresses[figure.name] = link(sheet.get_name())

    def _contents(self, sheet: Any, parts: list[_Part]) -> None:
        for column, wide in enumerate((58, 12, 110)):
            sheet.set_column(column, column, wide)
        write_text(sheet, (0, 0), self._over, self._looks, "muted")
        sheet.merge_range(1, 0, 1, 2, "", self._looks("headline"))
        write_text(sheet, (1, 0), self._document.title, self._looks, "headline")
        sheet.set_row(1, 48)
        row = 3
        if self._document.snapshot_line:
            sheet.merge_range(2, 0, 2, 2, "", self._looks("warn"))
            write_text(sheet, (2, 0), self._document.snapshot_line, self._looks, "warn")
        for part in parts:
            row = self._contents_of(sheet, part, row) + 1
        lay_out(sheet)

    def _contents_of(self, sheet: Any, part: _Part, row: int) -> int:
        for column, text in enumerate((part.chapter.title, "", "")):
            write_text(sheet, (row, column), text, self._looks, "section")
        sheet.set_row(row, 24)
        drawn = ", ".join(dict.fromkeys(chart_title(figure) for figure in part.chapter.figures if figure.chart))
        titles = {each.get_name(): table.title for table, each in part.tables}
        lines = [(part.text, "", tr("What it says: findings, numbers, notes and assumptions"))]
        lines += [(part.map, "", tr("The journey as a metro map"))] if part.map is not None else []
        lines += [(part.charts, "", drawn)] if part.charts is not None else []
        lines += [(each, _rows(table), table.note) for table, each in part.tables]
        for each, rows, told in lines:
            row += 1
            name = each.get_name()
            write_link(sheet, (row, 0), link(name), titles.get(name, name), self._looks)
            write_text(sheet, (row, 1), rows, self._looks, "muted")
            write_text(sheet, (row, 2), short(told, 150), self._looks, "muted")
        return row + 1


def _rows(table: DataTable) -> str:
    return trn("{n} row", "{n} rows", len(table.records), n=count(len(table.records)))
