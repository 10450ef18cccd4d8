"""The report's document as plain data for its printed form: texts cleaned, numbers as the page tells them."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from pipelines.language import tr
from pipelines.report.document import Chapter, Document, Lead, Section, Table
from pipelines.report.formats.pdf.blocks import begins_page, ends_full, shown_blocks, stands
from pipelines.report.formats.pdf.columns import table
from pipelines.report.formats.pdf.pictures import Content
from pipelines.report.tables import DataTable
from pipelines.report.text import clean, short

MOST_BEHIND = 8  # rows of a table in the appendix; its CSV has all
# Type sizes of the first finding in points, by how many characters it has at most.
_HEADLINE_SIZES = ((70, 42), (120, 34), (200, 26))


def content(document: Document, as_of: datetime) -> Content:
    """Everything that the printed report says, in order."""
    first = _lead(document.maps[0]) if document.maps else None
    headline = clean(first.headline.text) if first else tr("There is no map yet")
    return {
        "title": clean(document.title),
        "headline": headline,
        "headline_size": next((size for most, size in _HEADLINE_SIZES if len(headline) <= most), 20),
        "detail": clean(first.headline.detail) if first else "",
        "parts": [_part(chapter) for chapter in document.chapters],
        "warning": clean(document.snapshot_line),
        "workspace": short(document.workspace, 80),
        "when": tr("as of {at}, run {run}", at=document.as_of, run=document.run_id),
        "date": {"year": as_of.year, "month": as_of.month, "day": as_of.day},
        "language": document.language,
        "words": _words(),
        "chapters": [_chapter(chapter) for chapter in document.chapters],
    }


def _words() -> dict[str, str]:
    return {
        "contents": tr("Contents"),
        "page": tr("page"),
        "made_by": tr("Made by Terreng. People appear in counts, and under pseudonyms."),
        "tables": tr("In the appendix:"),
        "appendix": tr("The tables behind it"),
        "about_appendix": tr(
            "The first rows of every table that does not stand beside its picture. The files named below them lie in"
            " the folder “tables” beside the report, and have all rows."
        ),
    }


def _lead(chapter: Chapter) -> Lead | None:
    return next((block for block in chapter.blocks if isinstance(block, Lead)), None)


def _part(chapter: Chapter) -> Content:
    """A line of the title page: what a chapter is about, and what it found."""
    lead = _lead(chapter)
    found = clean(lead.headline.text) if lead else ", ".join(clean(section.title) for section in chapter.sections)
    return {"title": short(chapter.title, 60), "headline": short(found, 160), "stem": chapter.stem}


def _chapter(chapter: Chapter) -> Content:
    sections = [shown for section in chapter.sections if (shown := _section(chapter, section))["blocks"]]
    for last, shown in pairwise(sections):
        shown["starts_page"] = (shown["starts_page"] or ends_full(last["blocks"])) and not shown["stands"]
    return {
        "stem": chapter.stem,
        "title": short(chapter.title, 120),
        "sections": sections,
        "tables": [table(each, MOST_BEHIND) for section in chapter.sections for each in _behind(section)],
    }


def _section(chapter: Chapter, section: Section) -> Content:
    is_first = section is chapter.sections[0]
    behind = {each.name: each for other in chapter.sections for each in _behind(other)}
    return {
        "title": "" if is_first and section.title == chapter.title else short(section.title, 160),
        "anchor": chapter.anchor(section),
        "starts_page": not is_first and begins_page(section),
        "stands": not is_first and stands(section),
        "opens": is_first and any(isinstance(block, Lead) for block in section.blocks),
        "blocks": shown_blocks(section, behind),
        "tables": [{"name": each.name, "title": clean(each.title)} for each in _behind(section)],
    }


def _behind(section: Section) -> list[DataTable]:
    """Tables that stand in the appendix: those that a page keeps folded, and that have a row."""
    blocks = (block for block in section.blocks if isinstance(block, Table) and not block.is_open)
    return [block.table for block in blocks if block.table.records]
