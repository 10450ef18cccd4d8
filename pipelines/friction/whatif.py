"""What fixing one friction, or several together, would give back: from the published tables of the last run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import duckdb
import polars as pl

from models.friction.chain import Fixed, fix_together
from models.friction.compared import Compared, Made
from models.friction.delays import delay_together
from models.friction.parts import Floats
from models.friction.ranking import ALL_FIXED
from models.places import target_title
from models.rules import quoted
from pipelines.friction.inputs import Subject, from_published
from pipelines.friction.judge import Judged, judge, margin
from schemas.errors import UsageError
from schemas.journey_map import JourneyMap
from schemas.words import DeviationKind, FrictionVerdict

Row = dict[str, Any]
_MOST_NAMED = 12


@dataclass(frozen=True)
class Fix:
    """One signal to be fixed, as it was asked for: `TOUCHPOINT:SIGNAL`, the touchpoint by its name or title."""

    touchpoint: str
    signal: str

    def __str__(self) -> str:
        return f"{self.touchpoint}:{self.signal}"


@dataclass(frozen=True)
class Gain:
    """What comes of it a month, if the fixes did all that they could.

    Attributes:
        conversions: Gained, with the ends of the 95 % interval.
        conversions_shrunk: The same from the shrunk effects, as the ranking takes them.
        money: What the conversions leave, with its interval; None: the map gives no value.
        delay_s: Customer seconds saved, with its interval; None where nobody can tell.
        part: What is left of the sum of the single rows, since they overlap.
    """

    conversions: tuple[float, float, float]
    conversions_shrunk: float
    money: tuple[float, float, float] | None
    delay_s: tuple[float, float, float] | None
    part: float


def parse(text: str) -> Fix:
    """`TOUCHPOINT:SIGNAL`; activities may have colons of their own, signals have none.

    Raises:
        UsageError: It is no such pair.
    """
    touchpoint, colon, signal = (part.strip() for part in text.rpartition(":"))
    if not colon or not touchpoint or not signal:
        raise UsageError(
            got=f"--fix {text!r}", wanted="TOUCHPOINT:SIGNAL, such as pay:failed", hint="see `terreng frictions`"
        )
    return Fix(touchpoint, signal.lower().replace(" ", "_"))


def chosen_rows(
    rows: Sequence[Row], fixes: Sequence[Fix], plans: Sequence[JourneyMap], journey: str = ""
) -> tuple[Row, ...]:
    """The rows of `frictions` that are to be fixed, all of one journey, each once.

    Args:
        rows: The published rows.
        fixes: What was asked for.
        plans: The maps in force, for titles.
        journey: Name of the map; "": the one that has them.

    Raises:
        UsageError: There is no such row, several journeys have it, or its effect was refused.
    """
    told = [row for row in rows if row["signal"] != ALL_FIXED and journey in {"", row["journey"]}]
    titles = {plan.journey: plan for plan in plans}
    found = [_row(told, fix, titles) for fix in dict.fromkeys(fixes)]
    if len({row["journey"] for row in found}) > 1:
        raise UsageError(
            got=f"fixes in several journeys: {', '.join(dict.fromkeys(row['journey'] for row in found))}",
            wanted="fixes of one journey: what is gained in another comes beside it",
            hint="ask for each journey alone, with --journey",
        )
    return tuple({(row["touchpoint"], row["signal"]): row for row in found}.values())


def _row(rows: Sequence[Row], fix: Fix, plans: dict[str, JourneyMap]) -> Row:
    here = [row for row in rows if _is_at(row, fix.touchpoint, plans)]
    found = [row for row in here if row["signal"] == fix.signal]
    if not found:
        raise _unknown(rows, here, fix)
    if len({row["journey"] for row in found}) > 1:
        journeys = ", ".join(sorted(row["journey"] for row in found))
        raise UsageError(got=f"{fix}, which several journeys have", wanted="--journey with one", hint=journeys)
    (row,) = found
    if row["verdict"] == FrictionVerdict.REFUSED:
        raise UsageError(
            got=f"{fix}, of which nobody can tell what it costs",
            wanted="a signal whose effect was not refused",
            hint=f"why it was: {row['reason'] or 'no reason is given'}",
        )
    return row


def _is_at(row: Row, asked: str, plans: dict[str, JourneyMap]) -> bool:
    plan = plans.get(row["journey"])
    names = (row["touchpoint"], target_title(plan, row["touchpoint"]) if plan else "")
    return asked.casefold() in {name.casefold() for name in names}


def _unknown(rows: Sequence[Row], here: Sequence[Row], fix: Fix) -> UsageError:
    """What to say of a pair that is not there: which signals its touchpoint has, else which pairs are near."""
    if here:
        signals = sorted({row["signal"] for row in here})
        near = get_close_matches(fix.signal, signals, n=1)
        hint = f"did you mean {fix.touchpoint}:{near[0]}?" if near else ""
        return UsageError(
            got=f"no signal {fix.signal!r} at {fix.touchpoint}", wanted=f"one of: {', '.join(signals)}", hint=hint
        )
    pairs = [f"{row['touchpoint']}:{row['signal']}" for row in rows]
    near = get_close_matches(str(fix), pairs, n=1) or get_close_matches(fix.touchpoint, _places(rows), n=1)
    more_n = len(pairs) - _MOST_NAMED
    wanted = f"one of: {', '.join(pairs[:_MOST_NAMED])}{f' and {more_n} more' if more_n > 0 else ''}"
    return UsageError(
        got=f"no row {fix}",
        wanted=wanted if pairs else "a journey with signals: the last run found none",
        hint=f"did you mean {near[0]}?" if near else "see `terreng frictions`",
    )


def _places(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row["touchpoint"] for row in rows))


def gain(connection: duckdb.DuckDBPyConnection, plan: JourneyMap, as_of: datetime, rows: Sequence[Row]) -> Gain:
    """What fixing these rows together would give back.

    Args:
        connection: The published snapshot.
        plan: The version of the map that is in force.
        as_of: The snapshot.
        rows: Of `frictions`, see `chosen_rows`.

    Raises:
        UsageError: The map has changed since the run, or nobody can tell what one of the signals costs.
        WarehouseError: There are no journeys.
    """
    _refuse_other_map(connection, plan)
    subject = _with_marks_of(from_published(connection, plan, as_of), rows)
    judged = judge(subject)
    sets = Made(judged.compared)
    _refuse_untold(judged, rows)
    chosen = range(len(sets))
    people = subject.journeys.person_hash
    fixed = fix_together(judged.estimates, sets, chosen, judged.found.steps, people)
    waited = [_beyond_promise(connection, subject, each) for each in judged.compared]
    delay = delay_together(sets, people, beyond_s=waited)
    conversions = as_published(fixed, rows)
    worth = margin(subject)
    return Gain(
        conversions=conversions,
        conversions_shrunk=fixed.part * sum(row["lost_shrunk"] or 0.0 for row in rows),
        money=None if worth is None else (conversions[0] * worth, conversions[1] * worth, conversions[2] * worth),
        delay_s=None if delay.per_month_s != delay.per_month_s else (delay.per_month_s, delay.low_s, delay.high_s),
        part=fixed.part,
    )


def as_published(fixed: Fixed, rows: Sequence[Row]) -> tuple[float, float, float]:
    """Of one fix its row itself; of several the part that is left of the sum of their rows, with its interval.

    The run held still what goes together with a signal, also where that is not asked for here. So what is judged anew
    tells how the fixes overlap and how sure that is, and the rows tell how much they are.
    """
    if len(rows) == 1:
        (row,) = rows
        if None not in (row["lost_per_month"], row["lost_low"], row["lost_high"]):
            return row["lost_per_month"], row["lost_low"], row["lost_high"]
    lost = fixed.part * sum(row["lost_per_month"] or 0.0 for row in rows)
    more = lost - fixed.lost_per_month
    return lost, fixed.low + more, fixed.high + more


def _beyond_promise(connection: duckdb.DuckDBPyConnection, subject: Subject, each: Compared) -> Floats | None:
    """Per unit, what its journey waited beyond the promise, in the promise's calendar; None: the signal is no wait."""
    if each.signal != DeviationKind.LATE:
        return None
    rows = connection.sql(
        "SELECT journey_id, sum(measure) AS waited_s FROM journey_signals WHERE signal = 'late'"
        f" AND journey = {quoted(subject.plan.journey)} AND touchpoint = {quoted(subject.name_of(each.target))}"
        " GROUP BY journey_id"
    ).pl()
    journeys = subject.journeys.journeys.select("journey_id").join(
        rows, on="journey_id", how="left", maintain_order="left"
    )
    waited: Floats = journeys["waited_s"].fill_null(0.0).to_numpy()[each.journey]
    return waited


