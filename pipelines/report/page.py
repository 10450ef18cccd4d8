"""The document of a run: a chapter for each map, and one for the data."""

from __future__ import annotations

import re

from pipelines.language import tongue, tr
from pipelines.report import quality
from pipelines.report.document import Chapter, Document
from pipelines.report.material import Material
from pipelines.report.numbers import moment
from pipelines.report.rows import Snapshot
from pipelines.report.sections import sections
from pipelines.report.sections.data import data_chapter
from pipelines.report.sentences import headline
from pipelines.report.text import short
from pipelines.report.view import JourneyView


def make_document(workspace: str, snapshot: Snapshot, views: tuple[JourneyView, ...]) -> Document:
    """Puts the report together, in the language that is spoken."""
    materials = materials_of(snapshot, views)
    finding = headline(views[0]).text if views else tr("no map yet")
    return Document(
        title=f"{short(workspace, 60)}: {finding}",
        workspace=workspace,
        run_id=snapshot.run.run_id,
        as_of=moment(snapshot.run.as_of, snapshot.zone),
        snapshot_line=quality.snapshot_line(snapshot),
        maps=tuple(Chapter(m.stem, m.view.map.title, sections(m)) for m in materials),
        data=data_chapter(snapshot, materials),
        language=tongue().code,
    )


def materials_of(snapshot: Snapshot, views: tuple[JourneyView, ...]) -> tuple[Material, ...]:
    """What the chapters of the maps are made from, in the document's order."""
    return tuple(Material(view, stem, snapshot) for view, stem in zip(views, _stems(views), strict=True))


def _stems(views: tuple[JourneyView, ...]) -> tuple[str, ...]:
    """A name for each map that files and anchors can bear; numbered where two would be the same."""
    stems: list[str] = []
    for view in views:
        stem = re.sub(r"[^a-z0-9]+", "_", view.map.journey.lower()).strip("_")[:40] or "map"
        stems.append(f"{stem}_{len(stems) + 1}" if stem in {*stems, "data", "sources", "reasons"} else stem)
    return tuple(stems)
