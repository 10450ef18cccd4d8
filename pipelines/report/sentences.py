"""What the numbers say: headline, tiles, next steps. Modest: associated with, never because of."""

from __future__ import annotations

from dataclasses import dataclass

from models.intervals import wilson
from pipelines.language import mark, tr
from pipelines.privacy.withheld import part_of
from pipelines.report.cost.rows import told
from pipelines.report.numbers import count, day, days, interval, journeys_in_words, share, share_with, wait
from pipelines.report.rows import FindingRow, OutcomeRow
from pipelines.report.text import short
from pipelines.report.view import JourneyView

KINDS = {
    "missing": "Skipped",
    "ad_hoc": "Not on the map",
    "repeated": "Repeated",
    "out_of_order": "Out of order",
    "failed": "Failed",
    "wrong_channel": "Other channel",
    "wrong_initiator": "Other side began it",
    "late": "Later than promised",
    "overdue": "Overdue now",
    "wrong_entry": "Began elsewhere",
    "wrong_exit": "Ended elsewhere",
    "branch_conflict": "Took two branches",
    "unobservable": "Could not be seen",
    "drop_off": "Left here",
    "review_overdue": "Review overdue",
    "loop": "Round in circles",
    "backtracking": "Turned back",
    "error": "Met an error",
    "rage_click": "Many clicks in one place",
    "dead_click": "Clicks in vain",
    "channel_switch": "Changed channel",
    "ping_pong": "To and fro between channels",
    "repeat_contact_3d": "Contact again within 3 days",
    "repeat_contact_7d": "Contact again within 7 days",
    "repeat_contact_14d": "Contact again within 14 days",
    "failure_demand": "Asked for help",
    "low_nps": "Would not recommend",
    "low_csat": "Not satisfied",
    "low_ces": "Found it hard",
    "negative_sentiment": "Sounded unhappy",
}
_STEPS = {
    "missing": "Check first whether the step happened unseen. If not, ask whether the journey needs it.",
    "ad_hoc": "Read ten of them: what sent people there, and does it belong on the map?",
    "repeated": "Follow ten journeys that came back, and see what the first time left open.",
    "out_of_order": "Ask whether the order matters to the customer. If not, change the map.",
    "failed": "Look at the failures by channel and message before anything else.",
    "wrong_channel": "See whether people were sent to this channel or chose it.",
    "wrong_initiator": "See who should begin here, and why the other side did.",
    "late": "Compare the slowest tenth with the rest: where does the time pass?",
    "overdue": "Work through those who wait now, the longest first.",
    "wrong_entry": "See where these journeys come from, and whether the map should begin there too.",
    "wrong_exit": "Look at where these journeys end, and whether that is good enough for the customer.",
    "branch_conflict": "See whether the choice between the branches is clear to the customer.",
    "unobservable": "Mend the recording first: this is a gap in the data, not friction.",
    "loop": "Follow ten of them step by step: what were they looking for, and where was it?",
    "backtracking": "Look at the pages that they went back to: what had they missed there?",
    "error": "Sort the errors by message and device, and mend the commonest first.",
    "channel_switch": "Ask ten of them why they changed: what could the first channel not do?",
    "ping_pong": "See what each channel knew of the other: who could have settled it the first time?",
    "repeat_contact_3d": "Read ten pairs of contacts: what did the first answer leave open?",
    "repeat_contact_7d": "Read ten pairs of contacts: what did the first answer leave open?",
    "repeat_contact_14d": "Read ten pairs of contacts: what did the first answer leave open?",
    "failure_demand": "Read ten of the contacts: which sentence on the page, or in the letter, would have spared them?",
    "low_nps": "Read what they wrote beside the score, and hold it against what they went through before.",
    "low_csat": "Read what they wrote beside the score, and hold it against what they went through before.",
    "low_ces": "Walk the touchpoint yourself, and count the steps that the customer does for the company.",
    "review_overdue": "Look at the map with its owner, change what no longer holds, and write the day as reviewed_on.",
}
_OTHER_STEP = "Talk to a few people who stopped here, then try one change with some of them and compare."


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
    """One finding as a card."""

    where: str
    owner: str
    state: str
    headline: str
    evidence: str
    association: str
    step: str
    is_gap: bool


