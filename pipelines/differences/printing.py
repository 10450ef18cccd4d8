"""Differences as a person reads them, and as a machine does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from models.comparable import Waits
from models.contrasts import Contrast, Estimate
from models.differences import Difference, Group
from models.friction.family import FALSE_DISCOVERY
from pipelines.commands.covered import length
from pipelines.differences.groups import Sides
from schemas.journey_map import JourneyMap

_MEASURES: Final = {
    "conversion": "converted within the horizon",
    "drop_off": "abandoned there",
    "exit": "exited there",
    "wait_p50": "half wait at most",
    "promise_kept": "promise kept",
    "deviation": "departs from the map",
    "signal": "shows a sign of trouble",
    "effect": "lost more often with it",
    "experience": "what they say",
}
_PLAIN: Final = ("nps", "sentiment")
"""Scores that are no shares."""


@dataclass(frozen=True)
class Shown:
    """A difference that has numbers.

    Attributes:
        about: The difference.
        one: The one group's estimate.
        others: The other one's.
        gap: The one minus the other.
        q_value: Adjusted over the family.
    """

    about: Difference
    one: Estimate
    others: Estimate
    gap: Contrast
    q_value: float


@dataclass(frozen=True)
class Told:
    """What is told of two groups.

    Attributes:
        plan: The map.
        sides: The groups.
        found: Each difference, and whether it is hidden because it tells of few people.
        minimum: Counts of fewer are hidden.
    """

    plan: JourneyMap
    sides: Sides
    found: tuple[tuple[Difference, bool], ...]
    minimum: int

    @property
    def shown(self) -> list[Shown]:
        """Differences with numbers, the least likely chance first."""
        known = [
            Shown(each, each.one, each.others, each.found, each.q_value)
            for each, is_hidden in self.found
            if each.one and each.others and each.found and each.q_value is not None and not is_hidden
        ]
        return sorted(known, key=lambda each: (each.q_value, -abs(each.gap.difference)))

    @property
    def hidden_n(self) -> int:
        """How many are hidden."""
        return sum(is_hidden and each.found is not None for each, is_hidden in self.found)

    @property
    def refused(self) -> list[Difference]:
        """Those of which there is no number."""
        return [each for each, _ in self.found if each.found is None]

    def size(self, group: Group) -> str:
        """How many journeys are in a group, if that may be said."""
        n = int(np.count_nonzero(group.is_in))
        return f"fewer than {self.minimum}" if 0 < n < self.minimum else f"{n:,}"


NOTHING_DIFFERS = "Nothing differs by more than chance."
NOTHING_COMPARED = "Nothing could be compared, so nobody can tell whether they differ."


def lines(told: Told) -> list[str]:
    """The text of the command."""
    one, other = told.sides.one, told.sides.other
    shown = told.shown
    family_n = shown[0].about.family_n if shown else 0
    differing = [each for each in shown if each.q_value <= FALSE_DISCOVERY]
    alike = shown[len(differing) :]
    text = [
        f"{told.plan.title}: {one.name} ({told.size(one)} journeys) against {other.name} ({told.size(other)} journeys)",
        f"{family_n} numbers compared; of those called different at most {FALSE_DISCOVERY:.0%} are chance"
        f" (Benjamini and Hochberg). Held still in the last column: {told.sides.held_still}.",
        "",
        *_block("Different", differing, told, NOTHING_DIFFERS if shown else NOTHING_COMPARED),
        *_block("Not told apart from chance", alike, told, ""),
        *_refusals(told),
    ]
    return [*text, *_notes(told)]


def _block(title: str, found: list[Shown], told: Told, empty: str) -> list[str]:
    if not found:
        return [empty, ""] if empty else []
    header = ("number", told.sides.one.name, told.sides.other.name, "difference (95 %)", "q", "n", "n", "held still")
    rows = [header, *(_cells(each, told.plan) for each in found)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(header))]
    drawn = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [f"{title}:", *drawn, ""]


def _cells(shown: Shown, plan: JourneyMap) -> tuple[str, ...]:
    found, gap = shown.about, shown.gap
    between = f"{_gap(found, gap.difference)} ({_gap(found, gap.low)} to {_gap(found, gap.high)})"
    still = "" if found.adjusted is None or _is_wait(found) else _gap(found, found.adjusted.difference)
    return (
        _named(found, plan),
        _value(found, shown.one.value),
        _value(found, shown.others.value),
        between,
        "< 0.001" if shown.q_value < 0.001 else f"{shown.q_value:.3f}",
        f"{found.n:,}",
        f"{found.others_n:,}",
        f"{still} TURNS (Simpson)".strip() if found.is_simpson else still,
    )


def _named(found: Difference, plan: JourneyMap) -> str:
    number = found.number
    at = _title(plan, number.touchpoint) if number.touchpoint else "journey"
    match number.measure:
        case "wait_p50" | "promise_kept":
            return f"{_MEASURES[number.measure]}: {at} to {_title(plan, number.signal or '')}"
        case "deviation" | "signal" | "effect":
            what = (number.signal or "").replace("_", " ")
            return f"{what}: {at}" + (" (what it costs)" if number.measure == "effect" else "")
        case "experience":
            return f"{(number.signal or '').upper()}: {at}"
        case _:
            return f"{_MEASURES[number.measure]}: {at}"


def _title(plan: JourneyMap, name: str) -> str:
    known = set(plan.names)
    return " | ".join(plan.title_of(part) if part in known else part for part in name.split(" | "))


def _is_wait(found: Difference) -> bool:
    return isinstance(found.number, Waits)


def _is_plain(found: Difference) -> bool:
    return found.number.measure == "experience" and found.number.signal in _PLAIN


def _value(found: Difference, value: float) -> str:
    if _is_wait(found):
        return length(value)
    if _is_plain(found):
        return f"{value:.1f}" if found.number.signal == "nps" else f"{value:.2f}"
    return f"{100 * value:+.1f} points" if found.number.measure == "effect" else f"{100 * value:.1f} %"


def _gap(found: Difference, value: float) -> str:
    if _is_wait(found):
        return f"{'-' if value < 0 else '+'}{length(abs(value))}"
    if _is_plain(found):
        return f"{value:+.1f}" if found.number.signal == "nps" else f"{value:+.2f}"
    return f"{100 * value:+.1f}"


def _refusals(told: Told) -> Iterator[str]:
    """Each reason once, with what it is about."""
    about: dict[str, list[str]] = {}
    for each in told.refused:
        about.setdefault(each.refused or "", []).append(_named(each, told.plan))
    if about:
        yield "Not compared:"
    for reason, names in about.items():
        more = f" and {len(names) - 6} more" if len(names) > 6 else ""
        yield f"  {reason}: {'; '.join(names[:6])}{more}"


def _notes(told: Told) -> Iterator[str]:
    if told.hidden_n:
        many = "number is not shown: it tells" if told.hidden_n == 1 else "numbers are not shown: they tell"
        yield f"{told.hidden_n} {many} of fewer than {told.minimum} journeys."
    if told.sides.both_n:
        yield "Journeys that are in both groups count in neither."
    yield "Differences are in points (of 100) unless a unit is given. A journey belongs to the day on which it began."


def document(told: Told) -> dict[str, Any]:
    """The same for machines."""
    sides = {side: getattr(told.sides, side) for side in ("one", "other")}
    return {
        "journey": told.plan.journey,
        **{side: group.name for side, group in sides.items()},
        "held_still": told.sides.held_still,
        "family_n": max((each.about.family_n for each in told.shown), default=0),
        "hidden_n": told.hidden_n,
        "differences": [_row(each) for each in told.shown],
        "refused": [{**_about(each), "reason": each.refused} for each in told.refused],
    }


def _about(found: Difference) -> dict[str, Any]:
    number = found.number
    return {"measure": number.measure, "touchpoint": number.touchpoint, "signal": number.signal}


def _row(shown: Shown) -> dict[str, Any]:
    found = shown.about
    row: dict[str, Any] = {**_about(found), "n": found.n, "others_n": found.others_n}
    for name, number in (("share", shown.one), ("others_share", shown.others)):
        row |= {name: number.value, f"{name}_low": number.low, f"{name}_high": number.high}
    row |= {"difference": shown.gap.difference, "difference_low": shown.gap.low, "difference_high": shown.gap.high}
    row |= {"q_value": shown.q_value}
    if found.adjusted is not None and not _is_wait(found):
        row |= {"adjusted": found.adjusted.difference}
        row |= {"adjusted_low": found.adjusted.low, "adjusted_high": found.adjusted.high}
    return row | {"is_simpson": found.is_simpson}
