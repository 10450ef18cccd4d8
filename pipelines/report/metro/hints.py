"""What a picture says when one points at a part of it."""

from __future__ import annotations

from markupsafe import Markup

from pipelines.report.svg import el


def hint(told: str) -> Markup:
    """A `title` of one or more lines."""
    parts: list[str | Markup] = []
    for line in told.splitlines():
        parts += [Markup("\n"), line] if parts else [line]
    return el("title", *parts)
