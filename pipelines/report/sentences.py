"""What the numbers say: headline, tiles, next steps. Modest: associated with, never because of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.intervals import wilson
from pipelines.findings.headlines import NOT_TOLD_APART, cost, figures, occurrence, review_overdue
from pipelines.language import any_of, mark, quoted, told_number, tr
from pipelines.privacy.withheld import part_of
from pipelines.report.cost.rows import told
from pipelines.report.numbers import count, day, days, interval, journeys, journeys_in_words, share, share_with, wait
from pipelines.report.rows import FindingRow, OutcomeRow
from pipelines.report.stored import retold, strata
from pipelines.report.text import short
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import kind_title, next_step, word

if TYPE_CHECKING:
    from pipelines.report.document import Chart


@dataclass(frozen=True)
class Headline:
    """The finding that a map's section begins with, and the numbers behind it."""

    text: str
    detail: str


@dataclass(frozen=True)
class Tile:
    """One number of the first screen: value, what it is, how sure it is, and the table behind it."""

    value: str
    label: str
    detail: str
    table: str


@dataclass(frozen=True)
class Card:
    """One finding as a card.

    Attributes:
        state: What became of it since the last run, in words; `code` is its word in the tables.
        headline: What happens and what it costs; `occurs` is the first half alone.
        lost: Customers lost a month, and `worth` in money, each with its interval; "" where it is not told.
        numbers: These and others one by one; filled by `finding_numbers`, as is the chart.
    """

    where: str
    owner: str
    state: str
    headline: str
    evidence: str
    association: str
    step: str
    is_gap: bool
    occurs: str = ""
    code: str = ""
    lost: str = ""
    lost_between: str = ""
    worth: str = ""
    worth_between: str = ""
    finding_id: str = ""
    numbers: tuple[Tile, ...] = ()
    chart: Chart | None = None


def headline(view: JourneyView) -> Headline:
    """What becomes of those who begin; or plainly that it cannot be told yet."""
    if not view.data.journeys_n:
        nothing = tr("No event of the sources opens a journey of this map.")
        title = short(view.map.title, 120)
        return Headline(tr("Nobody has walked “{title}” yet", title=title), f"{nothing} {_hint(view)}".rstrip())
    outcome, goal = view.entry_outcome, short(view.goal_title, 80)
    if outcome is None or not outcome.reached_n:
        names = any_of(quoted(short(view.title(name), 60)) for name in view.map.openings[:3])
        none = tr("None reached {names}, so no share that gets to “{goal}” is told.", names=names, goal=goal)
        return Headline(tr("No journey begins as designed"), none)
    if outcome.refused is not None or outcome.converted_share is None:
        return Headline(tr("Too early to say how many reach “{goal}”", goal=goal), _too_early(view, outcome))
    lost = (outcome.abandoned_share or 0.0) + (outcome.exited_share or 0.0)
    return Headline(_claim(lost, outcome.converted_share, goal), _becomes(view, outcome, goal))


def _too_early(view: JourneyView, outcome: OutcomeRow) -> str:
    return tr(
        "Of {n} journeys that reached “{touchpoint}”, no share within {time} is told: {reason}.",
        n=count(outcome.reached_n),
        touchpoint=short(view.title(outcome.touchpoint), 80),
        time=view.within,
        reason=retold(outcome.refused) if outcome.refused else tr("no share is given"),
    )


def _becomes(view: JourneyView, outcome: OutcomeRow, goal: str) -> str:
    """What becomes of those who reached the entry."""
    return tr(
        "Of {n} journeys that reached “{touchpoint}”: {reach} reach “{goal}” within {time}, {silent} fall silent,"
        " {said_no} say no; {active} are still undecided after {days}.",
        n=count(outcome.reached_n),
        touchpoint=short(view.title(outcome.touchpoint), 80),
        goal=goal,
        time=view.within,
        reach=share_with(outcome.converted_share, outcome.converted_low, outcome.converted_high),
        silent=share_with(outcome.abandoned_share, outcome.abandoned_low, outcome.abandoned_high),
        said_no=share_with(outcome.exited_share, outcome.exited_low, outcome.exited_high),
        active=share(outcome.active_share),
        days=days(outcome.horizon_d),
    )


def _claim(lost: float, converted: float, goal: str) -> str:
    """The larger of the two ends leads the sentence."""
    words, is_plural = journeys_in_words(max(lost, converted))
    if lost >= converted:
        text = mark("{journeys} end before “{goal}”") if is_plural else mark("{journeys} ends before “{goal}”")
    else:
        text = mark("{journeys} reach “{goal}”") if is_plural else mark("{journeys} reaches “{goal}”")
    return tr(text, journeys=words, goal=goal)


