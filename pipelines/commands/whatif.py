"""`terreng whatif`: what fixing frictions would give back a month, with what is assumed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import terminal
from pipelines.commands.workspace import open_workspace
from schemas.errors import UsageError, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from pipelines.friction.whatif import Gain, Row
    from pipelines.settings import Settings
    from schemas.journey_map import JourneyMap

_DAY_S = 86_400
_NAMED = ("touchpoint", "signal", "at_touchpoint", "verdict", "evidence_grade", "exposed_n", "effect", "effect_low",
          "effect_high", "lost_per_month", "lost_low", "lost_high", "lost_shrunk", "reason")  # fmt: skip


def whatif(workspace: Path, asked: tuple[str, ...], journey: str, as_json: bool) -> None:
    """Tell what fixing these together would give back.

    Args:
        workspace: The folder.
        asked: `TOUCHPOINT:SIGNAL` each.
        journey: Name of the map; "": the one that has them.
        as_json: For machines.

    Raises:
        UsageError: Nothing is asked for, or something that is not there, was refused, or lies in several journeys.
        WarehouseError: Nothing is published.
    """
    from pipelines.friction.whatif import chosen_rows, gain, parse
    from pipelines.steps import load_maps
    from pipelines.warehouse import reader

    if not asked:
        raise UsageError(
            got="no --fix", wanted="--fix TOUCHPOINT:SIGNAL, once or more", hint="`terreng start` has the costliest"
        )
    fixes = tuple(map(parse, asked))
    settings = open_workspace(workspace)
    with reader(settings) as connection:
        as_of = _as_of(connection, settings)
        plans = _in_force(load_maps(settings), as_of)
        _refuse_unknown(journey, plans)
        rows = chosen_rows(_frictions(connection), fixes, plans, journey)
        (plan,) = (each for each in plans if each.journey == rows[0]["journey"])
        found = gain(connection, plan, as_of, rows)
    if as_json:
        terminal.say_json(_document(plan, rows, found))
    else:
        terminal.say("\n".join(_told(plan, rows, found)))


def _as_of(connection: duckdb.DuckDBPyConnection, settings: Settings) -> datetime:
    from pipelines.warehouse import last_run

    last = last_run(connection, "succeeded")
    if last is None or last.as_of is None:
        raise WarehouseError(
            got="no run in the published tables", hint="run `terreng run` first", file=str(settings.warehouse)
        )
    return last.as_of.astimezone(UTC)


def _in_force(maps: Sequence[JourneyMap], as_of: datetime) -> tuple[JourneyMap, ...]:
    from pipelines.findings import in_force

    return in_force(maps, as_of)


def _refuse_unknown(journey: str, plans: Sequence[JourneyMap]) -> None:
    from pipelines.commands.ledger import unknown

    known = [plan.journey for plan in plans]
    if journey and journey not in known:
        raise unknown(f"no journey {journey!r}", journey, known)


def _frictions(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    found = connection.sql("SELECT * FROM frictions ORDER BY journey, lost_shrunk DESC NULLS LAST, touchpoint, signal")
    return [dict(zip(found.columns, values, strict=True)) for values in found.fetchall()]


def assumptions(rows: Sequence[Row]) -> tuple[str, ...]:
    """What has to hold for the numbers, in words."""
    held = sorted({name for row in rows for name in str(row["adjusted_for"] or "").split(", ") if name})
    among = f"of the same {', '.join(held)}" if held else "there"
    told = [
        f"Those who met it would have been lost there as often as the others {among}; those kept go on as those do.",
        "Each fix works fully, for everybody, and nothing takes its place: an upper bound, not a forecast.",
        "The loss is associated with the signal. Whatever else differs between the two may explain part of it; only a"
        " pilot with chance deciding who gets the fix can tell.",
    ]
    if len(rows) > 1:
        told.append(
            "Several fixes count together: who is kept by one may still be lost at another, so rows do not add up."
        )
    return tuple(told)


def _document(plan: JourneyMap, rows: Sequence[Row], found: Gain) -> dict[str, Any]:
    def ends(name: str, numbers: tuple[float, float, float] | None) -> dict[str, float | None]:
        point, low, high = numbers or (None, None, None)
        return {name: point, f"{name}_low": low, f"{name}_high": high}

    return {
        "journey": plan.journey,
        "fixes": [{name: row[name] for name in _NAMED} for row in rows],
        **ends("conversions_per_month", found.conversions),
        "conversions_shrunk": found.conversions_shrunk,
        **ends("value_per_month", found.money),
        "currency": plan.value.currency if plan.value else None,
        **ends("delay_saved_per_month_s", found.delay_s),
        "part_of_sum": found.part,
        "assumptions": list(assumptions(rows)),
    }


def _told(plan: JourneyMap, rows: Sequence[Row], found: Gain) -> list[str]:
    from pipelines.findings.headlines import figures

    def ends(numbers: tuple[float, float, float], unit: float = 1.0) -> str:
        point, low, high = (figures(number / unit) for number in numbers)
        return f"{point} ({low} to {high})"

    lines = [f"{plan.title}: if {_listed(plan, rows)} were fixed, a month"]
    worth = f", worth {plan.value.currency} {ends(found.money)}" if found.money and plan.value else ""
    lines.append(f"  conversions gained: {ends(found.conversions)}{worth}")
    lines.append(f"  with the effects shrunk as in `terreng start`: {figures(found.conversions_shrunk)}")
    if found.delay_s is not None:
        lines.append(
            f"  customer days saved: {ends(found.delay_s, _DAY_S)}, beyond promises or the time of others who go on"
        )
    if len(rows) > 1:
        lines.append(f"  together {found.part:.0%} of what the rows say one by one")
    lines += [f"  {text}" for row in rows for text in _doubts(row)]
    return [*lines, "", "What is assumed:", *(f"  - {text}" for text in assumptions(rows))]


def _listed(plan: JourneyMap, rows: Sequence[Row]) -> str:
    from pipelines.findings.headlines import title_of

    names = [f"{row['signal'].replace('_', ' ')} at “{title_of(plan, row['touchpoint'])}”" for row in rows]
    return " and ".join(names)


def _doubts(row: Row) -> list[str]:
    """What to know of one row before its number is used."""
    name = f"{row['touchpoint']}:{row['signal']}"
    if row["verdict"] == "variation":
        return [f"{name} is not told apart from chance: the gain may be nothing"]
    if row["verdict"] == "helpful":
        return [f"{name} is associated with fewer lost, not more: see `terreng proposals` rather than remove it"]
    if row["evidence_grade"] == "C":
        return [f"{name} is a sign that only its vendors vouch for (grade C)"]
    return []
