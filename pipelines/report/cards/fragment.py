"""A card as HTML, for the report."""

from __future__ import annotations

from importlib.resources import files

from markupsafe import Markup

from pipelines.journeys.cards import DeviationCard
from pipelines.journeys.laid import LaidJourney
from pipelines.report.cards.lines import two_lines
from pipelines.report.numbers import count, duration, share
from pipelines.report.svg import el

LEAST = 0.8
"""Share of its size to which a picture may shrink with the page."""


def cards_css() -> str:
    """Style of the cards, beside the report's own."""
    return (files("pipelines.report") / "templates" / "cards.css").read_text(encoding="utf-8")


def card_html(card: DeviationCard, name: str) -> Markup:
    """One card.

    Args:
        card: The deviation.
        name: Makes the ids on the page unique.
    """
    return el(
        "section",
        el("h3", _heading(card)),
        el("p", _where(card), class_="where"),
        *(_figure(laid, f"{name}-{number}") for number, laid in enumerate(card.examples, 1)),
        _rest(card),
        class_="journeys",
        id=name,
    )


def _heading(card: DeviationCard) -> str:
    return f"{card.heading[:1].upper()}{card.heading[1:]}"


def _where(card: DeviationCard) -> str:
    of = f" of the {count(card.opportunities_n)} that came so far" if card.opportunities_n is not None else ""
    rate = f" ({share(card.rate)})" if card.rate is not None else ""
    places = [each for each in (card.phase, card.owner and f"owner {card.owner}") if each]
    shown = "the journey" if len(card.examples) == 1 else f"the {len(card.examples)} shortest"
    journeys = f"{count(card.journeys_n)} journey{'' if card.journeys_n == 1 else 's'}"
    return " · ".join([f"{journeys}{of}{rate}", *places, shown])


def _figure(laid: LaidJourney, name: str) -> Markup:
    drawing = two_lines(laid, name)
    span = duration((laid.last_at - laid.entered_at).total_seconds())
    told = f"· {laid.status.replace('_', ' ')} · {laid.events_n} event{'' if laid.events_n == 1 else 's'} in {span}"
    caption = el("figcaption", el("code", laid.journey_id), Markup(" "), told)
    # On a narrow screen it is scrolled rather than made too small to read.
    style = f"max-width: {drawing.width:.0f}px; --least: {drawing.width * LEAST:.0f}px"
    return el("figure", drawing.svg, caption, style=style)


def _rest(card: DeviationCard) -> Markup:
    """The SQL for the other journeys; its line breaks are kept, which `el` would fold."""
    lines = Markup("\n").join(Markup("{}").format(line) for line in f"{card.sql};".splitlines())
    summary = el("summary", "SQL for the others, on published/terreng.duckdb")
    return el("details", summary, Markup("<pre><code>{}</code></pre>").format(lines))
