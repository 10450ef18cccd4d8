"""Targets and budgets of a map: what was wanted, what is, and whether it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace

from pipelines.budgets import Line
from pipelines.language import mark, told_number, told_percent, tr
from pipelines.report.cost.rows import told
from pipelines.report.numbers import MISSING, count, days, fine_share_with
from pipelines.report.stored import retold
from pipelines.report.tables import DataTable, Record, Shown
from pipelines.report.view import JourneyView
from schemas.journey_map import JourneyMap
from schemas.map_parts import Budget, Target

DAY_S = 86_400
_UNMEASURED = "not measured"
_WORDS = {
    "target": mark("target"),
    "budget": mark("budget"),
    "kept": mark("kept"),
    "not kept": mark("not kept"),
    _UNMEASURED: mark("not measured"),
}
_ANSWERS = {
    "nps": mark("Net promoter score"),
    "csat": mark("Satisfaction (CSAT)"),
    "ces": mark("Customer effort (CES)"),
}


@dataclass(frozen=True)
class Goal:
    """One line of the map that is to be kept.

    Attributes:
        kind: target or budget.
        measure: What is measured, and where.
        wanted: The limit: a share of 0 to 1, or points.
        bound: at least or at most.
        share: What was measured; None: it was not.
        low: Lower end of its 95 % interval.
        high: Upper end.
        n: Journeys (for promises: waits) that it rests on.
        verdict: kept, not kept, or not measured.
        note: Why it was not measured; or that the interval reaches across the limit.
        unit: share, or points (of the net promoter score).
    """

    kind: str
    measure: str
    wanted: float
    bound: str
    share: float | None
    low: float | None
    high: float | None
    n: int
    verdict: str
    note: str = ""
    unit: str = "share"


def asked(journey_map: JourneyMap) -> JourneyMap:
    """The map with what its targets ask of the published tables among its budgets, which come first."""
    targets = (_as_budget(target) for target in journey_map.targets)
    found = (*journey_map.budget, *(budget for budget in targets if budget is not None))
    return journey_map.model_copy(update={"budget": found})


def _as_budget(target: Target) -> Budget | None:
    """The same question as a budget; None where no budget asks it."""
    if target.within_s is not None or (target.touchpoint is None) == (target.phase is None):
        return None
    if target.measure == "promise_kept" and target.touchpoint and _is_share(target.at_least) and not target.at_most:
        return Budget(touchpoint=target.touchpoint, promise_kept_at_least=target.at_least)
    if target.measure == "drop_off" and _is_share(target.at_most) and not target.at_least:
        return Budget(touchpoint=target.touchpoint, phase=target.phase, drop_off_at_most=target.at_most)
    return None


def _is_share(x: float | None) -> bool:
    return x is not None and 0 <= x <= 1


def goals(view: JourneyView) -> tuple[Goal, ...]:
    """Targets first, then budgets, each in the map's order."""
    lines = iter(view.data.budgets)
    budgets = [_judged("budget", _what(view, budget), next(lines)) for budget in view.map.budget]
    targets = [goal for target in view.map.targets for goal in _of_target(view, target, lines)]
    return (*targets, *budgets)


def _what(view: JourneyView, asked_for: Budget | Target) -> str:
    is_promise = getattr(asked_for, "promise_kept_at_least", None) is not None
    is_promise = getattr(asked_for, "measure", "promise_kept" if is_promise else "drop_off") == "promise_kept"
    if asked_for.touchpoint:
        text = mark("Promise made at {touchpoint} is kept") if is_promise else mark("Fall silent at {touchpoint}")
        return tr(text, touchpoint=view.label(asked_for.touchpoint))
    text = mark("Promise made in phase “{phase}” is kept") if is_promise else mark("Fall silent in phase “{phase}”")
    return tr(text, phase=asked_for.phase)


def _of_target(view: JourneyView, target: Target, lines: Iterator[Line]) -> tuple[Goal, ...]:
    if _as_budget(target) is not None:
        return (_judged("target", _what(view, target), next(lines)),)
    bounds = [(x, is_upper) for x, is_upper in ((target.at_least, False), (target.at_most, True)) if x is not None]
    return tuple(_of_bound(view, target, limit, is_upper) for limit, is_upper in bounds)


def _of_bound(view: JourneyView, target: Target, limit: float, is_upper: bool) -> Goal:
    if target.measure == "conversion" and target.phase is None:
        return _conversion(view, target, limit, is_upper)
    name = target.measure
    measure = tr(_ANSWERS[name]) if name in _ANSWERS else name.replace("_", " ").capitalize()
    where = target.touchpoint or target.phase
    measure = tr("{measure} at {place}", measure=measure, place=view.label(where)) if where else measure
    if target.measure in _ANSWERS and target.phase is None:
        return _said(view, target, measure, limit, is_upper)
    return _unmeasured(measure, limit, is_upper, tr("no number of a run answers it"))


