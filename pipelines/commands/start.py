"""`terreng start`: where to start, at most ten rows that a meeting can take in."""

from __future__ import annotations

from pathlib import Path

from pipelines import terminal
from pipelines.commands.costs import Plans, between, money
from pipelines.commands.covered import Row, covered_rows, plain
from pipelines.commands.journey import known_maps
from pipelines.commands.workspace import open_workspace
from pipelines.findings.headlines import occurrence, title_of
from pipelines.privacy.withheld import Withheld

NOTHING = (
    "Nowhere: no signal is told apart from chance as costing customers. `terreng frictions` has what was looked at,"
    " with the reasons."
)
# As many journeys as the finding tells: the risk set has fewer, those that can be followed and compared.
_READ = (
    "SELECT frictions.*, coalesce(findings.journeys_n, frictions.exposed_n) AS journeys_n"
    " FROM frictions LEFT JOIN findings ON findings.journey = frictions.journey AND findings.signal = frictions.signal"
    "  AND findings.touchpoint = frictions.touchpoint"
    " WHERE place IS NOT NULL OR frictions.signal = 'all_fixed' ORDER BY place NULLS LAST, journey, signal"
)
COLUMNS = (
    "#", "journey", "what", "owner", "customers a month", "money a month", "grade", "first 3", "effort",
    "may change it",
)  # fmt: skip
"""`first 3`: how often it is among the three costliest of its map, were the people drawn anew."""


def start(workspace: Path, as_json: bool) -> None:
    """List the frictions that cost most, and what all of them cost together.

    Args:
        workspace: The folder.
        as_json: For machines.

    Raises:
        WarehouseError: Nothing is published.
    """
    plans = {plan.journey: plan for plan in known_maps(open_workspace(workspace))}
    rows = covered_rows(workspace, {"frictions": _READ})["frictions"]
    first = [row for row in rows if row["place"] is not None]
    together = [row for row in rows if row["place"] is None]
    if as_json:
        terminal.say_json({"start": [plain(row) for row in first], "all_fixed": [plain(row) for row in together]})
        return
    terminal.say_table(COLUMNS, [_line(row, plans) for row in first], empty=NOTHING)
    if not first:
        return
    for row in together:
        if isinstance(row["lost_per_month"], float):
            terminal.say(f"\n{_together(row, plans)}")
    terminal.say(
        "\nCustomers and money a month are associated with each row, journeys being compared within their segments."
        " What else differs may explain part of it. Rows overlap: their losses do not add up."
    )


def _line(row: Row, plans: Plans) -> tuple[object, ...]:
    title = title_of(plans.get(row["journey"]), row["touchpoint"])
    is_hidden = isinstance(row["exposed_n"], Withheld)
    what = f"{row['signal']}: {title}" if is_hidden else occurrence(row["signal"], title, row["journeys_n"])
    chance = row["top3_probability"]
    return (
        row["place"],
        row["journey"],
        what,
        row["owner"],
        between(row, "lost_shrunk", "lost_low", "lost_high"),
        money(row, "value", plans),
        row["evidence_grade"],
        None if chance is None else f"{chance:.0%}",
        row["effort"],
        {True: "yes", False: "no", None: None}[row["has_mandate"]],
    )


def _together(row: Row, plans: Plans) -> str:
    worth = money(row, "value", plans)
    return (
        f"{row['journey']}: all frictions fixed together, at most"
        f" {between(row, 'lost_shrunk', 'lost_low', 'lost_high')} customers a month"
        f"{f', {worth}' if worth else ''}: an upper bound, if each were fixed fully and nothing took its place."
    )
