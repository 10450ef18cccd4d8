"""Single journeys: each deviation with the shortest that show it."""

from __future__ import annotations

from dataclasses import replace

from pipelines.journeys.cards import DeviationCard
from pipelines.language import tr
from pipelines.report.cards import single
from pipelines.report.document import Section, Singles
from pipelines.report.material import Material

_WITH_ALL = 6
"""Deviations, the commonest, with all their examples: with those of all of them the page would be twice as heavy."""


def section(m: Material) -> Section:
    """The section."""
    found = (_shown(card, i) for i, card in enumerate(m.view.data.gap.cards))
    cards = tuple(single(card, m.name(f"card-{i}")) for i, card in enumerate(found, 1))
    note = tr(
        "Above the planned line, below it what this one journey did. The names are pseudonyms; “terreng journey ID”"
        " shows any other."
    )
    blocks = (Singles(m.name("cards"), tr("Each deviation with the shortest journeys that show it"), note, cards),)
    return Section("singles", tr("Single journeys"), blocks if cards else ())


def _shown(card: DeviationCard, place: int) -> DeviationCard:
    return card if place < _WITH_ALL else replace(card, examples=card.examples[:1])