def _refuse_untold(judged: Judged, rows: Sequence[Row]) -> None:
    refused = [reason for reason in judged.estimates.refused if reason is not None]
    if refused or len(judged.compared) != len(rows):
        raise UsageError(
            got="a signal of which nobody can tell what it costs",
            wanted="signals whose effects the published journeys tell",
            hint="; ".join(refused) or "run `terreng run` again",
        )


def _with_marks_of(subject: Subject, rows: Sequence[Row]) -> Subject:
    """Only the marks of some signals: each signal's numbers are its own, and the others take time."""
    marks = subject.journeys.marks
    wanted = {(row["touchpoint"], row["signal"]) for row in rows}
    targets = marks.select("signal", "target").unique()
    kept = [pair for pair in targets.rows() if (subject.name_of(pair[1]), pair[0]) in wanted]
    chosen = pl.DataFrame(kept, schema={name: marks.schema[name] for name in ("signal", "target")}, orient="row")
    return replace(subject, journeys=replace(subject.journeys, marks=marks.join(chosen, on=["signal", "target"])))


def _refuse_other_map(connection: duckdb.DuckDBPyConnection, plan: JourneyMap) -> None:
    known = connection.sql(
        f"SELECT content_hash FROM map_versions WHERE journey = {quoted(plan.journey)} AND is_in_force"
    ).fetchall()
    if plan.content_hash not in {content_hash for (content_hash,) in known}:
        raise UsageError(
            got=f"a map {plan.journey!r} that has changed since the last run",
            wanted="the map by which the published journeys were judged",
            hint="run `terreng run` first",
        )