def _hint(view: JourneyView) -> str:
    names = ", ".join(quoted(short(view.title(name), 60)) for name in view.map.openings[:3])
    hint = mark("A journey begins with {names}; see below for what the sources sent and the map does not know.")
    return tr(hint, names=names) if names else ""


def tiles(view: JourneyView, tables: dict[str, str]) -> tuple[Tile, ...]:
    """The numbers of the first screen. `tables` is the anchor of each table by its short name."""
    data = view.data
    found = [
        Tile(count(data.journeys_n), tr("journeys"), _span(view), tables["statuses"]),
        _converted(view, tables["outcomes"]),
        _designed(view, tables["deviations"]),
    ]
    if data.journeys_n:
        flying = data.statuses.get("in_flight", 0)
        part = tr(
            "in flight: {share} of {n}, neither lost nor won yet",
            share=share(part_of(flying, data.journeys_n)),
            n=count(data.journeys_n),
        )
        found.append(Tile(count(flying), tr("are on their way today"), part, tables["statuses"]))
    return (*found, *promise_tile(view, tables["waits"]))


def _span(view: JourneyView) -> str:
    data, per = view.data, view.map.journey_is.per
    if data.first_at is None or data.last_at is None:
        return tr("none in the snapshot")
    of_people = mark("of {n} people, {first} to {last} ({zone})")
    of_ids = mark("of {n} {id} ids, {first} to {last} ({zone})")
    first, last = day(data.first_at, view.zone), day(data.last_at, view.zone)
    told = {"n": count(data.people_n), "first": first, "last": last, "zone": view.zone.key}
    return tr(of_people, **told) if per == "person" else tr(of_ids, id=short(per, 20), **told)


def _converted(view: JourneyView, table: str) -> Tile:
    outcome = view.entry_outcome
    if outcome is None or outcome.refused is not None or outcome.converted_share is None:
        reason = retold(outcome.refused) if outcome and outcome.refused else tr("no journey begins as designed")
        return Tile(tr("Not told"), tr("converted"), reason, table)
    between = interval(outcome.converted_low, outcome.converted_high)
    of_those = tr(
        "of {n} that reached “{touchpoint}”, within {time}",
        n=count(outcome.reached_n),
        touchpoint=short(view.title(outcome.touchpoint), 40),
        time=view.within,
    )
    return Tile(share(outcome.converted_share), tr("convert"), f"{between}, {of_those}" if between else of_those, table)


def _designed(view: JourneyView, table: str) -> Tile:
    data = view.data
    if not data.aligned_n:
        return Tile(tr("Not told"), tr("go as designed"), tr("no journey was compared with the map"), table)
    part, n = part_of(data.designed_n, data.aligned_n), count(data.aligned_n)
    if part is None:
        return Tile(count(data.designed_n), tr("go as designed so far"), f"n {n}", table)
    # One person's journeys may all be alike, so they count as one: the interval is rather too wide.
    worth = min(data.people_n or data.aligned_n, data.aligned_n)
    low, high = wilson(part * worth, worth)
    return Tile(share(part), tr("go as designed so far"), f"{interval(float(low), float(high))}, n {n}", table)


def promise_tile(view: JourneyView, table: str) -> tuple[Tile, ...]:
    """The promise that is kept least, of those that can be judged."""
    judged = [row for row in view.promises if row.kept_share is not None]
    if not judged:
        return ()
    worst = min(judged, key=lambda row: (row.kept_share or 0.0, row.from_touchpoint, row.to_touchpoint))
    between = interval(worst.kept_low, worst.kept_high)
    only = mark("of promises “{touchpoint}” within {time} are kept")
    least = mark("of promises “{touchpoint}” within {time} are kept, the least kept one")
    what = tr(
        only if len(judged) == 1 else least,
        touchpoint=short(view.title(worst.to_touchpoint), 40),
        time=wait(worst.promised_s, worst.calendar),
    )
    return (Tile(share(worst.kept_share), what, f"{between}, n {count(worst.n)}", table),)


def cards(view: JourneyView, most: int = 8) -> tuple[Card, ...]:
    """The findings that stand, in their order; what is fixed or accepted is in the table."""
    return tuple(_card(view, finding) for finding in standing(view)[:most])


def standing(view: JourneyView) -> tuple[FindingRow, ...]:
    """The findings that are neither fixed nor accepted."""
    return tuple(finding for finding in view.data.findings if finding.state not in {"fixed", "accepted"})


