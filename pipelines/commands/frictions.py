"""`terreng frictions`: every signal with its effect and price, what was not judged and why, and what identity does."""

from __future__ import annotations

from pathlib import Path

from pipelines import terminal
from pipelines.commands.costs import Plans, between, money
from pipelines.commands.covered import Row, covered_rows, plain
from pipelines.commands.journey import known_maps
from pipelines.commands.ledger import unknown
from pipelines.commands.workspace import open_workspace
from pipelines.findings.headlines import figures

_FRICTIONS = (
    "SELECT * FROM frictions ORDER BY journey, signal = 'all_fixed', lost_shrunk IS NULL, lost_shrunk DESC,"
    " touchpoint, signal"
)
_RANGES = "SELECT * FROM identity_ranges ORDER BY journey, measure, touchpoint, signal"
COLUMNS = (
    "touchpoint:signal", "at", "reached", "with it", "effect, points", "q", "customers a month", "shrunk",
    "money a month", "grade", "verdict",
)  # fmt: skip
_HEADS = {"journeys": "journeys", "conversion": "conversion", "drop_off": "lost at", "lost_per_month": "lost a month"}


def frictions(workspace: Path, journey: str, identity: bool, as_json: bool) -> None:
    """List what signals cost, or how the headline numbers depend on who is taken for whom.

    Args:
        workspace: The folder.
        journey: Name of a map; "": all.
        identity: The headline numbers under each rule of identity instead.
        as_json: For machines.

    Raises:
        UsageError: There is no such map.
        WarehouseError: Nothing is published.
    """
    plans = {plan.journey: plan for plan in known_maps(open_workspace(workspace))}
    if journey and journey not in plans:
        raise unknown(f"no journey {journey!r}", journey, sorted(plans))
    table, query = ("identity_ranges", _RANGES) if identity else ("frictions", _FRICTIONS)
    every = covered_rows(workspace, {table: query})[table]
    rows = [row for row in every if journey in {"", row["journey"]}]
    if as_json:
        terminal.say_json([plain(row) for row in rows])
    elif identity:
        head = ("journey", "number", "strict", "default", "loose", "turns")
        terminal.say_table(head, [_range(row) for row in rows], empty="No journeys have begun.")
    else:
        _say(rows, plans)


def _say(rows: list[Row], plans: Plans) -> None:
    """A table per journey of what was judged, sentences for what was not."""
    if not rows:
        terminal.say("No signal of trouble in any journey.")
    for name in dict.fromkeys(row["journey"] for row in rows):
        of_map = [row for row in rows if row["journey"] == name]
        judged = [row for row in of_map if row["verdict"] != "refused" and row["touchpoint"] is not None]
        terminal.say(f"{name}: signals judged as one family of {of_map[0]['family_n']}")
        terminal.say_table(COLUMNS, [_line(row, plans) for row in judged], empty="None could be judged.")
        for row in of_map:
            if row["touchpoint"] is None and row["verdict"] != "refused":
                terminal.say(_together(row, plans))
        refused = [row for row in of_map if row["verdict"] == "refused" and row["touchpoint"] is not None]
        if refused:
            terminal.say("Not judged:")
        for row in refused:
            terminal.say(f"  {row['touchpoint']}:{row['signal']}: {row['reason']}")
        terminal.say("")
    terminal.note(
        "effects are associated with the signal, within segments and calendar time; losses overlap and do not add up;"
        " money goes by the shrunk number, as in `terreng start`;"
        " `--json` has the reasons of each row"
    )


def _together(row: Row, plans: Plans) -> str:
    lost = between(row, "lost_per_month", "lost_low", "lost_high")
    shrunk = f", shrunk {figures(row['lost_shrunk'])}" if isinstance(row["lost_shrunk"], float) else ""
    worth = money(row, "value", plans)
    return f"All together: {lost} customers a month{shrunk}{f', {worth}' if worth else ''}"


def _line(row: Row, plans: Plans) -> tuple[object, ...]:
    return (
        f"{row['touchpoint']}:{row['signal']}",
        row["at_touchpoint"],
        _told(row["reached_n"]),
        _told(row["exposed_n"]),
        _points(row),
        None if row["q_value"] is None else f"{row['q_value']:.3f}",
        between(row, "lost_per_month", "lost_low", "lost_high"),
        figures(row["lost_shrunk"]) if isinstance(row["lost_shrunk"], float) else None,
        money(row, "value", plans),
        row["evidence_grade"],
        row["verdict"],
    )


def _told(n: object) -> str:
    return f"{n:,}" if isinstance(n, int) else str(getattr(n, "text", n))


def _points(row: Row) -> str | None:
    """The effect in percentage points, with its interval."""
    ends = [row[name] for name in ("effect", "effect_low", "effect_high")]
    if not all(isinstance(end, float) for end in ends):
        return None
    effect, low, high = (f"{100 * end:+.1f}" for end in ends)
    return f"{effect} ({low} to {high})"


def _range(row: Row) -> tuple[object, ...]:
    what = " ".join(part for part in (_HEADS[row["measure"]], row["touchpoint"], row["signal"]) if part)
    numbers = (_number(row["measure"], row[rule]) for rule in ("strict", "standard", "loose"))
    return (row["journey"], what, *numbers, "yes" if row["is_flip"] else "")


def _number(measure: str, value: object) -> object:
    if not isinstance(value, float):
        return getattr(value, "text", value)
    if measure in {"conversion", "drop_off"}:
        return f"{value:.1%}"
    return f"{value:,.0f}" if measure == "journeys" else f"{value:,.1f}"
