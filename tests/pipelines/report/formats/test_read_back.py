"""The numbers of PDF and slides, read back from the files, are those of the report that they were made from."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pptx import Presentation
from pypdf import PdfReader

from pipelines.report.document import Cards, Figure, Lead, Modes, Table, Tiles
from pipelines.report.formats.pdf import pdf
from pipelines.report.formats.pdf.blocks import MOST_OPEN
from pipelines.report.formats.pdf.content import MOST_BEHIND
from pipelines.report.formats.pptx import pptx
from pipelines.report.formats.pptx.charts import can_be_read
from pipelines.report.made import Made
from pipelines.report.text import clean, short


@pytest.fixture(scope="module")
def printed(made: Made) -> str:
    """The PDF's text without any space, since columns and lines part it anywhere."""
    reader = PdfReader(BytesIO(pdf(made.document, made.as_of)))
    return bare(" ".join(page.extract_text() for page in reader.pages))


@pytest.fixture(scope="module")
def slides(made: Made) -> list[Any]:
    return list(Presentation(BytesIO(pptx(made.document, made.as_of))).slides)


def bare(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())


def test_every_row_that_is_printed_reads_as_in_the_report(made: Made, printed: str) -> None:
    for chapter in made.document.chapters:
        for block in chapter.blocks:
            if isinstance(block, Table) and block.table.records:
                most = MOST_OPEN if block.is_open else MOST_BEHIND
                for row in block.table.rows[:most]:
                    numbers = [text for (text, _), head in zip(row, block.table.shown, strict=True) if head.is_number]
                    assert all(bare(short(text, 44)) in printed for text in numbers)


def test_headlines_tiles_and_findings_are_printed_with_their_numbers(made: Made, printed: str) -> None:
    for chapter in made.document.chapters:
        for block in chapter.blocks:
            match block:
                case Lead(headline):
                    assert bare(clean(headline.detail)) in printed
                case Tiles(tiles):
                    assert all(bare(f"{tile.value}{tile.label}") in printed for tile in tiles)
                case Cards(cards):
                    assert all(bare(clean(number.value)) in printed for card in cards for number in card.numbers)
                case _:
                    pass


def test_charts_hold_the_values_of_their_figures(made: Made, slides: list[Any]) -> None:
    drawn = {(chart_names(chart), chart_values(chart)) for chart in charts(slides)}
    figures = [
        figure
        for chapter in made.document.maps
        for block in chapter.blocks
        for figure in ((block,) if isinstance(block, Figure) else block.figures[:1] if isinstance(block, Modes) else ())
    ]
    wanted = [figure.chart for figure in figures if figure.chart is not None and can_be_read(figure.chart)]
    assert wanted
    for chart in wanted:
        names = tuple(short(name, 60) for name in chart.categories)
        if "quadrants" not in {figure.name.rpartition("-")[2] for figure in figures if figure.chart is chart}:
            assert (names, tuple(series.values for series in chart.series)) in drawn


def test_every_finding_has_its_slide_with_its_chart(made: Made, slides: list[Any]) -> None:
    cards = [card for chapter in made.document.maps for b in chapter.blocks if isinstance(b, Cards) for card in b.cards]
    assert cards
    titles = {slide.shapes.title.text_frame.text: slide for slide in slides}
    for card in cards:
        slide = titles[clean(card.occurs)]
        text = "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
        assert all(clean(number.value) in text and clean(number.detail) in text for number in card.numbers)
        values = {chart_values(chart) for chart in charts([slide])}
        assert values == ({tuple(series.values for series in card.chart.series)} if card.chart else set())


def charts(slides: list[Any]) -> list[Any]:
    return [shape.chart for slide in slides for shape in slide.shapes if shape.has_chart]


def chart_names(chart: Any) -> tuple[str, ...]:
    return tuple(chart.plots[0].categories)


def chart_values(chart: Any) -> tuple[tuple[float | None, ...], ...]:
    return tuple(tuple(series.values) for series in chart.plots[0].series)