def _said(view: JourneyView, target: Target, measure: str, limit: float, is_upper: bool) -> Goal:
    """What customers said of the touchpoint that is named, else of the journey as a whole."""
    unit = "points" if target.measure == "nps" else "share"
    wanted = (target.measure, target.touchpoint, None)
    rows = view.data.cost.rows("experience")
    row = next((row for row in rows if (row["measure"], row["touchpoint"], row["segment"]) == wanted), None)
    found = None if row is None else told(row, "score", "score_low", "score_high", "answers_n")
    if found is None:
        why = tr("the map does not ask it, or nobody answered") if row is None else tr("too few answers")
        return replace(_unmeasured(measure, limit, is_upper, why), unit=unit)
    score, low, high, n = found
    line = Line(view.map.journey, measure, limit, is_upper, score, low, high, int(n))
    return replace(_judged("target", measure, line), unit=unit)


def _conversion(view: JourneyView, target: Target, limit: float, is_upper: bool) -> Goal:
    """Converted by the horizon, of those who reached the entry or the touchpoint that is named."""
    outcome = view.outcomes.get(target.touchpoint or view.entry or "")
    within = target.within_s / DAY_S if target.within_s is not None else view.horizon_d
    measure = _reach(view, within)
    if outcome is not None:
        measure = tr("{measure}, from {place}", measure=measure, place=view.label(outcome.touchpoint))
    if outcome is None or outcome.refused is not None or outcome.converted_share is None:
        reason = retold(outcome.refused) if outcome is not None and outcome.refused else tr("no journey reached it")
        return _unmeasured(measure, limit, is_upper, reason)
    if within is not None and days(within) != days(outcome.horizon_d):
        why = tr("this run looks at {days}", days=days(outcome.horizon_d))
        return _unmeasured(measure, limit, is_upper, why)
    shares = (outcome.converted_share, outcome.converted_low, outcome.converted_high)
    return _judged("target", measure, Line(view.map.journey, measure, limit, is_upper, *shares, outcome.reached_n))


def _reach(view: JourneyView, within_d: float | None) -> str:
    goal = view.goal_title
    if within_d is None:
        return tr("Reach “{goal}”", goal=goal)
    return tr("Reach “{goal}” within {days}", goal=goal, days=days(within_d))


def _unmeasured(measure: str, limit: float, is_upper: bool, why: str) -> Goal:
    return Goal("target", measure, limit, _bound(is_upper), None, None, None, 0, _UNMEASURED, why)


def _judged(kind: str, measure: str, line: Line) -> Goal:
    verdict = {"broken": "not kept"}.get(line.verdict, line.verdict)
    is_open = line.low is not None and line.high is not None and line.low < line.limit < line.high
    note = tr("the interval reaches across the line") if is_open else ""
    note = tr("too little to tell") if line.share is None else note
    bound = _bound(line.is_upper)
    return Goal(kind, measure, line.limit, bound, line.share, line.low, line.high, line.n, verdict, note)


def _bound(is_upper: bool) -> str:
    return "at most" if is_upper else "at least"


def goal_table(view: JourneyView, stem: str) -> DataTable:
    """Targets and budgets as a table."""
    return DataTable(
        f"{stem}_goals",
        tr("Targets and budgets"),
        tuple(asdict(goal) for goal in goals(view)),
        (
            Shown(tr("What"), lambda r: f"{r['measure']} ({tr(_WORDS[str(r['kind'])])})"),
            Shown(tr("Wanted"), _wanted, is_number=True),
            Shown(tr("Is (95%)"), _is, is_number=True),
            Shown("n", lambda r: count(float(str(r["n"]))) if r["n"] else MISSING, is_number=True),
            Shown(tr("Verdict"), _verdict),
        ),
        tuple(field.name for field in fields(Goal)),
        tr(
            "As the map of this version sets them. “terreng check” fails when a budget is not kept; a target is an aim."
        ),
        tr("The map sets no target and no budget."),
    )


def _limit(x: float, unit: str) -> str:
    """Shares as per cent, points as they are."""
    return told_percent(f"{x * 100:g}") if unit == "share" else told_number(f"{x:g}")


def _wanted(r: Record) -> str:
    text = mark("at most {limit}") if r["bound"] == "at most" else mark("at least {limit}")
    return tr(text, limit=_limit(float(str(r["wanted"])), str(r["unit"])))


def _is(r: Record) -> str:
    score, low, high = (x if isinstance(x, float) else None for x in (r["share"], r["low"], r["high"]))
    if r["unit"] != "points" or score is None or low is None or high is None:
        return fine_share_with(score, low, high)
    between = tr("{low} to {high}", low=f"{low:+.0f}", high=f"{high:+.0f}")
    return f"{score:+.0f} ({between})"


def _verdict(r: Record) -> str:
    verdict = tr(_WORDS[str(r["verdict"])])
    if r["verdict"] == _UNMEASURED:
        return f"{verdict}: {r['note']}"
    return f"{verdict} ({r['note']})" if r["note"] else verdict
