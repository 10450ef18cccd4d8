"""A card for the report."""

from __future__ import annotations

from importlib.resources import files

from pipelines.journeys.cards import DeviationCard
from pipelines.journeys.laid import LaidJourney
from pipelines.report.cards.lines import two_lines
from pipelines.report.document import Single
from pipelines.report.numbers import count, duration, share


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
    return f"{card.heading[:1].upper()}{card.heading[1:]}"


def _where(card: DeviationCard) -> str:
    of = f" of the {count(card.opportunities_n)} that came so far" if card.opportunities_n is not None else ""
    rate = f" ({share(card.rate)})" if card.rate is not None else ""
    places = [each for each in (card.phase, card.owner and f"owner {card.owner}") if each]
    shown = "the journey" if len(card.examples) == 1 else f"the {len(card.examples)} shortest"
    journeys = f"{count(card.journeys_n)} journey{'' if card.journeys_n == 1 else 's'}"
    return " · ".join([f"{journeys}{of}{rate}", *places, shown])


def _caption(laid: LaidJourney) -> str:
    span = duration((laid.last_at - laid.entered_at).total_seconds())
    return f"· {laid.status.replace('_', ' ')} · {laid.events_n} event{'' if laid.events_n == 1 else 's'} in {span}"
