from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from unicodedata import normalize

import pytest
from pypdf import PdfReader
from typst import TypstError

from pipelines.report.document import Document, Heading, Modes, Note, Points, Section
from pipelines.report.formats.pdf import build, pdf
from pipelines.report.formats.pdf.blocks import shown_blocks
from pipelines.report.formats.pdf.columns import breakable, column_widths
from pipelines.report.formats.pdf.pictures import PAGE_WIDTH
from pipelines.report.text import width
from tests.pipelines.report.formats.small_document import AS_OF, small_document


@pytest.fixture(scope="module")
def made() -> bytes:
    return pdf(small_document(), AS_OF)


@pytest.fixture(scope="module")
def reader(made: bytes) -> PdfReader:
    return PdfReader(BytesIO(made))


def text_of(reader: PdfReader, pages_n: int | None = None) -> str:
    """The text of the first pages, or of all, with single spaces."""
    return " ".join(" ".join(page.extract_text().split()) for page in list(reader.pages)[:pages_n])


def elements(reader: PdfReader) -> list[dict[str, Any]]:
    """Every element of the structure that is read aloud."""
    found: list[dict[str, Any]] = []
    root: Any = reader.trailer["/Root"]
    below = [root["/StructTreeRoot"]]
    while below:
        element = below.pop().get_object()
        if isinstance(element, list):
            below += element
        elif isinstance(element, dict):
            found.append(element)
            below += [element["/K"]] if "/K" in element else []
    return found


def test_it_says_that_it_may_be_read_aloud_and_in_which_language_and_what_it_is(reader: PdfReader) -> None:
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().replace(b" ", b"")
    assert reader.metadata is not None
    assert reader.metadata.title == "Four in ten end early"


def test_every_picture_has_words_for_those_who_cannot_see_it(reader: PdfReader) -> None:
    told = [str(element["/Alt"]) for element in elements(reader) if element.get("/S") == "/Figure"]
    assert [alt for alt in told if not alt] == []
    for name in ("map 1", "map 2", "ends", "one"):
        assert f"A bar. It tells {name}" in told


def test_tables_have_their_heads_marked(reader: PdfReader) -> None:
    kinds = [element.get("/S") for element in elements(reader)]
    assert kinds.count("/Table") == 4
    assert kinds.count("/TH") == 4 * 3


def test_its_outline_has_every_chapter_and_section(reader: PdfReader) -> None:
    def titles(entries: list[Any]) -> list[Any]:
        return [titles(entry) if isinstance(entry, list) else entry.title for entry in entries]

    assert titles(reader.outline) == [
        "Buy a house", ["The map", "Where to start", "Where they end", "Singles"],
        "Data and methods", ["Methods", "Rows"],
        "The tables behind it", ["Buy a house"],
    ]  # fmt: skip


def test_every_page_is_a4_lying_and_has_its_number(reader: PdfReader) -> None:
    pages_n = len(reader.pages)
    for number, page in enumerate(reader.pages, 1):
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (842, 595)
        if number > 1:
            assert f"{number} / {pages_n}" in " ".join(page.extract_text().split())


def test_the_finding_stands_first_with_where_to_read_on(reader: PdfReader) -> None:
    first = " ".join(reader.pages[0].extract_text().split())
    assert "Four in ten journeys end early Of 1,234, 41% (38–44%)." in first
    assert "as of 2026-06-30 UTC, run r1" in first
    assert "Buy a house" in first


def test_numbers_are_those_of_the_tables(reader: PdfReader) -> None:
    text = text_of(reader)
    for data in small_document().tables:
        shown_n = 8 if data.name in {"buy_flows", "buy_findings"} else 15
        rows = [" ".join(cell for cell, _ in row) for row in data.rows]
        assert all(row in text for row in rows[:shown_n])
        assert f"{20 - shown_n} more rows in tables/{data.file}" in text


