"""A drawing in the making: layers of markup, and the box of every text on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from markupsafe import Markup

from pipelines.report.svg import el, group
from pipelines.report.text import width

LAYERS = ("back", "lines", "marks", "texts")


@dataclass(frozen=True)
class Box:
    """The room that one line of text takes, in pixels."""

    left: float
    top: float
    right: float
    bottom: float
    text: str

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass
class Canvas:
    """Collects a picture's elements by layer, so that texts stand on lines and lines on panels.

    Texts that are written alike stand in one group, which says once how: half of a picture's bytes are texts.
    """

    layers: dict[str, list[Markup]] = field(default_factory=lambda: {layer: [] for layer in LAYERS})
    written: dict[tuple[float, str, bool], list[Markup]] = field(default_factory=dict)
    boxes: list[Box] = field(default_factory=list)

    def add(self, layer: str, *parts: Markup) -> None:
        """Puts elements on a layer."""
        self.layers[layer].extend(parts)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 11,
        look: str = "t",
        anchor: str = "start",
        is_bold: bool = False,
        href: str = "",
    ) -> float:
        """Writes one line with its baseline at y, a link where it leads somewhere; returns its width."""
        wide = width(text, size, is_bold)
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[anchor]
        self.boxes.append(Box(left, y - 0.78 * size, left + wide, y + 0.22 * size, text))
        line = el("text", text, x=x, y=y, class_=look)
        linked = el("a", line, href=href) if href else line
        self.written.setdefault((size, anchor, is_bold), []).append(linked)
        return wide

    def lines(self, x: float, y: float, lines: Iterable[str], pitch: float, **how: object) -> None:
        """Writes lines below each other, the first with its baseline at y."""
        for i, line in enumerate(lines):
            self.text(x, y + i * pitch, line, **how)  # type: ignore[arg-type]  # the keywords of `text`, passed on

    def parts(self) -> list[Markup]:
        """All layers from back to front."""
        texts = [
            group(
                lines,
                font_size=size,
                text_anchor=None if anchor == "start" else anchor,
                font_weight="600" if is_bold else None,
            )
            for (size, anchor, is_bold), lines in self.written.items()
        ]
        found = [group(parts) for parts in (self.layers[layer] for layer in LAYERS) if parts]
        return [*found, *texts]


@dataclass(frozen=True)
class Drawing:
    """One picture as SVG, its size in pixels, and the box of every text on it."""

    svg: Markup
    width: float
    height: float
    boxes: tuple[Box, ...]
