"""`terreng experience`: what customers say beside what they do, whether they come back, and what they are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines import terminal
from pipelines.commands.covered import Row, cell, covered_rows, plain
from pipelines.commands.ledger import unknown
from pipelines.privacy.withheld import Withheld

_SCORES = {
    "journey": "journey",
    "touchpoint": "about",
    "measure": "measure",
    "answers_n": "answers",
    "asked_n": "asked",
    "response_share": "answered, of those asked",
    "score": "score",
    "score_interval": "95 %",
    "designed_emotion": "designed for, -2 to 2",
    "measured_emotion": "felt, -2 to 2",
    "evidence_grade": "evidence",
}
_QUADRANTS = {
    "journey": "journey",
    "touchpoint": "of",
    "behaviour": "behaviour",
    "survey": "survey",
    "journeys_n": "journeys",
    "lost_n": "of these lost",
}
_VALUE = {
    "journey": "journey",
    "segment": "segment",
    "customers_n": "customers",
    "window_d": "within, days",
    "repurchase_share": "converted again",
    "repurchase_interval": "95 %",
    "churn_share": "never seen again",
    "churn_interval": "95 %",
    "lifetime_value": "worth, margin",
    "lifetime_value_interval": "95 %",
    "currency": "",
    "reason": "",
}
_SHARES = ("csat", "ces")
TABLES = ("experience", "experience_quadrants", "customer_value")


def experience(workspace: Path, journey: str, segment: str, as_json: bool) -> None:
    """List scores, quadrants and what customers are worth, as the last run published them.

    Args:
        workspace: The folder.
        journey: Name of a map; "": all.
        segment: `name=value`; "": all journeys. Quadrants are of all.
        as_json: For machines.

    Raises:
        UsageError: No such map, or none with such a segment.
        WarehouseError: Nothing is published.
    """
    queries = {table: f"SELECT * FROM {table}" for table in TABLES}
    queries["maps"] = "SELECT DISTINCT journey FROM map_versions ORDER BY journey"
    found = covered_rows(workspace, queries)
    _refuse_unknown(found, journey, segment)
    rows = {table: [row for row in found[table] if _is_wanted(row, journey, segment)] for table in TABLES}
    if as_json:
        terminal.say_json({table: [plain(row) for row in of_table] for table, of_table in rows.items()})
        return
    _say(_SCORES, [_with_score(row) for row in rows["experience"]], "No answers: no map asks, or nobody has answered.")
    if rows["experience_quadrants"]:
        of_whom = f" (of all journeys, not of {segment} alone)" if segment else ""
        terminal.say(
            f"\nHow people behaved, and what they said{of_whom} (bad and silent: they left before the survey)\n"
        )
        _say(_QUADRANTS, rows["experience_quadrants"], "")
    terminal.say("\nWhat becomes of those who converted\n")
    _say(_VALUE, [_with_ends(row) for row in rows["customer_value"]], "Nobody has converted.")


def _refuse_unknown(found: Mapping[str, Sequence[Row]], journey: str, segment: str) -> None:
    known = [row["journey"] for row in found["maps"]]
    if journey and journey not in known:
        raise unknown(f"no journey {journey!r}", journey, known)
    tables = ("experience", "customer_value")
    of_maps = {row["segment"] for table in tables for row in found[table] if journey in ("", row["journey"])}
    segments = sorted(of_maps - {None})
    if segment and segment not in segments:
        raise unknown(f"no segment {segment!r}", segment, segments)


def _is_wanted(row: Row, journey: str, segment: str) -> bool:
    is_of_segment = "segment" not in row or (row["segment"] or "") == segment
    return journey in ("", row["journey"]) and is_of_segment


def _say(titles: Mapping[str, str], rows: Sequence[Row], empty: str) -> None:
    shown = [[_shown(name, row[name]) for name in titles] for row in rows]
    terminal.say_table([*titles.values()], shown, empty=empty)


def _shown(name: str, value: object) -> object:
    if name == "touchpoint" and value is None:
        return "the journey"
    if name == "lifetime_value" and isinstance(value, float):
        return f"{value:,.0f}"
    return f"{value:.1f}" if isinstance(value, float) and not name.endswith("_share") else cell(name, value)


def _with_score(row: Row) -> Row:
    """The score and its interval in the unit of its measure: per cent for shares, points for NPS."""
    numbers = [row[name] for name in ("score", "score_low", "score_high")]
    if any(isinstance(number, Withheld) for number in numbers) or numbers[0] is None:
        return row | {"score_interval": None}
    as_text = [_points(row["measure"], number) for number in numbers]
    return row | {"score": as_text[0], "score_interval": f"{as_text[1]} to {as_text[2]}"}


def _points(measure: str, number: float) -> str:
    if measure in _SHARES:
        return f"{number:.0%}"
    return f"{number:+.0f}" if measure == "nps" else f"{number:+.2f}"


def _with_ends(row: Row) -> Row:
    texts: dict[str, str | None] = {}
    for name, form in (
        ("repurchase", "{:.1%} to {:.1%}"),
        ("churn", "{:.1%} to {:.1%}"),
        ("lifetime_value", "{:,.0f} to {:,.0f}"),
    ):
        ends = row[f"{name}_low"], row[f"{name}_high"]
        is_told = all(isinstance(end, float) for end in ends)
        texts[f"{name}_interval"] = form.format(*ends) if is_told else None
    return row | texts
