"""What a lane says of one touchpoint: a value with its interval and the number behind it."""

from __future__ import annotations

from dataclasses import dataclass

from models.intervals import wilson
from pipelines.language import told_number, tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.cost.rows import Record
from pipelines.report.numbers import MISSING, count, duration, share, wait
from pipelines.report.rows import WaitRow
from pipelines.report.view import JourneyView
from schemas.words import DeviationKind

HOT = 0.10  # from one in ten on, a value is set in bold and red
FAINT = 0.01  # below one in a hundred it is set in grey
_MOODS = 2.0  # feelings run from minus this to this
_NPS = 100.0


@dataclass(frozen=True)
class Felt:
    """The feeling that a touchpoint is designed for and the one that was measured there, each -2 to 2."""

    designed: float | None
    measured: float | None


@dataclass(frozen=True)
class Cell:
    """One value of a lane.

    Attributes:
        text: The value, or why there is none.
        value: The value as a share, for its bar; None: no bar.
        n: What it is a share of, or how many answered.
        told: What else there is to say, line by line.
        felt: For the lane of experience: drawn as two marks on a scale.
        is_hot: Whether it calls for attention.
        between: Its interval in words where it is no interval of shares.
    """

    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    told: str = ""
    felt: Felt | None = None
    is_hot: bool = False
    between: str = ""

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to see: no value, or none that is more than nought."""
        return self.felt is None and not self.value and self.text in {MISSING, "0", share(0.0), tr("not told")}

    @property
    def is_faint(self) -> bool:
        """Whether there is next to nothing to see."""
        return self.is_nothing or (self.value is not None and self.value < FAINT)


NONE = Cell(MISSING)


def of_share(
    x: float | None, low: float | None, high: float | None, n: int | None, told: str = "", *, is_bad: bool = True
) -> Cell:
    """A share with its interval; where more is worse, much of it is set apart."""
    if x is None:
        return NONE
    return Cell(share(x), x, low, high, n, told, is_hot=is_bad and x >= HOT)


def leave(view: JourneyView, name: str) -> Cell:
    """Left here, silently or saying no, of those who reached it."""
    outcome = view.outcomes.get(name)
    if outcome is None or outcome.leave is None:
        return Cell(tr("not told")) if outcome is not None and outcome.refused is not None else NONE
    silent, no = share(outcome.hazard), share(outcome.exit_hazard or 0.0)
    told = tr("{silent} fall silent, {no} say no", silent=silent, no=no)
    return of_share(outcome.leave, *outcome.leave_interval, outcome.followed_n, told)


def worst_wait(view: JourneyView, name: str) -> WaitRow | None:
    """Of the promises that a touchpoint makes, the one that is kept least."""
    waits = [row for row in view.promises if row.from_touchpoint == name]
    return min(
        waits, key=lambda row: (2.0 if row.kept_share is None else row.kept_share, row.to_touchpoint), default=None
    )


def late(view: JourneyView, name: str) -> Cell:
    """Waits that took longer than promised."""
    worst = worst_wait(view, name)
    if worst is None or worst.kept_share is None:
        return NONE
    low = None if worst.kept_high is None else 1 - worst.kept_high
    high = None if worst.kept_low is None else 1 - worst.kept_low
    told = tr(
        "promised within {promised}: {next}",
        promised=wait(worst.promised_s, worst.calendar),
        next=view.label(worst.to_touchpoint),
    )
    return of_share(1 - worst.kept_share, low, high, worst.n, told)


def rate(kind: DeviationKind, view: JourneyView, name: str) -> Cell:
    """How often a deviation is charged to it, of the journeys in which it could be."""
    row = view.rate(kind, name)
    if row is None:
        return Cell(share(0.0)) if view.reached_n(name) else NONE
    return of_share(row.rate, row.rate_low, row.rate_high, row.opportunities_n)


def help_(view: JourneyView, name: str) -> Cell:
    """Turned to what is off the map while they stood here: the most frequent of it, of those who reached it."""
    outcome, reached = view.outcomes.get(name), view.reached_n(name)
    if not reached or isinstance(reached, Withheld):
        return NONE
    off = [
        row
        for row in view.sides(name)
        if view.map.role(row.touchpoint) == "off_map" and not isinstance(row.journeys_n, Withheld)
    ]
    most = max(off, key=lambda row: (row.journeys_n, row.touchpoint), default=None)
    if most is None:
        return Cell(share(0.0), n=reached)
    part = min(1.0, most.journeys_n / reached)
    worth = (outcome.effective_n if outcome else None) or reached
    low, high = wilson(part * worth, worth)
    return of_share(part, float(low), float(high), reached, view.title(most.touchpoint))


def _answers(view: JourneyView, name: str) -> Record | None:
    """What was said about a touchpoint by the measure that most answered; None: nothing that may be told."""
    rows = [
        row
        for row in view.data.cost.rows("experience")
        if row["touchpoint"] == name and row["segment"] is None and _is_told(row["measured_emotion"])
    ]
    return max(rows, key=lambda row: (row["answers_n"], row["measure"]), default=None)


def _is_told(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, Withheld)


def experience(view: JourneyView, name: str) -> Cell:
    """The feeling that it is designed for beside the one that was measured."""
    known = view.map.touchpoints.get(name)
    designed = None if known is None or known.emotion is None else float(known.emotion)
    row = _answers(view, name)
    if row is None:
        return NONE if designed is None else Cell("", felt=Felt(designed, None), told=_designed(designed))
    measured = float(row["measured_emotion"])
    told = "\n".join(text for text in (_designed(designed), _score(row)) if text)
    is_hot = designed is not None and measured <= designed - 1
    return Cell(mood(measured), n=_count_of(row["answers_n"]), told=told, felt=Felt(designed, measured), is_hot=is_hot)


def _count_of(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, Withheld) else None


def _designed(designed: float | None) -> str:
    return "" if designed is None else tr("designed for {mood}", mood=mood(designed))


def _score(row: Record) -> str:
    """The score by the measure's own formula with its interval."""
    told, between = _scored(row)
    if not told:
        return ""
    return tr("{score} ({interval}), {n} answers", score=told, interval=between, n=count(row["answers_n"]))


