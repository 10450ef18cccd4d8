"""A deck in the making: slides with a title, texts at their places, and what stands in the speaker's notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.report.formats.pptx.look import (
    HEIGHT,
    INK,
    MARGIN,
    MUTED,
    PANEL,
    TITLE_HEIGHT,
    TITLE_TOP,
    WIDTH,
    flatten,
    foot,
    restyle,
    themed,
)
from pipelines.report.text import clean, short, width, wrap

_THEME_COLOURS = {
    "dk1": "TEXT_1", "lt1": "BACKGROUND_1", "dk2": "TEXT_2", "lt2": "BACKGROUND_2",
    **{f"accent{i}": f"ACCENT_{i}" for i in range(1, 7)},
}  # fmt: skip
_LINE = 1.22  # a line's height in parts of its type size


@dataclass(frozen=True)
class Place:
    """A rectangle on a slide, inches."""

    left: float
    top: float
    width: float
    height: float


BODY = Place(MARGIN, 1.75, WIDTH - 2 * MARGIN, HEIGHT - 1.75 - 0.72)


@dataclass(frozen=True)
class Words:
    """A paragraph with its look; sizes in points."""

    text: str
    size: float = 14
    colour: str = INK
    is_bold: bool = False
    after: float = 0


class Deck:
    """The presentation, and how its slides are begun."""

    def __init__(self, title: str, foot_line: str, language: str) -> None:
        from pptx import Presentation
        from pptx.util import Inches

        self.file: Any = Presentation()
        self.file.slide_width, self.file.slide_height = Inches(WIDTH), Inches(HEIGHT)
        self.file.element.find("{*}sldSz").attrib.pop("type", None)  # the template's says that it is 4:3
        self.language = language
        self._layout = self._prepare(clean(foot_line))
        about = self.file.core_properties
        about.title, about.language = short(title, 250), language
        about.author = about.last_modified_by = "Terreng"
        about.comments = ""

    def _prepare(self, foot_line: str) -> Any:
        """Our own master with one layout in place of the template's."""
        from pptx.opc.constants import RELATIONSHIP_TYPE as KIND

        master = self.file.slide_master
        theme = master.part.part_related_by(KIND.THEME)
        theme._blob = themed(theme.blob.decode("utf-8")).encode("utf-8")  # themes have no public API
        restyle(master)
        layouts = self.file.slide_layouts
        for other in [each for each in layouts if each.name != "Title Only"]:
            layouts.remove(other)
        layout = layouts[0]
        layout.name = "Terreng"
        for shape in [each for each in layout.placeholders if each.placeholder_format.type.name != "TITLE"]:
            shape.element.getparent().remove(shape.element)
        foot(layout, foot_line)
        _drop(self.file.part, KIND.PRINTER_SETTINGS)
        _drop(self.file.part.package, KIND.THUMBNAIL)
        _drop(self.file.part.package, KIND.EXTENDED_PROPERTIES)
        return layout

    def slide(self, title: str, over: str = "", *, lines_n: int = 2) -> Slide:
        """Begins a slide with its title in so many lines at most, and in small type over it what it is about."""
        made = Slide(self.file.slides.add_slide(self._layout), self.language)
        if title:
            made.title(title, lines_n)
        if over:
            made.text(Place(MARGIN, 0.42, WIDTH - 2 * MARGIN, 0.26), [Words(over, 11, MUTED)])
        return made


def _drop(holder: Any, kind: str) -> None:
    for key in [key for key, relation in holder._rels.items() if relation.reltype == kind]:  # no other way
        holder._rels.pop(key)  # the same