def kind_title(kind: str) -> str:
    """A deviation kind, or another signal's name, for people."""
    return KINDS.get(kind, kind.replace("_", " ").capitalize())


def headline(view: JourneyView) -> Headline:
    """What becomes of those who begin; or plainly that it cannot be told yet."""
    title = short(view.map.title, 120)
    if not view.data.journeys_n:
        return Headline(
            f"Nobody has walked “{title}” yet", "No event of the sources opens a journey of this map. " + _hint(view)
        )
    outcome, goal = view.entry_outcome, short(view.goal_title, 80)
    if outcome is None or not outcome.reached_n:
        names = " or ".join(f"“{short(view.title(name), 60)}”" for name in view.map.openings[:3])
        return Headline(
            "No journey begins as designed", f"None reached {names}, so no share that gets to “{goal}” is told."
        )
    within = view.within
    began = f"{count(outcome.reached_n)} journeys that reached “{short(view.title(outcome.touchpoint), 80)}”"
    if outcome.refused is not None or outcome.converted_share is None:
        reason = outcome.refused or "no share is given"
        return Headline(
            f"Too early to say how many reach “{goal}”", f"Of {began}, no share within {within} is told: {reason}."
        )
    lost = (outcome.abandoned_share or 0.0) + (outcome.exited_share or 0.0)
    reach = share_with(outcome.converted_share, outcome.converted_low, outcome.converted_high)
    silent = share_with(outcome.abandoned_share, outcome.abandoned_low, outcome.abandoned_high)
    said_no = share_with(outcome.exited_share, outcome.exited_low, outcome.exited_high)
    told = f"{reach} reach “{goal}” within {within}, {silent} fall silent, {said_no} say no"
    return Headline(
        _claim(lost, outcome.converted_share, goal),
        f"Of {began}: {told}; {share(outcome.active_share)} are still undecided after {days(outcome.horizon_d)}.",
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
    names = ", ".join(f"“{short(view.title(name), 60)}”" for name in view.map.openings[:3])
    return (
        f"A journey begins with {names}; see below for what the sources sent and the map does not know."
        if names
        else ""
    )


def tiles(view: JourneyView, tables: dict[str, str]) -> tuple[Tile, ...]:
    """The numbers of the first screen. `tables` is the anchor of each table by its short name."""
    data = view.data
    flying = data.statuses.get("in_flight", 0)
    found = [
        Tile(count(data.journeys_n), "journeys", _span(view), tables["statuses"]),
        _converted(view, tables["outcomes"]),
        _designed(view, tables["deviations"]),
    ]
    if data.journeys_n:
        of_all = share(part_of(flying, data.journeys_n))
        part = f"in flight: {of_all} of {count(data.journeys_n)}, neither lost nor won yet"
        found.append(Tile(count(flying), "are on their way today", part, tables["statuses"]))
    return (*found, *_promise(view, tables["waits"]))


def _span(view: JourneyView) -> str:
    data = view.data
    if data.first_at is None or data.last_at is None:
        return "none in the snapshot"
    who = "people" if view.map.journey_is.per == "person" else f"{short(view.map.journey_is.per, 20)} ids"
    between = f"{day(data.first_at, view.zone)} to {day(data.last_at, view.zone)}"
    return f"of {count(data.people_n)} {who}, {between} ({view.zone.key})"


def _converted(view: JourneyView, table: str) -> Tile:
    outcome = view.entry_outcome
    if outcome is None or outcome.refused is not None or outcome.converted_share is None:
        reason = (outcome.refused if outcome else None) or "no journey begins as designed"
        return Tile("Not told", "converted", reason, table)
    between = interval(outcome.converted_low, outcome.converted_high)
    from_there = f"of {count(outcome.reached_n)} that reached “{short(view.title(outcome.touchpoint), 40)}”"
    detail = f"{between + ', ' if between else ''}{from_there}, within {view.within}"
    return Tile(share(outcome.converted_share), "convert", detail, table)


def _designed(view: JourneyView, table: str) -> Tile:
    data = view.data
    if not data.aligned_n:
        return Tile("Not told", "go as designed", "no journey was compared with the map", table)
    part = part_of(data.designed_n, data.aligned_n)
    if part is None:
        return Tile(count(data.designed_n), "go as designed so far", f"n {count(data.aligned_n)}", table)
    # One person's journeys may all be alike, so they count as one: the interval is rather too wide.
    worth = min(data.people_n or data.aligned_n, data.aligned_n)
    low, high = wilson(part * worth, worth)
    return Tile(
        share(part), "go as designed so far", f"{interval(float(low), float(high))}, n {count(data.aligned_n)}", table
    )


def _promise(view: JourneyView, table: str) -> tuple[Tile, ...]:
    judged = [row for row in view.promises if row.kept_share is not None]
    if not judged:
        return ()
    worst = min(judged, key=lambda row: (row.kept_share or 0.0, row.from_touchpoint, row.to_touchpoint))
    between = interval(worst.kept_low, worst.kept_high)
    what = f"“{short(view.title(worst.to_touchpoint), 40)}” within {wait(worst.promised_s, worst.calendar)}"
    least = "" if len(judged) == 1 else ", the least kept one"
    return (
        Tile(share(worst.kept_share), f"of promises {what} are kept{least}", f"{between}, n {count(worst.n)}", table),
    )


def cards(view: JourneyView, most: int = 8) -> tuple[Card, ...]:
    """The findings that stand, in their order; what is fixed or accepted is in the table."""
    standing = [finding for finding in view.data.findings if finding.state not in {"fixed", "accepted"}]
    return tuple(_card(view, finding) for finding in standing[:most])


def _card(view: JourneyView, finding: FindingRow) -> Card:
    place = finding.touchpoint or ""
    is_block = place not in view.map.names and any(sign in place for sign in "|,")
    where = view.place_label(None, place) if is_block else view.label(place) if place else "the whole journey"
    return Card(
        where=f"{short(where, 90)} · {kind_title(finding.signal)}",
        owner=short(finding.owner or "nobody yet", 60),
        state=finding.state,
        headline=short(finding.headline, 200),
        evidence=_evidence(view, finding),
        association=_association(view, finding),
        step=_STEPS.get(finding.signal, _OTHER_STEP),
        is_gap=finding.signal == "unobservable",
    )


def _evidence(view: JourneyView, finding: FindingRow) -> str:
    """How many journeys, and which share of those where it could happen; for drop-off, its two ways apart."""
    if finding.signal == "review_overdue":
        return "the map itself, whatever its journeys do"
    journeys = f"{count(finding.journeys_n)} journeys"
    outcome = view.outcomes.get(finding.touchpoint or "")
    if finding.signal == "drop_off" and outcome is not None:
        return f"{journeys}; of those who reached it {left_in_words(outcome)}"
    if finding.rate is None:
        return journeys
    return f"{journeys}; {share_with(finding.rate, finding.rate_low, finding.rate_high)} of those where it could happen"


def left_in_words(outcome: OutcomeRow) -> str:
    """The share that leaves a touchpoint, with its interval and its two parts where there are two."""
    if outcome.leave is None:
        return "no share is told"
    whole = share_with(outcome.leave, *outcome.leave_interval)
    if not outcome.exit_hazard:
        return f"{whole} fall silent here"
    return f"{whole} leave here: {share(outcome.hazard)} fall silent, {share(outcome.exit_hazard)} say no"


def _association(view: JourneyView, finding: FindingRow) -> str:
    """What goes with it where it is compared with journeys alike but for it; else why that is not told."""
    row = next(
        (
            row
            for row in view.data.cost.rows("frictions")
            if (row["signal"], row["touchpoint"]) == (finding.signal, finding.touchpoint)
        ),
        None,
    )
    if row is None:
        return ""
    if row["verdict"] == "refused":
        return f"What it costs is not told: {row['reason']}" if row["reason"] else ""
    ends = told(row, "effect", "effect_low", "effect_high")
    if ends is None:
        return ""
    points = " to ".join(f"{end * 100:.1f}" for end in ends[1:])
    return (
        f"Associated with: {ends[0] * 100:.1f} points ({points}) more of these journeys are lost there than of others"
        f" within {row['adjusted_for'] or 'all'}; evidence grade {row['evidence_grade']}."
    )