def test_every_block_is_told_and_the_map_in_every_light(reader: PdfReader) -> None:
    text = text_of(reader)
    for told in (
        "1,234 journeys", "of 1,200 people", "Rows add up.", "Late.", "The map 2", "Visits fail in 120 journeys",
        "22% of them 21–23%", "Associated with: 4 points", "9 journeys.", "Look at ten.", "How.", "Late: Order",
        "Shares are of journeys.",
    ):  # fmt: skip
        assert told in text
    assert text.count("Where they end") == 2  # in the contents, and over its section; not again over its picture


def test_the_same_report_gives_the_same_bytes_dated_by_its_snapshot(made: bytes, reader: PdfReader) -> None:
    assert pdf(small_document(), AS_OF) == made
    assert reader.metadata is not None
    assert reader.metadata.creation_date == AS_OF
    assert pdf(small_document(), datetime(2026, 7, 1, tzinfo=UTC)) != made


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("#panic() <script> $x$ = *b* _i_ `c` @ref // -- \\", "#panic() <script> $x$ = *b* _i_ `c` @ref // -- \\"),
        ("\u202eturned\u200b\x07", "turned"),
        ("\U0001f680\U0010ffff\u0fff", "\N{WHITE SQUARE}"),
        ("x" * 500, "xxxx"),
        ("Kredittvurderingsgodkjenning " * 12, "Kredittvurderingsgodkjenning"),
        ("مرحبا 日本語 e\u0301", "é"),
        ("น้ำ नमस्ते हिन्दी all the same", "all the same"),
    ],
)
def test_what_anybody_typed_is_shown_as_it_is_or_as_a_square(hostile: str, shown: str) -> None:
    text = text_of(PdfReader(BytesIO(pdf(small_document(hostile), AS_OF))), 3)
    assert shown in normalize("NFC", text)


def test_a_workspace_without_maps_is_told_so() -> None:
    document = small_document()
    empty = Document(document.title, "Nordlys", "r1", "now", "Nothing was read.", (), document.data)
    first = PdfReader(BytesIO(pdf(empty, AS_OF))).pages[0].extract_text()
    assert "There is no map yet" in first
    assert "Nothing was read." in first


@pytest.mark.parametrize("texts", [("a", "b"), ("word " * 60, "x"), ("y" * 300, "z" * 300, "1"), ("n",) * 16])
def test_columns_fit_the_page_and_their_words_the_columns(texts: tuple[str, ...]) -> None:
    widths = column_widths(("head",) * len(texts), [texts], 8)
    assert sum(widths) <= PAGE_WIDTH + 0.1 * len(texts)
    for text, wide in zip(texts, widths, strict=True):
        words = re.split(r"[ \u200b]", breakable(text, wide, 8))
        assert max(width(word, 8) for word in words) <= wide
        assert "".join(words) == text.replace(" ", "")


def test_a_large_picture_has_a_page_of_its_own_with_the_notes_below_it_and_what_follows_begins_another() -> None:
    section = small_document().maps[0].sections[1]
    figures = section.blocks[0]
    assert isinstance(figures, Modes)
    blocks = (figures.figures[0], Note("below"), Points(("next",)), Heading("Its heading"), figures.figures[1])
    shown = shown_blocks(Section("metro", "The map", blocks), {})
    assert [(each["kind"], each["starts_page"]) for each in shown] == [
        ("figure", False), ("note", False), ("points", True), ("heading", True), ("figure", False),
    ]  # fmt: skip
    assert [[(drawn["fills_page"], drawn["starts_page"]) for drawn in shown[i]["strips"]] for i in (0, 4)] == [
        [(True, False), (True, True)]
    ] * 2


def test_scripts_that_the_standard_refuses_are_set_without_its_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: bytes, told: str, as_of: datetime, standard: str | None) -> bytes:
        if standard:
            raise TypstError("PDF/UA-1 error: the PDF contains text with missing codepoints", "")
        return set_plainly(source, told, as_of, None)

    set_plainly = build._set
    monkeypatch.setattr(build, "_set", refuse)
    reader = PdfReader(BytesIO(pdf(small_document(), AS_OF)))
    assert "/StructTreeRoot" in reader.root_object