class Slide:
    """One slide in the making."""

    def __init__(self, slide: Any, language: str) -> None:
        self.slide = slide
        self.language = language

    def title(self, text: str, lines_n: int) -> None:
        """Puts in the title, in the largest type of which it fills no more lines than it may."""
        frame = self.slide.shapes.title.text_frame
        wide, high = (WIDTH - 2 * MARGIN) * 72, TITLE_HEIGHT * 72 * lines_n / 2
        size, shown = fitting(clean(text), wide, high, (26, 24, 21, 18, 16))
        run = frame.paragraphs[0].add_run()
        run.text = shown
        self._spoken(run)
        if size != 26:
            run.font.size = _points(size)

    def retitle(self, place: Place, text: str, size: float) -> None:
        """Puts a title of its own size at a place of its own."""
        shape = self.slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = _inches(place)
        run = shape.text_frame.paragraphs[0].add_run()
        run.text, run.font.size = text, _points(size)
        self._spoken(run)

    def text(self, place: Place, words: Sequence[Words], *, align: str = "l") -> Any:
        """Puts paragraphs at a place.

        Returns:
            The text box.
        """
        box = self.slide.shapes.add_textbox(*_inches(place))
        flatten(box.text_frame)
        for i, each in enumerate(words):
            paragraph = box.text_frame.paragraphs[0] if i == 0 else box.text_frame.add_paragraph()
            paragraph.space_after = _points(each.after)
            paragraph._p.get_or_add_pPr().set("algn", align)  # one letter instead of an enumeration
            run = paragraph.add_run()
            run.text = clean(each.text)
            run.font.size, run.font.bold = _points(each.size), each.is_bold
            run.font.color.theme_color = theme_colour(each.colour)
            self._spoken(run)
        return box

    def panel(self, place: Place, colour: str = PANEL) -> None:
        """Paints a rectangle: ground for a text, or a rule."""
        from pptx.enum.shapes import MSO_SHAPE

        shape = self.slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *_inches(place))
        shape.fill.solid()
        shape.fill.fore_color.theme_color = theme_colour(colour)
        shape.line.fill.background()
        style = shape._element.find("{*}style")  # the template's, with a shadow
        shape._element.remove(style)  # the same
        decorate(shape)

    def picture(self, place: Place, png: bytes, size: tuple[float, float], told: str) -> None:
        """Puts a picture into a place as large as it fits, with words for those who cannot see it."""
        from io import BytesIO

        scale = min(place.width / size[0], place.height / size[1])
        wide, high = size[0] * scale, size[1] * scale
        at = Place(place.left + (place.width - wide) / 2, place.top, wide, high)
        shape = self.slide.shapes.add_picture(BytesIO(png), *_inches(at))
        describe(shape, told)

    def notes(self, lines: Sequence[str]) -> None:
        """Writes the speaker's notes."""
        frame = self.slide.notes_slide.notes_text_frame
        frame.text = "\n".join(clean(line) for line in lines if clean(line))

    def _spoken(self, run: Any) -> None:
        """Says which language a text is in, for spelling and reading aloud."""
        run._r.get_or_add_rPr().set("lang", self.language)  # python-pptx's language_id knows no "nb"


def describe(shape: Any, told: str) -> None:
    """Words for those who cannot see a shape."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", clean(told))  # python-pptx has no alt text


def decorate(shape: Any) -> None:
    """Says that a shape is nothing but decoration, so that it is not read aloud."""
    from lxml import etree

    mark = (
        '<a:extLst xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}"><d:decorative'
        ' xmlns:d="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/></a:ext></a:extLst>'
    )
    shape._element.xpath(".//p:cNvPr")[0].append(etree.fromstring(mark))  # no public API


def theme_colour(place: str) -> Any:
    """A colour by its place in the theme, so that a company's own theme recolours the slides."""
    from pptx.enum.dml import MSO_THEME_COLOR

    colours: Any = MSO_THEME_COLOR
    return colours[_THEME_COLOURS[place]]


def fitting(text: str, wide: float, high: float, sizes: Sequence[float], *, is_bold: bool = True) -> tuple[float, str]:
    """The largest of some type sizes at which a text fits a place, and the text, cut where it fits at none; points."""
    for size in sizes:
        most = max(1, int(high / (size * _LINE)))
        if len(wrap(text, wide, size, most + 1, is_bold)) <= most:
            return size, text
    size = sizes[-1]
    most = max(1, int(high / (size * _LINE)))
    return size, " ".join(wrap(text, wide, size, most, is_bold))


def height(text: str, wide: float, size: float, *, is_bold: bool = False) -> float:
    """How high a text stands at a width, inches."""
    lines_n = len(wrap(clean(text), wide * 72, size, 40, is_bold)) if width(text, size, is_bold) > wide * 72 else 1
    return lines_n * size * _LINE / 72


def _points(size: float) -> Any:
    from pptx.util import Pt

    return Pt(size)


def _inches(place: Place) -> tuple[Any, Any, Any, Any]:
    from pptx.util import Inches

    return Inches(place.left), Inches(place.top), Inches(place.width), Inches(place.height)


__all__ = ["BODY", "TITLE_TOP", "Deck", "Place", "Slide", "Words", "decorate", "describe", "fitting", "height"]
