from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from lxml import etree
from openpyxl import load_workbook
from pptx import Presentation
from pptx.util import Inches

from pipelines.report.document import Cards, Chart, Figure, Section, Series
from pipelines.report.formats.pptx import pptx
from pipelines.report.formats.pptx.charts import can_be_read, number_format
from pipelines.report.formats.pptx.deck import BODY, Deck
from pipelines.report.formats.pptx.repeatable import repeatable
from pipelines.report.formats.pptx.slides import findings_slide
from tests.pipelines.report.formats.small_document import AS_OF, small_document


@pytest.fixture(scope="module")
def made() -> bytes:
    return pptx(small_document(), AS_OF)


@pytest.fixture(scope="module")
def slides(made: bytes) -> list[Any]:
    return list(Presentation(BytesIO(made)).slides)


def told(slide: Any) -> str:
    """Every text of a slide, with those of its tables."""
    texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    tables = (shape.table for shape in slide.shapes if shape.has_table)
    return "\n".join(texts + [cell.text for table in tables for row in table.rows for cell in row.cells])


def by_title(slides: list[Any], title: str) -> Any:
    return next(slide for slide in slides if slide.shapes.title.text_frame.text == title)


def chart_of(slide: Any) -> Any:
    return next(shape.chart for shape in slide.shapes if shape.has_chart)


def test_slides_stand_in_the_order_of_the_report_each_with_its_title(slides: list[Any]) -> None:
    assert [slide.shapes.title.text_frame.text for slide in slides] == [
        "Four in ten journeys end early",
        "Four in ten journeys end early",
        "The map: The map 1",
        "The map: The map 1, with all its lanes",
        "The map: The map 2",
        "The map: The map 2, with all its lanes",
        "Where to start",
        "Visits fail in 120 journeys",
        "Orders could not be seen",
        "Where they end",
        "Methods",
        "Rows",
    ]


def test_a_finding_has_its_numbers_owner_next_step_and_sources(slides: list[Any]) -> None:
    slide = by_title(slides, "Visits fail in 120 journeys")
    text = told(slide)
    for part in ("120", "22%", "21–23%", "Sales", "Look at ten.", "Finding 1: 1 Visit · Failed"):
        assert part in text
    notes = slide.notes_slide.notes_text_frame.text
    assert "Associated with: 4 points" in notes
    assert "Numbers: Table buy_findings (tables/buy_findings.csv)" in notes