def _scored(row: Record) -> tuple[str, str]:
    """The score with its measure's name, and its interval; "" where it is not told."""
    values = [row[name] for name in ("score", "score_low", "score_high")]
    if not all(_is_told(value) for value in values):
        return "", ""
    unit = 1.0 if str(row["measure"]) == "nps" else _NPS
    score, low, high = (f"{float(value) * unit:.0f}".replace("-", "−") for value in values)
    name = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}.get(str(row["measure"]), str(row["measure"]))
    return f"{name} {score}", tr("{low} to {high}", low=low, high=high)


def score(view: JourneyView, name: str) -> Cell:
    """What the answers make by the measure's own formula."""
    row = _answers(view, name)
    told, between = ("", "") if row is None else _scored(row)
    return Cell(told, n=_count_of(row["answers_n"]), between=between) if row is not None and told else NONE


def mood(x: float) -> str:
    """A feeling with its sign: "+1.1", "−0.5", "0"."""
    figures = f"{abs(x):.1f}".removesuffix(".0")
    sign = "" if figures == "0" else "+" if x > 0 else "−"
    return sign + told_number(figures)


def here(view: JourneyView, name: str) -> Cell:
    """Journeys that stand here now."""
    return Cell(count(view.in_flight_n(name)))


def reach(view: JourneyView, name: str) -> Cell:
    """Reached it, of all journeys."""
    reached, total = view.reached_n(name), view.data.journeys_n
    if not total or isinstance(reached, Withheld) or isinstance(total, Withheld):
        return NONE
    part = min(1.0, reached / total)
    low, high = wilson(part * total, total)
    return of_share(part, float(low), float(high), total, is_bad=False)


def convert(view: JourneyView, name: str) -> Cell:
    """Reach the goal in the end, of those who reached it."""
    row = view.outcomes.get(name)
    if row is None or row.refused is not None:
        return NONE if row is None else Cell(tr("not told"))
    return of_share(row.converted_share, row.converted_low, row.converted_high, row.reached_n, is_bad=False)


def median_wait(view: JourneyView, name: str) -> Cell:
    """What half of those wait who go on to what is promised, else to what comes next most often."""
    row = worst_wait(view, name) or _busiest_wait(view, name)
    if row is None or row.p50_s is None:
        return NONE
    told = tr(
        "to {next}; the slowest tenth from {slow}",
        next=view.label(row.to_touchpoint),
        slow=wait(row.p90_s, row.calendar),
    )
    return Cell(wait(row.p50_s, row.calendar), n=_count_of(row.n), told=told)


def _busiest_wait(view: JourneyView, name: str) -> WaitRow | None:
    rows = [r for r in view.data.waits if r.segment is None and r.from_touchpoint == name and r.p50_s is not None]
    return max(rows, key=lambda r: (r.n, r.to_touchpoint), default=None)


def slow_wait(view: JourneyView, name: str) -> Cell:
    """What the slowest tenth wait at least."""
    row = worst_wait(view, name) or _busiest_wait(view, name)
    return NONE if row is None or row.p90_s is None else Cell(wait(row.p90_s, row.calendar))


def promised(view: JourneyView, name: str) -> Cell:
    """What was promised."""
    row = worst_wait(view, name)
    return NONE if row is None else Cell(wait(row.promised_s, row.calendar), told=view.label(row.to_touchpoint))


def waiting(view: JourneyView, name: str) -> Cell:
    """Of those who wait for what was promised here, the ones who already wait too long."""
    row = worst_wait(view, name)
    if row is None or isinstance(row.waiting_n, Withheld) or isinstance(row.overdue_n, Withheld) or not row.waiting_n:
        return NONE
    low, high = wilson(row.overdue_n, row.waiting_n)
    told = tr("{n} wait for {next}", n=count(row.waiting_n), next=view.label(row.to_touchpoint))
    return of_share(row.overdue_n / row.waiting_n, float(low), float(high), row.waiting_n, told)


def patience(view: JourneyView, name: str) -> Cell:
    """After how long a silence somebody counts as gone."""
    row = view.outcomes.get(name)
    return NONE if row is None or row.patience_s is None else Cell(duration(row.patience_s))
