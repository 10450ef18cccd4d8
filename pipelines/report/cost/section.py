"""The section on cost of one map: pictures, sentences and tables, ready for the template."""

from __future__ import annotations

from collections import Counter

from pipelines.report.cost.forest import friction_name
from pipelines.report.cost.rows import JOINT, told
from pipelines.report.cost.words import money, number
from pipelines.report.numbers import count
from pipelines.report.view import JourneyView

_MOST_SAID = 6


def notes(view: JourneyView) -> tuple[str, ...]:
    """What to hold against the numbers, in sentences."""
    return tuple(line for line in (_flips(view), _identity(view), _confounding(view)) if line)


def causes(view: JourneyView) -> tuple[str, ...]:
    """What the costliest departures go with, in sentences."""
    rows = (row for row in view.data.cost.rows("root_causes") if row["place"] == 1)
    return tuple(str(row["said"]) for row in rows)[:_MOST_SAID]


def joint(view: JourneyView) -> str:
    """What fixing all of them at once would bring; "" where it cannot be told."""
    row = next((row for row in view.data.cost.rows("frictions") if row["signal"] == JOINT), None)
    if row is None or not told(row, "lost_shrunk", "lost_low", "lost_high"):
        return ""
    worth = f", {money(row['value'], view.data.cost.currency)} of margin" if row["value"] is not None else ""
    customers = number(row, "lost_shrunk", "lost_low", "lost_high")
    return (
        f"Were all of them fixed at once, {customers} more customers a month would reach the goal{worth}. That is an"
        " upper bound: it takes it that fixing removes all of the difference, and that nothing else causes both."
    )


def tried(view: JourneyView) -> str:
    """How many signals were tried, and what became of them."""
    rows = [row for row in view.data.cost.rows("frictions") if row["signal"] != JOINT]
    if not rows:
        return ""
    n = Counter(row["verdict"] for row in rows)
    return (
        f"{count(len(rows))} signals were tried: {n['friction']} cost customers, {n['helpful']} keep them,"
        f" {n['variation']} cannot be told from nothing, and of {n['refused']} no number is told; each row of the table"
        " says why."
    )


def _flips(view: JourneyView) -> str:
    names = [friction_name(view, row) for row in view.data.cost.rows("frictions") if row["is_sign_flip"] is True]
    if not names:
        return ""
    return f"Without strata the sign turns: {'; '.join(names[:_MOST_SAID])}. What is told here is within strata."


def _identity(view: JourneyView) -> str:
    names = [friction_name(view, row) for row in view.data.cost.rows("frictions") if row["is_identity_flip"] is True]
    if not names:
        return ""
    return f"Turns with the identity rule: {'; '.join(names[:_MOST_SAID])}. Do not act on it before the links are sure."


def _confounding(view: JourneyView) -> str:
    rows = [row for row in view.data.cost.rows("frictions") if row["place"] == 1 and told(row, "confounding_needed")]
    if not rows:
        return ""
    return (
        "Something unseen may cause both the signal and the leaving. To explain the first row away, it would have"
        f" to make each {float(rows[0]['confounding_needed']):.1f} times as likely, beyond the strata."
    )