def test_a_chart_can_be_edited_and_its_sheet_has_the_numbers_of_the_figure(slides: list[Any]) -> None:
    chart = chart_of(by_title(slides, "Where they end"))
    assert list(chart.plots[0].categories) == ["1 Visit", "2 Order", "3 Move in"]
    assert list(chart.plots[0].series[0].values) == [0.25, None, 0.031]
    sheet = load_workbook(BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
    assert sheet is not None
    assert [tuple(cell.value for cell in row) for row in sheet.rows] == [
        (None, "Fall silent"), ("1 Visit", 0.25), ("2 Order", None), ("3 Move in", 0.031),
    ]  # fmt: skip


def test_whiskers_reach_from_the_lower_to_the_upper_end(slides: list[Any]) -> None:
    bars = chart_of(by_title(slides, "Where they end"))._chartSpace.find(".//{*}errBars")
    reach = {side: [float(v.text) for v in bars.findall(f"{{*}}{side}//{{*}}v")] for side in ("plus", "minus")}
    assert reach["plus"] == pytest.approx([0.03, 0.0, 0.019])
    assert reach["minus"] == pytest.approx([0.03, 0.0, 0.011])


def test_the_place_of_a_finding_has_a_colour_of_its_own(slides: list[Any]) -> None:
    series = chart_of(by_title(slides, "Visits fail in 120 journeys")).plots[0].series[0]
    colours = [series.points[i].format.fill.fore_color.theme_color for i in (0,)]
    assert colours != [series.format.fill.fore_color.theme_color]


def test_pictures_charts_and_tables_have_words_for_those_who_cannot_see_them(slides: list[Any]) -> None:
    seen = 0
    for slide in slides:
        for shape in slide.shapes:
            if shape.shape_type is not None and (shape.has_chart or shape.has_table or hasattr(shape, "image")):
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr")
                seen += 1
    assert seen == 4 + 2 + 2  # pictures, charts, tables


def test_the_rows_of_a_table_are_those_of_the_report(slides: list[Any]) -> None:
    data = next(table for table in small_document().tables if table.name == "rows")
    table = next(shape.table for shape in by_title(slides, "Rows").shapes if shape.has_table)
    rows = [tuple(cell.text for cell in row.cells) for row in table.rows]
    assert rows[0] == tuple(head.heading for head in data.shown)
    assert rows[1:] == [tuple(text for text, _ in row) for row in data.rows[: len(rows) - 1]]
    assert f"{20 - len(rows) + 1} more rows in rows.csv" in told(by_title(slides, "Rows"))


def test_nothing_reaches_beyond_its_slide(made: bytes) -> None:
    deck = Presentation(BytesIO(made))
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top >= 0
            assert shape.top + shape.height <= deck.slide_height


def test_it_has_one_layout_with_the_run_and_the_number_of_the_slide_and_nothing_of_a_template(made: bytes) -> None:
    deck: Any = Presentation(BytesIO(made))
    assert (deck.slide_width, deck.slide_height) == (12191695, 6858000)
    (layout,) = deck.slide_layouts
    assert "Nordlys · as of 2026-06-30 UTC, run r1" in {s.text_frame.text for s in layout.shapes if s.has_text_frame}
    assert layout.element.find(".//{*}fld").get("type") == "slidenum"
    with ZipFile(BytesIO(made)) as file:
        assert not [name for name in file.namelist() if "printer" in name or "thumbnail" in name]
        assert b"Calibri" not in file.read("ppt/theme/theme1.xml")
        assert b"4x3" not in file.read("ppt/presentation.xml")
        assert not [name for name in file.namelist() if b"Steve" in file.read(name)]
    assert deck.core_properties.author == deck.core_properties.last_modified_by == "Terreng"


def test_the_same_report_gives_the_same_bytes_dated_by_its_snapshot(made: bytes) -> None:
    assert pptx(small_document(), AS_OF) == made
    properties = Presentation(BytesIO(made)).core_properties
    assert properties.created == properties.modified == AS_OF.replace(tzinfo=None)
    with ZipFile(BytesIO(made)) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_dates_are_told_in_workbooks_inside_too(made: bytes) -> None:
    with ZipFile(BytesIO(repeatable(made, AS_OF))) as file:
        books = [file.read(name) for name in file.namelist() if name.endswith(".xlsx")]
    assert len(books) == 2
    for book in books:
        with ZipFile(BytesIO(book)) as inside:
            assert inside.read("docProps/core.xml").count(b"2026-06-30T00:00:00Z") == 2


@pytest.mark.parametrize(
    "hostile",
    ["<a:t>&amp; ]]> \"'", "=cmd|'/c calc'!A0", "\u202eturned\x07\x0b", "\U0001f680 مرحبا 日本語", "x" * 500],
)
def test_what_anybody_typed_is_text_and_no_markup_link_or_formula(hostile: str) -> None:
    made = pptx(small_document(hostile), AS_OF)
    assert Presentation(BytesIO(made)).slides
    with ZipFile(BytesIO(made)) as file:
        for name in file.namelist():
            content = file.read(name)
            if name.endswith((".xml", ".rels")):
                etree.fromstring(content)
                assert b"hlinkClick" not in content
            if name.endswith(".xlsx"):
                sheet: Any = load_workbook(BytesIO(content)).active
                assert {cell.data_type for row in sheet.rows for cell in row} <= {"s", "n"}


def test_lines_of_which_most_points_are_missing_are_better_seen_as_a_picture() -> None:
    sparse = tuple(Series(str(i), (None, None, 0.1 * i, None)) for i in range(4))
    full = tuple(Series(str(i), (0.1, 0.2, 0.3, 0.4)) for i in range(4))
    assert not can_be_read(Chart("line", ("a", "b", "c", "d"), sparse))
    assert can_be_read(Chart("line", ("a", "b", "c", "d"), full))
    assert can_be_read(Chart("stacked", ("a", "b", "c", "d"), sparse))


def test_counts_have_a_decimal_only_where_they_are_no_whole_numbers() -> None:
    assert number_format(Chart("bar", ("a",), (Series("n", (12.0,)),), "count")) == "#,##0"
    assert number_format(Chart("bar", ("a",), (Series("n", (1.5,)),), "count")) == "[>=9.95]#,##0;0.0"
    assert number_format(Chart("bar", ("a",), (Series("n", (0.2,)),))) == "[>=0.0995]0%;0.0%"


@pytest.mark.parametrize("kind", ["bar", "stacked", "line", "dot"])
def test_charts_of_every_kind_are_drawn_also_of_nothing_less_than_nothing_and_one(kind: Any) -> None:
    document = small_document()
    values = ((0.0, 0.0), (-3.5, 12.0), (None, None), (1e6, 1e-6))
    series = [Series(str(of), of, of, of) for of in values]
    charts = [Chart(kind, ("a", "b"), (one,), "count") for one in series]
    figures = tuple(Figure(f"f{i}", f"Figure {i}", (), "", chart=chart) for i, chart in enumerate(charts))
    chapter = document.maps[0]
    section = Section("drop-off", "Ends", (*figures, Cards((), "Nothing.")))
    changed = type(chapter)(chapter.stem, chapter.title, (section,))
    deck = pptx(type(document)("T", "W", "r", "now", "", (changed,), document.data), AS_OF)
    drawn = [slide for slide in Presentation(BytesIO(deck)).slides if any(shape.has_chart for shape in slide.shapes)]
    assert len(drawn) == len(values)


def test_a_long_list_of_findings_ends_above_the_foot_of_its_slide() -> None:
    document = small_document()
    card = next(b for c in document.chapters for s in c.sections for b in s.blocks if isinstance(b, Cards)).cards[0]
    many = [replace(card, occurs=f"{card.occurs} and a few words more that break the line {i}") for i in range(10)]
    deck = Deck("Nordlys", "foot", "en")
    findings_slide(deck, "About", "Where to start", many, [])
    table = next(shape for shape in deck.file.slides[0].shapes if shape.has_table)
    assert table.top + table.height <= Inches(BODY.top + BODY.height)
