"""The document of a run, and the page that shows it."""

from __future__ import annotations

import re
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from pipelines.language import tongue, tr
from pipelines.report import quality
from pipelines.report.cards import cards_css
from pipelines.report.document import Chapter, Document, kind
from pipelines.report.material import Material
from pipelines.report.numbers import moment
from pipelines.report.rows import Snapshot
from pipelines.report.sections import sections
from pipelines.report.sections.data import data_chapter
from pipelines.report.sentences import headline
from pipelines.report.text import clean, short
from pipelines.report.view import JourneyView

_TEMPLATES = files("pipelines.report") / "templates"


def make_document(workspace: str, snapshot: Snapshot, views: tuple[JourneyView, ...]) -> Document:
    """Puts the report together, in the language that is spoken."""
    materials = tuple(Material(view, stem, snapshot) for view, stem in zip(views, _stems(views), strict=True))
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


def _stems(views: tuple[JourneyView, ...]) -> tuple[str, ...]:
    """A name for each map that files and anchors can bear; numbered where two would be the same."""
    stems: list[str] = []
    for view in views:
        stem = re.sub(r"[^a-z0-9]+", "_", view.map.journey.lower()).strip("_")[:40] or "map"
        stems.append(f"{stem}_{len(stems) + 1}" if stem in {*stems, "data", "sources", "reasons"} else stem)
    return tuple(stems)


def render(document: Document) -> str:
    """The document as one HTML file; every text is escaped, and cleaned of marks that turn or hide others."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_finalize, trim_blocks=False)
    environment.filters["short"] = short
    environment.filters["kind"] = kind
    environment.globals["tr"] = tr
    template = environment.from_string((_TEMPLATES / "report.html").read_text(encoding="utf-8"))
    styles = (_TEMPLATES / "report.css").read_text(encoding="utf-8") + cards_css()
    css = Markup(styles)  # noqa: S704  # our own files, no value of anybody in them
    return template.render(document=document, css=css) + "\n"


def _finalize(value: object) -> object:
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
