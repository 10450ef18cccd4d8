"""`terreng deviations`: how often journeys differ from the map, and the shortest real journeys that do."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import terminal
from pipelines.commands.journey import known_maps
from pipelines.commands.ledger import unknown
from pipelines.commands.workspace import open_workspace
from schemas.errors import UsageError
from schemas.words import DeviationKind

if TYPE_CHECKING:
    from pipelines.journeys.cards import DeviationCard, Wanted

COLUMNS = ("deviation", "owner", "journeys_n", "opportunities_n", "rate")
CARDS = ("kind", "touchpoint", "block", "journeys_n", "opportunities_n", "rate", "sql")


def deviations(workspace: Path, asked: str, journey: str, as_json: bool) -> None:
    """List the deviations, or show the cards of those that are asked for.

    Args:
        workspace: The folder.
        asked: "", a kind, or `kind:touchpoint`; also as the list has them, with blanks and titles.
        journey: Name of the map; "": all.
        as_json: For machines.

    Raises:
        UsageError: There is no such kind, or no such map.
        WarehouseError: Nothing is published.
    """
    from pipelines.journeys.cards import read_cards
    from pipelines.privacy.cover import read_cover
    from pipelines.warehouse import reader

    settings = open_workspace(workspace)
    wanted = _wanted(asked, journey)
    titles = {plan.journey: plan.title for plan in known_maps(settings)}
    with reader(settings) as connection:
        cover = read_cover(connection, settings.privacy.minimum_cell)
        cards, hidden_n = read_cards(connection, cover, wanted, titles)
        known = [name for (name,) in connection.sql("SELECT DISTINCT journey FROM map_versions ORDER BY 1").fetchall()]
    if journey and journey not in known:
        raise unknown(f"no journey {journey!r}", journey, known)
    if as_json:
        terminal.say_json([_document(card) for card in cards])
    elif asked:
        _say_cards(cards)
    else:
        rows = [[f"{card.journey}: {card.heading}", *(getattr(card, name) for name in COLUMNS[1:])] for card in cards]
        empty = "No deviation may be shown." if hidden_n else "No deviations: the journeys went as designed."
        terminal.say_table(COLUMNS, rows, empty=empty)
    if hidden_n:
        what = "deviation is" if hidden_n == 1 else "deviations are"
        few = settings.privacy.minimum_cell
        terminal.note(f"{hidden_n} {what} not shown: fewer than {few} journeys, or a number that would tell of so few")


def _wanted(asked: str, journey: str) -> Wanted:
    from pipelines.journeys.cards import Wanted

    kind, _, touchpoint = (part.strip() for part in asked.partition(":"))
    kind = kind.lower().replace(" ", "_")
    if kind and kind not in set(DeviationKind):
        raise UsageError(
            got=f"the kind {kind!r}", wanted=f"one of {', '.join(DeviationKind)}", hint="such as missing:signup"
        )
    return Wanted(kind, touchpoint, journey)


def _document(card: DeviationCard) -> dict[str, Any]:
    told = {name: getattr(card, name) for name in ("journey", *CARDS)}
    return {**told, "journey_ids": [example.journey_id for example in card.examples]}


def _say_cards(cards: tuple[DeviationCard, ...]) -> None:
    from pipelines.journeys.printing import card_text

    if not cards:
        terminal.say("No such deviation that may be shown.")
        return
    width = shutil.get_terminal_size((100, 24)).columns
    terminal.say("\n\n".join("\n".join(card_text(card, width)) for card in cards))
