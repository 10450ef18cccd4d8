"""A card for the report."""

from __future__ import annotations

from importlib.resources import files

from pipelines.journeys.cards import DeviationCard
from pipelines.journeys.laid import LaidJourney
from pipelines.language import tr, trn
from pipelines.report.cards.lines import two_lines
from pipelines.report.document import Single
from pipelines.report.numbers import count, duration, journeys, share
from pipelines.report.text import short
from pipelines.report.vocabulary import kind_title, word

_TITLE = 160


def cards_css() -> str:
    """Style of the cards, beside the report's own."""
    return (files("pipelines.report") / "templates" / "cards.css").read_text(encoding="utf-8")


def single(card: DeviationCard, name: str) -> Single:
    """One card.

    Args:
        card: The deviation.
        name: Makes the ids on the page unique.
    """
    drawings = tuple(two_lines(laid, f"{name}-{number}") for number, laid in enumerate(card.examples, 1))
    captions = tuple((laid.journey_id, _caption(laid)) for laid in card.examples)
    return Single(name, _heading(card), _where(card), drawings, captions, f"{card.sql};")


def _heading(card: DeviationCard) -> str:
    return tr("{deviation}: {place}", deviation=kind_title(card.kind), place=short(card.title, _TITLE))


def _where(card: DeviationCard) -> str:
    """How often it comes, where, whose it is, and how many journeys are shown."""
    examples_n = len(card.examples)
    parts = [
        _often(card),
        card.phase or "",
        tr("owner {owner}", owner=card.owner) if card.owner else "",
        trn("the shortest journey", "the {n} shortest journeys", examples_n, n=count(examples_n)),
    ]
    return " · ".join(part for part in parts if part)


def _often(card: DeviationCard) -> str:
    if card.opportunities_n is None:
        return journeys(card.journeys_n)
    if card.rate is None:
        return tr(
            "{journeys} of the {n} that came so far", journeys=journeys(card.journeys_n), n=count(card.opportunities_n)
        )
    return tr(
        "{journeys} of the {n} that came so far ({share})",
        journeys=journeys(card.journeys_n), n=count(card.opportunities_n), share=share(card.rate),
    )  # fmt: skip


def _caption(laid: LaidJourney) -> str:
    span = duration((laid.last_at - laid.entered_at).total_seconds())
    events = trn("{n} event in {span}", "{n} events in {span}", laid.events_n, n=count(laid.events_n), span=span)
    return f"· {word(laid.status)} · {events}"
