"""The slides, one kind a function: title, overview, map, finding, chart, table, sentences."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.language import tr
from pipelines.report.canvas import Drawing
from pipelines.report.document import Chart, Document, Figure, Lead
from pipelines.report.formats.png import png
from pipelines.report.formats.pptx.charts import put_chart
from pipelines.report.formats.pptx.deck import BODY, Deck, Place, Slide, Words, fitting, height
from pipelines.report.formats.pptx.look import ACCENT, BAR, HEIGHT, INK, MARGIN, MUTED, WIDTH
from pipelines.report.formats.pptx.tables import Grid, put_grid
from pipelines.report.formats.standalone import alternative
from pipelines.report.formats.upper import upper
from pipelines.report.sentences import Card, Headline, Tile
from pipelines.report.text import clean, short

_SIDE = 3.75  # inches of a finding's slide for its numbers
_GAP = 0.45
_FULL = WIDTH - 2 * MARGIN
_DOTS_PER_INCH = 160.0  # of a picture on a slide: sharp on a screen of 2,100 pixels
_FEW = 5  # sentences that stand in large type
_SIZES = (13.0, 12.0, 11.0, 10.0)  # points of the findings' table: the largest that leaves it on its slide
_FULLEST = 0.9  # of the slide's body: rows come out higher than reckoned in some programs
_BETWEEN = 9.0  # points between two sentences


def title_slide(deck: Deck, document: Document, lead: Lead | None) -> None:
    """The finding first, with what the deck is about."""
    found = lead.headline if lead else Headline(tr("There is no map yet"), "")
    slide = deck.slide("")
    wide = _FULL - 1.2
    size, told = fitting(clean(found.text), wide * 72, 2.6 * 72, (48, 40, 34, 28))
    high = height(told, wide, size, is_bold=True)
    slide.panel(Place(MARGIN, 2.0, 0.75, 0.09), ACCENT)
    slide.retitle(Place(MARGIN, 2.3, wide, high), told, size)
    slide.text(Place(MARGIN, 0.62, _FULL, 0.3), [Words(short(document.workspace, 80), 14, INK, is_bold=True)])
    below = [Words(found.detail, 16, INK, after=10)] if found.detail else []
    if document.snapshot_line:
        below.append(Words(document.snapshot_line, 13, ACCENT))
    if below:
        slide.text(Place(MARGIN, 2.3 + high + 0.25, _FULL - 2.2, 1.5), below)
    slide.notes([found.text, found.detail, lead.about if lead else "", _when(document)])


def _when(document: Document) -> str:
    return tr("as of {at}, run {run}", at=document.as_of, run=document.run_id)


def overview_slide(deck: Deck, title: str, lead: Lead, tiles: Sequence[Tile], sources: Sequence[str]) -> None:
    """What becomes of a map's journeys, and the numbers of its first screen."""
    slide = deck.slide(lead.headline.text, title)
    slide.text(Place(MARGIN, 1.75, _FULL - 1.5, 0.95), [Words(lead.headline.detail, 16)])
    shown = tiles[:6]
    columns_n = min(3, max(1, len(shown)))
    wide = (_FULL - _GAP * (columns_n - 1)) / columns_n
    for i, tile in enumerate(shown):
        top = 3.0 + 1.85 * (i // columns_n)
        _tile(slide, Place(MARGIN + (wide + _GAP) * (i % columns_n), top, wide, 1.6), tile)
    slide.text(Place(MARGIN, HEIGHT - 0.78, _FULL, 0.25), [Words(short(lead.about, 170), 10, MUTED)])
    slide.notes([lead.headline.detail, *(f"{t.value} {t.label}: {t.detail}" for t in shown), *sources])


def _tile(slide: Slide, place: Place, tile: Tile) -> None:
    slide.panel(Place(place.left, place.top, place.width, 0.025), INK)
    words = [Words(tile.value, 30, INK, is_bold=True), Words(tile.label, 13, INK, is_bold=True, after=2)]
    slide.text(Place(place.left, place.top + 0.1, place.width, place.height), [*words, Words(tile.detail, 11, MUTED)])


def finding_slide(deck: Deck, number: int, card: Card, sources: Sequence[str]) -> None:
    """One finding: what happens, its numbers, where else, and who does what next."""
    about = tr("Finding {n}: {where}", n=number, where=card.where)
    slide = deck.slide(card.occurs or card.headline, about)
    top = BODY.top
    for tile in card.numbers[:4]:
        words = [Words(tile.value, 24, INK, is_bold=True), Words(tile.label, 11.5, INK, after=1)]
        slide.panel(Place(MARGIN, top, 0.035, 0.78), BAR if card.is_gap else ACCENT)
        detail = [Words(tile.detail, 10.5, MUTED)] if tile.detail else []
        slide.text(Place(MARGIN + 0.16, top - 0.03, _SIDE - 0.2, 0.9), [*words, *detail])
        top += 0.95
    right = Place(MARGIN + _SIDE + _GAP, BODY.top, _FULL - _SIDE - _GAP, 3.75)
    if card.chart is not None:
        below = _chart_with_head(slide, right, card.chart, card.occurs or card.headline)
        _evidence(slide, Place(right.left, below, right.width, right.top + right.height - below), card)
    else:
        slide.text(right, [Words(f"{card.evidence}. {card.association}", 16)])
    _next_step(slide, card)
    slide.notes([card.headline, f"{card.evidence}.", card.association, *sources])


def _chart_with_head(slide: Slide, place: Place, chart: Chart, about: str) -> float:
    slide.text(Place(place.left, place.top, place.width, 0.3), [Words(_head(chart), 12, INK, is_bold=True)])
    below = Place(place.left, place.top + 0.32, place.width, place.height - 0.32)
    return put_chart(slide, below, chart, f"{about}. {told(chart)}")


def _evidence(slide: Slide, place: Place, card: Card) -> None:
    """How sure it is, where the chart leaves room for it."""
    text = card.association or f"{card.evidence}."
    if height(text, place.width, 12) + 0.2 < place.height:
        slide.text(Place(place.left, place.top + 0.2, place.width, place.height), [Words(text, 12, MUTED)])


def _head(chart: Chart) -> str:
    name = chart.series[0].name
    if chart.series[0].low:
        return tr("{what}, by place, with 95% interval", what=name)
    return tr("{what}, by place", what=name)


def _next_step(slide: Slide, card: Card) -> None:
    place = Place(MARGIN, 5.72, _FULL, 1.02)
    slide.panel(place)
    inner = Place(place.left + 0.22, place.top + 0.15, _SIDE - 0.3, 0.8)
    slide.text(
        inner, [Words(tr("Owner"), 10.5, MUTED, after=2), Words(short(f"{card.owner}", 50), 15, INK, is_bold=True)]
    )
    step = Place(MARGIN + _SIDE + _GAP, inner.top, _FULL - _SIDE - _GAP - 0.25, 0.8)
    size, text = fitting(clean(card.step), step.width * 72, 0.56 * 72, (15, 13, 11), is_bold=False)
    slide.text(step, [Words(tr("Next step"), 10.5, MUTED, after=2), Words(text, size)])


def chart_slide(deck: Deck, title: str, about: str, figure: Figure, sources: Sequence[str]) -> None:
    """A figure as a chart that can be edited, with how to read it."""
    assert figure.chart is not None  # noqa: S101  # the caller chose it for its chart
    slide = deck.slide(title, about)
    high = _note(slide, figure.note)
    place = Place(BODY.left, BODY.top + high, BODY.width, BODY.height - high)
    put_chart(slide, place, figure.chart, f"{title}. {told(figure.chart)}", bar=0.78)
    slide.notes([figure.note, *sources])


def _note(slide: Slide, note: str) -> float:
    """Puts how to read a picture over it; returns the height that it takes."""
    if not note:
        return 0.0
    text = short(note, 330)
    high = height(text, _FULL, 12)
    slide.text(Place(MARGIN, BODY.top - 0.3, _FULL, high), [Words(text, 12, MUTED)])
    return max(0.0, high - 0.2)


def picture_slides(deck: Deck, title: str, about: str, drawing: Drawing, sources: Sequence[str]) -> None:
    """A picture as it stands in the report; of a high one first its upper part, which else would be too small."""
    part = upper(drawing)
    if part is not None:
        _picture_slide(deck, title, about, part, sources)
        title = tr("{title}, with all its lanes", title=title)
    _picture_slide(deck, title, about, drawing, sources)


def _picture_slide(deck: Deck, title: str, about: str, drawing: Drawing, sources: Sequence[str]) -> None:
    slide = deck.slide(title, about, lines_n=1)
    top = 1.32
    place = Place(MARGIN - 0.2, top, _FULL + 0.4, HEIGHT - top - 0.6)
    inches = min(place.width / drawing.width, place.height / drawing.height)
    words = ". ".join(part for part in alternative(drawing.svg) if part)
    drawn = png(drawing.svg, _DOTS_PER_INCH * inches, "light")
    slide.picture(place, drawn, (drawing.width, drawing.height), words)
    slide.notes(sources)


def findings_slide(deck: Deck, about: str, title: str, cards: Sequence[Card], sources: Sequence[str]) -> None:
    """All findings in their order, with owner, customers and money; each has a slide of its own after it."""
    slide = deck.slide(title, about)
    heads = (tr("Finding"), tr("Owner"), tr("State"), tr("Customers a month (95%)"), tr("Worth a month (95%)"))
    rows = tuple(
        (
            f"{i}  {short(card.occurs or card.headline, 95)}",
            short(card.owner, 30),
            card.state,
            _with(card.lost, card.lost_between),
            _with(card.worth, card.worth_between),
        )
        for i, card in enumerate(cards, 1)
    )
    grids = (Grid(title, heads, (False, False, False, True, True), rows, size=size) for size in _SIZES)
    grid = next((each for each in grids if sum(each.heights(BODY.width)) <= BODY.height * _FULLEST), None)
    put_grid(slide, BODY, grid or Grid(title, heads, (False, False, False, True, True), rows, size=_SIZES[-1]))
    slide.notes([card.headline for card in cards] + list(sources))


def _with(value: str, between: str) -> str:
    return f"{value} ({between})" if value and between else value or "–"


def sentences_slides(deck: Deck, title: str, about: str, lines: Sequence[str]) -> None:
    """Sentences, as many on a slide as have room: few in large type, many in two columns."""
    size, columns_n = (16.0, 1) if len(lines) <= _FEW else (13.0, 2)
    wide = (_FULL - 1.5) if columns_n == 1 else (_FULL - _GAP) / 2
    rest = [clean(line) for line in lines]
    while rest:
        slide = deck.slide(title, about)
        for column in range(columns_n):
            words = _taken(rest, wide, size)
            if words:
                slide.text(Place(BODY.left + column * (wide + _GAP), BODY.top, wide, BODY.height), words)


def _taken(rest: list[str], wide: float, size: float) -> list[Words]:
    """The first of the sentences that a column has room for; they are taken off the rest."""
    used, words = 0.0, list[Words]()
    while rest:
        used += height(rest[0], wide, size) + _BETWEEN / 72
        if words and used > BODY.height:
            break
        words.append(Words(rest.pop(0), size, INK, after=_BETWEEN))
    return words


def told(chart: Chart) -> str:
    """A chart's numbers in words, for those who cannot see it: its first categories."""
    parts = [
        f"{name}: {', '.join('–' if s.values[i] is None else f'{s.values[i]:.3g}' for s in chart.series)}"
        for i, name in enumerate(chart.categories[:20])
    ]
    return "; ".join(parts)
