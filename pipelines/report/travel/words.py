"""How the ways through a phase, and the ends of journeys, read."""

from __future__ import annotations

from pipelines.language import mark, tr
from pipelines.privacy.flow_cover import LEFT, OTHER
from pipelines.report.numbers import journeys
from pipelines.report.travel.rows import Travel
from schemas.words import Status, TravelWay

_WAYS = {
    TravelWay.AS_DESIGNED: mark("As designed"),
    TravelWay.DETOUR: mark("Detour"),
    TravelWay.ASKED_FOR_HELP: mark("Asked for help"),
    OTHER: mark("Detour or help"),
    None: mark("Journeys"),
}
_ENDS = {
    Status.CONVERTED: mark("Converted"),
    Status.EXITED: mark("Said no"),
    Status.ABANDONED: mark("Fell silent"),
    Status.IN_FLIGHT: mark("On the way"),
    LEFT: mark("Left"),
}


def way_word(way: str | None) -> str:
    """How a phase was travelled."""
    return tr(_WAYS[way])


def end_word(status: str) -> str:
    """How a journey ended, or that it is on the way."""
    return tr(_ENDS[status])


def left_out(travel: Travel) -> str:
    """How many journeys are not told of, because they took ways of too few."""
    if not travel.told_n:
        return tr("Too few journeys took any way.")
    missing_n = travel.begun_n - travel.told_n
    if not missing_n:
        return tr("No journey is left out.")
    return tr("Left out, because too few took the same ways: {journeys}.", journeys=journeys(missing_n))
