"""`terreng ledger`: from planned to actual, line by line; lines of few journeys told together."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from pipelines import terminal
from pipelines.commands.covered import Row, plain
from pipelines.commands.workspace import open_workspace
from pipelines.privacy.cover import Cover
from pipelines.privacy.withheld import Withheld
from schemas.errors import UsageError

Titles = Mapping[tuple[str, str], str]
_DAY_US = 86_400_000_000
_APART = """
SELECT journey, any_value(v.map_version)
FROM journeys AS j JOIN map_versions AS v USING (journey)
WHERE j.rule = 'default' AND v.is_in_force AND (j.assignment <> 'this' OR j.map_version <> v.map_version)
GROUP BY journey
"""
_TOTALS = {
    ("completion", "planned"): "planned: journeys begun",
    ("completion", "actual"): "actual: converted",
    ("time", "planned"): "planned: designed steps within their promises",
    ("time", "actual"): "actual: from the first touchpoint to the goal",
}


def ledger(workspace: Path, journey: str, segment: str, as_json: bool) -> None:
    """Show the ledger of the maps in force.

    Args:
        workspace: The folder.
        journey: Name of a map; empty: all.
        segment: `name=value`; empty: all journeys.
        as_json: One document for machines.

    Raises:
        UsageError: No such map, or none with such a segment.
    """
    from pipelines.privacy.cover import edge_rows, read_cover
    from pipelines.warehouse import reader

    settings = open_workspace(workspace)
    minimum = settings.privacy.minimum_cell
    with reader(settings) as connection:
        cover = read_cover(connection, minimum)
        every = edge_rows(connection, "ledger", minimum)
        titles = {
            (name, touchpoint): title
            for name, touchpoint, title in connection.sql(
                "SELECT journey, touchpoint, title FROM touchpoints"
            ).fetchall()
        }
        apart = dict(connection.sql(_APART).fetchall())
        known = [name for (name,) in connection.sql("SELECT DISTINCT journey FROM map_versions ORDER BY 1").fetchall()]
    if journey and journey not in known:
        raise unknown(f"no journey {journey!r}", journey, known)
    rows = [_covered(row, cover) for row in _chosen(every, journey, segment)]
    if as_json:
        terminal.say_json([plain(row) for row in rows])
        return
    if not rows:
        terminal.say("No ledger: no journey has begun.")
    for name in (each for each in known if journey in {"", each}):
        for measure in ("completion", "time"):
            _say([row for row in rows if (row["journey"], row["measure"]) == (name, measure)], titles)
        if name in apart:
            terminal.note(
                f"{name}: of version {apart[name]} and this map alone; `terreng map list` has the journeys of other"
                " versions, and those on another map's errand"
            )


def _chosen(rows: list[Row], journey: str, segment: str) -> list[Row]:
    of_journey = [row for row in rows if not journey or row["journey"] == journey]
    found = [row for row in of_journey if row["segment"] == (segment or None)]
    if segment and of_journey and not found:
        known = sorted({row["segment"] for row in of_journey if row["segment"] is not None})
        raise unknown(f"no segment {segment!r}", segment, known)
    return found


def unknown(got: str, asked: str, known: list[str]) -> UsageError:
    """What to say of a name that is none of those that are known."""
    near = get_close_matches(asked, known, n=1)
    return UsageError(
        got=got,
        wanted=f"one of: {', '.join(known[:20])}{', ...' if len(known) > 20 else ''}"
        if known
        else "a map with segments",
        hint=f"did you mean {near[0]!r}?" if near else "",
    )


def _covered(row: Row, cover: Cover) -> Row:
    """A line with what says so in place of a number that is not shown."""
    return row | cover.columns("ledger", row)


def _say(rows: list[Row], titles: Titles) -> None:
    if not rows:
        return
    first = rows[0]
    who = f", {first['segment']}" if first["segment"] else ""
    is_time = first["measure"] == "time"
    unit = "days of the converted journeys" if is_time else "journeys"
    terminal.say(f"{first['journey']}{who}: {first['measure']}, in {unit}")
    shown = sorted(rows, key=lambda row: (row["place"], isinstance(row["amount"], Withheld)))
    lines = [(_amount(row), _share(row, first), _told(row, titles), row["owner"]) for row in shown]
    terminal.say_table(("days" if is_time else "journeys", "of planned", "line", "owner"), lines)
    terminal.say("")


def _amount(row: Row) -> str:
    amount = row["amount"]
    if isinstance(amount, Withheld):
        return amount.text
    return f"{amount / _DAY_US:,.1f}" if row["measure"] == "time" else f"{amount:,}"


def _share(row: Row, planned: Row) -> str | None:
    parts = (row["amount"], planned["amount"])
    if any(isinstance(part, Withheld) for part in parts) or not planned["amount"]:
        return None
    return f"{row['amount'] / planned['amount']:.1%}"


def _told(row: Row, titles: Titles) -> str:
    """A line in words."""

    def title(name: str) -> str:
        return titles.get((row["journey"], name), name)

    if (row["measure"], row["line"]) in _TOTALS:
        return _TOTALS[row["measure"], row["line"]]
    end = row["line"].replace("_", " ") if row["measure"] == "completion" else ""
    place = f" at {title(row['at_touchpoint'])}" if row["at_touchpoint"] else ""
    if row["kind"] is None:
        return end + place
    charge = title(row["touchpoint"]) if row["touchpoint"] else row["block"] or "several reasons, told together"
    return f"{end}{place}: {row['kind'].replace('_', ' ')} {charge}".lstrip(": ")