def _card(view: JourneyView, finding: FindingRow) -> Card:
    currency = view.data.cost.currency or ""
    return Card(
        where=f"{short(view.target_label(finding.touchpoint), 90)} · {kind_title(finding.signal)}",
        owner=short(finding.owner or tr("nobody yet"), 60),
        state=word(finding.state),
        headline=short(headline_told(view, finding), 200),
        evidence=_evidence(view, finding),
        association=_association(view, finding),
        step=next_step(finding.signal),
        is_gap=finding.signal == "unobservable",
        occurs=short(occurrence_told(view, finding), 160),
        code=finding.state,
        lost="" if finding.lost_shrunk is None else figures(finding.lost_shrunk),
        lost_between=_ends(finding.lost_low, finding.lost_high),
        worth="" if finding.value is None else f"{currency} {figures(finding.value)}".strip(),
        worth_between=_ends(finding.value_low, finding.value_high),
        finding_id=finding.finding_id,
    )


def _ends(low: float | None, high: float | None) -> str:
    """An interval of counts or money in words; "" where there is none."""
    return "" if low is None or high is None else tr("{low} to {high}", low=figures(low), high=figures(high))


def occurrence_told(view: JourneyView, finding: FindingRow) -> str:
    """What a finding says happens, where, and in how many journeys, without what it costs."""
    if finding.signal == "review_overdue":
        due_at = view.map.review_due_at
        return finding.headline if due_at is None else review_overdue(due_at)
    return occurrence(finding.signal, view.target_title(finding.touchpoint or ""), finding.journeys_n)


def headline_told(view: JourneyView, finding: FindingRow) -> str:
    """A finding's whole headline: what happens, and what goes with it where that is told."""
    return ", ".join(part for part in (occurrence_told(view, finding), cost_told(view, finding)) if part)


def cost_told(view: JourneyView, finding: FindingRow) -> str:
    """What goes with a finding, in customers and money; "" where that is not told."""
    if finding.lost_shrunk is not None:
        lost, worth = (finding.lost_low, finding.lost_high), (finding.value_low, finding.value_high)
        return cost(finding.lost_shrunk, lost, finding.value, worth, view.data.cost.currency or "")
    return tr(NOT_TOLD_APART) if finding.effect is not None else ""


def _evidence(view: JourneyView, finding: FindingRow) -> str:
    """How many journeys, and which share of those where it could happen; for drop-off, its two ways apart."""
    if finding.signal == "review_overdue":
        return tr("the map itself, whatever its journeys do")
    n = journeys(finding.journeys_n)
    outcome = view.outcomes.get(finding.touchpoint or "")
    if finding.signal == "drop_off" and outcome is not None:
        return _drop_off_evidence(n, outcome)
    if finding.rate is None:
        return n
    rate = share_with(finding.rate, finding.rate_low, finding.rate_high)
    return tr("{journeys}; {share} of those where it could happen", journeys=n, share=rate)


def _drop_off_evidence(n: str, outcome: OutcomeRow) -> str:
    if outcome.leave is None:
        return tr("{journeys}; of those who reached it no share is told", journeys=n)
    whole = share_with(outcome.leave, *outcome.leave_interval)
    if not outcome.exit_hazard:
        return tr("{journeys}; of those who reached it {share} fall silent here", journeys=n, share=whole)
    return tr(
        "{journeys}; of those who reached it {share} leave here: {silent} fall silent, {said_no} say no",
        journeys=n,
        share=whole,
        silent=share(outcome.hazard),
        said_no=share(outcome.exit_hazard),
    )


def left_in_words(outcome: OutcomeRow) -> str:
    """The share that leaves a touchpoint, with its interval and its two parts where there are two."""
    if outcome.leave is None:
        return tr("no share is told")
    whole = share_with(outcome.leave, *outcome.leave_interval)
    if not outcome.exit_hazard:
        return tr("{share} fall silent here", share=whole)
    silent, said_no = share(outcome.hazard), share(outcome.exit_hazard)
    return tr("{share} leave here: {silent} fall silent, {said_no} say no", share=whole, silent=silent, said_no=said_no)


def _association(view: JourneyView, finding: FindingRow) -> str:
    """What goes with it where it is compared with journeys alike but for it; else why that is not told."""
    wanted = (finding.signal, finding.touchpoint)
    rows = view.data.cost.rows("frictions")
    row = next((row for row in rows if (row["signal"], row["touchpoint"]) == wanted), None)
    if row is None:
        return ""
    if row["verdict"] == "refused":
        return tr("What it costs is not told: {reason}", reason=retold(row["reason"])) if row["reason"] else ""
    ends = told(row, "effect", "effect_low", "effect_high")
    if ends is None:
        return ""
    effect, low, high = (told_number(f"{end * 100:.1f}") for end in ends)
    return tr(
        "Associated with: {points} points ({low} to {high}) more of these journeys are lost there than of others within"
        " {strata}; evidence grade {grade}.",
        points=effect,
        low=low,
        high=high,
        strata=strata(row["adjusted_for"]),
        grade=row["evidence_grade"],
    )
