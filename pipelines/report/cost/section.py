"""The section on cost of one map: pictures, sentences and tables, ready for the template."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from models.causes import Cause
from pipelines.compare.cause_words import cause_said
from pipelines.language import mark, told_number, tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.cost.forest import friction_name
from pipelines.report.cost.rows import JOINT, Record, told
from pipelines.report.cost.words import money, number
from pipelines.report.numbers import count, withheld
from pipelines.report.view import JourneyView

_MOST_SAID = 6


def notes(view: JourneyView) -> tuple[str, ...]:
    """What to hold against the numbers, in sentences."""
    return tuple(line for line in (_flips(view), _identity(view), _confounding(view)) if line)


def causes(view: JourneyView) -> tuple[str, ...]:
    """What the costliest departures go with, in sentences."""
    rows = (row for row in view.data.cost.rows("root_causes") if row["place"] == 1)
    return tuple(cause_told(view, row) for row in rows)[:_MOST_SAID]


def cause_told(view: JourneyView, row: Record) -> str:
    """A root cause as a sentence."""
    names = ("said", "reached_n", "exposed_n", "share_of_exposed", "exposed_share", "others_exposed_share", "lift_low")
    hidden = next((row[name] for name in names if isinstance(row[name], Withheld)), None)
    if hidden is not None:
        return withheld(hidden)
    _, reached_n, exposed_n, share_of, here, elsewhere, lift_low = (row[name] for name in names)
    sure = float(row["q_value"])  # no sentence tells how sure it is
    cause = Cause(
        str(row["attribute"]), str(row["value"]), reached_n, exposed_n, share_of, here, elsewhere,
        row["lift"], lift_low, row["lift_high"], sure, sure,
    )  # fmt: skip
    since_at = row["since_at"]
    since_on = since_at.astimezone(view.zone).date() if isinstance(since_at, datetime) else None
    return cause_said(cause, str(row["signal"]), view.target_title(str(row["touchpoint"])), since_on)


def joint(view: JourneyView) -> str:
    """What fixing all of them at once would bring; "" where it cannot be told."""
    row = next((row for row in view.data.cost.rows("frictions") if row["signal"] == JOINT), None)
    if row is None or not told(row, "lost_shrunk", "lost_low", "lost_high"):
        return ""
    customers = number(row, "lost_shrunk", "lost_low", "lost_high")
    if row["value"] is None:
        gain = tr("Were all of them fixed at once, {n} more customers a month would reach the goal.", n=customers)
    else:
        gain = tr(
            "Were all of them fixed at once, {n} more customers a month would reach the goal, {money} of margin.",
            n=customers,
            money=money(row["value"], view.data.cost.currency),
        )
    bound = tr(
        "That is an upper bound: it takes it that fixing removes all of the difference, and that nothing else causes"
        " both."
    )
    return f"{gain} {bound}"


def tried(view: JourneyView) -> str:
    """How many signals were tried, and what became of them."""
    rows = [row for row in view.data.cost.rows("frictions") if row["signal"] != JOINT]
    if not rows:
        return ""
    n = Counter(row["verdict"] for row in rows)
    return tr(
        "{n} signals were tried: {friction} cost customers, {helpful} keep them, {variation} cannot be told from"
        " nothing, and of {refused} no number is told; each row of the table says why.",
        n=count(len(rows)),
        **{verdict: n[verdict] for verdict in ("friction", "helpful", "variation", "refused")},
    )


def _flips(view: JourneyView) -> str:
    names = [friction_name(view, row) for row in view.data.cost.rows("frictions") if row["is_sign_flip"] is True]
    if not names:
        return ""
    turn = mark("Without strata the sign turns: {names}. What is told here is within strata.")
    return tr(turn, names="; ".join(names[:_MOST_SAID]))


def _identity(view: JourneyView) -> str:
    names = [friction_name(view, row) for row in view.data.cost.rows("frictions") if row["is_identity_flip"] is True]
    if not names:
        return ""
    turn = mark("Turns with the identity rule: {names}. Do not act on it before the links are sure.")
    return tr(turn, names="; ".join(names[:_MOST_SAID]))


def _confounding(view: JourneyView) -> str:
    rows = [row for row in view.data.cost.rows("frictions") if row["place"] == 1 and told(row, "confounding_needed")]
    if not rows:
        return ""
    return tr(
        "Something unseen may cause both the signal and the leaving. To explain the first row away, it would have to"
        " make each {times} times as likely, beyond the strata.",
        times=told_number(f"{float(rows[0]['confounding_needed']):.1f}"),
    )
