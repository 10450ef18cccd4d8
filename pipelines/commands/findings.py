"""`terreng findings`: the list, and the decision to accept one for a while."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pipelines import terminal
from pipelines.commands.costs import between, money
from pipelines.commands.journey import known_maps
from pipelines.commands.workspace import open_workspace, parse_time

NO_FINDINGS = "No findings: nothing that may be told happened in 5 journeys or more; see `terreng deviations`."
COLUMNS = (
    "finding_id", "rank", "headline", "owner", "state", "journeys_n", "rate", "accepted_until", "journey", "touchpoint",
    "signal", "lost_shrunk", "lost_low", "lost_high", "value", "value_low", "value_high", "effect", "effect_low",
    "effect_high", "evidence_grade",
)  # fmt: skip
_SHOWN = ("finding_id", "rank", "headline", "owner", "state", "journeys_n", "rate", "accepted_until")
_HEADER = ("finding_id", "rank", "headline", "customers a month", "money a month", *_SHOWN[3:])


def findings(workspace: Path, as_json: bool) -> None:
    """List the published findings in rank order."""
    from pipelines.privacy.cover import read_cover
    from pipelines.warehouse import reader

    settings = open_workspace(workspace)
    with reader(settings) as connection:
        cover = read_cover(connection, settings.privacy.minimum_cell)
        found = connection.sql("SELECT * FROM findings ORDER BY rank, finding_id").pl().iter_rows(named=True)
        rows = [row for row in found if not cover.hides_finding(row)]
    if as_json:
        terminal.say_json([{name: row[name] for name in COLUMNS} for row in rows])
        return
    plans = {plan.journey: plan for plan in known_maps(settings)}
    lines = [
        (
            *(row[name] for name in _SHOWN[:3]),
            between(row, "lost_shrunk", "lost_low", "lost_high"),
            money(row, "value", plans),
            *(row[name] for name in _SHOWN[3:]),
        )
        for row in rows
    ]
    terminal.say_table(_HEADER, lines, empty=NO_FINDINGS)


def accept(workspace: Path, finding_id: str, reason: str, until: str) -> None:
    """Accept a finding until a time."""
    from pipelines import acceptances

    settings = open_workspace(workspace)
    moment = parse_time(until, settings.timezone, "--until")
    acceptances.accept(settings, finding_id, reason, moment, datetime.now(UTC))
    terminal.say(f"Accepted {finding_id} until {moment:%Y-%m-%d %H:%M} UTC; from the next run on it is listed so.")
