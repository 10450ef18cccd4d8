"""The tables of cost of one map."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.compare.cause_words import attribute_told
from pipelines.language import mark, told_number, tr
from pipelines.privacy.withheld import Withheld
from pipelines.report import columns
from pipelines.report.cost.forest import friction_name, place
from pipelines.report.cost.rows import Record
from pipelines.report.cost.section import cause_told
from pipelines.report.cost.words import VERDICTS, few, measure_told, money, number, points
from pipelines.report.numbers import MISSING, count, duration, share, share_with, withheld
from pipelines.report.tables import DataTable, Shown
from pipelines.report.text import short
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import kind_title
from schemas.tables import TABLES

_TURNS = mark("turns when the other segments are held still")
_ASKED = {"sentiment": mark("Sentiment")}
_SIDES = {
    ("behaviour", "good"): mark("went on"),
    ("behaviour", "bad"): mark("left, or met a friction"),
    ("survey", "good"): mark("fine"),
    ("survey", "bad"): mark("bad"),
    ("survey", "silent"): mark("said nothing"),
}


def cost_tables(view: JourneyView, stem: str) -> dict[str, DataTable]:
    """Every table by its short name; `stem` begins their file names."""
    makers = (
        _frictions, _causes, _proposals, _cohorts, _curves, _experience, _quadrants, _value, _differences, _ranges,
    )  # fmt: skip
    tables = (make(view, stem) for make in makers)
    return {table.name.removeprefix(f"{stem}_"): table for table in tables}


def _made(
    view: JourneyView, stem: str, name: str, title: str, shown: tuple[Shown, ...], *, note: str, empty: str
) -> DataTable:
    records = tuple(view.data.cost.rows(name))
    return DataTable(f"{stem}_{name}", title, records, shown, TABLES[name].names, note, empty)


def _told(heading: str, text: Callable[[Record], str]) -> Shown:
    """A number, to the right."""
    return Shown(heading, text, is_number=True)


def _place(view: JourneyView, heading: str, name: str, missing: str = MISSING) -> Shown:
    return Shown(heading, lambda r: missing if r[name] is None else place(view, r[name]))


def _pair(view: JourneyView) -> Shown:
    return Shown(tr("Wait"), lambda r: f"{place(view, r['from_touchpoint'])} → {place(view, r['to_touchpoint'])}")


def _share(heading: str, name: str) -> Shown:
    return columns.number(heading, name, lambda x: withheld(x) if isinstance(x, Withheld) else share(x))


def _flag(heading: str, name: str) -> Shown:
    return Shown(heading, lambda r: MISSING if r[name] is None else tr("yes") if r[name] is True else tr("no"))


def _frictions(view: JourneyView, stem: str) -> DataTable:
    currency = view.data.cost.currency
    return _made(
        view, stem, "frictions", tr("Every effect that was tried"),
        (
            Shown(tr("What"), lambda r: friction_name(view, r)),
            _place(view, tr("Where it tells"), "at_touchpoint"),
            columns.text(tr("Owner"), "owner"),
            Shown(tr("Verdict"), lambda r: tr(VERDICTS.get(str(r["verdict"]), str(r["verdict"])))),
            columns.number(tr("Reached"), "reached_n"),
            columns.number(tr("with it"), "exposed_n"),
            _told(tr("Lost more there (95%)"), lambda r: points(r, "effect", "effect_low", "effect_high")),
            _told(tr("Without strata"), lambda r: points(r, "effect_pooled")),
            _told(tr("Customers a month (95%)"), lambda r: number(r, "lost_per_month", "lost_low", "lost_high")),
            _told(tr("shrunk"), lambda r: number(r, "lost_shrunk")),
            _told(tr("Margin a month"), lambda r: money(r["value"], currency)),
            _told("q", lambda r: _q(r["q_value"])),
            _share(tr("In top three"), "top3_probability"),
            Shown(tr("Evidence"), lambda r: str(r["evidence_grade"] or MISSING)),
            columns.sentence(tr("What else to know"), "reason"),
        ),
        note=tr("“Lost more there”: of journeys with the signal, the share lost at that place, minus the same share of"
        " those without it, within segments and calendar time. “Shrunk” takes back what the top of a list overstates;"
        " the ranking and the money go by it. Rows overlap: their losses do not add up, and the last row, all fixed at"
        " once, is an upper bound. q: share of false finds among rows at least as sure."),
        empty=tr("No signal of this run could be tried."),
    )  # fmt: skip


def _q(value: object) -> str:
    if isinstance(value, Withheld):
        return withheld(value)
    if not isinstance(value, float):
        return MISSING
    return told_number("<0.001" if value < 0.001 else f"{value:.3f}")


def _causes(view: JourneyView, stem: str) -> DataTable:
    return _made(
        view, stem, "root_causes", tr("Where each friction is met most"),
        (
            Shown(tr("Friction"), lambda r: friction_name(view, r)),
            Shown(tr("Attribute"), _attribute),
            columns.number(tr("Reached"), "reached_n"),
            columns.number(tr("with the friction"), "exposed_n"),
            _share(tr("Of all with it"), "share_of_exposed"),
            _told(tr("Times as often (95%)"), lambda r: number(r, "lift", "lift_low", "lift_high")),
            columns.date(tr("Since"), "since_at", view.zone, tr("ever")),
            Shown(tr("In words"), lambda r: cause_told(view, r)),
        ),
        note=tr("An attribute that goes with a friction is where to look, not proof of its cause."),
        empty=tr("No attribute raises a friction’s exposure beyond chance."),
    )  # fmt: skip


def _attribute(r: Record) -> str:
    return attribute_told(short(str(r["attribute"]), 40), short(str(r["value"]), 40))


def _proposals(view: JourneyView, stem: str) -> DataTable:
    return _made(
        view, stem, "proposals", tr("Paths that keep customers, offered as changes to the map"),
        (
            Shown(tr("Deviation"), lambda r: friction_name(view, r)),
            columns.sentence(tr("Change"), "said"),
            _share(tr("Journeys that fit the map now"), "fitting_share"),
            _share(tr("after"), "fitting_share_after"),
            columns.sentence(tr("If none can be offered, why"), "reason"),
        ),
        note=tr("`terreng proposals` prints the lines of the map."), empty=tr("No deviation keeps customers beyond"
                                                                              " chance."),
    )  # fmt: skip


def _cohorts(view: JourneyView, stem: str) -> DataTable:
    return _made(
        view, stem, "cohorts", tr("Weeks of entry"),
        (
            columns.date(tr("Week of"), "week_at", view.zone),
            columns.segment(),
            columns.number(tr("Journeys"), "journeys_n"),
            columns.number(tr("Followed, days"), "followed_d", few),
            _flag(tr("for the whole horizon"), "is_mature"),
            columns.interval(tr("Converted (95%)"), "converted_share", "converted_low", "converted_high"),
            _share(tr("Older weeks by that age"), "expected_share"),
            columns.interval(tr("Comes to (95%)"), "projected_share", "projected_low", "projected_high"),
            _share(tr("Fell silent"), "abandoned_share"),
            _share(tr("Said no"), "exited_share"),
            _share(tr("Still active"), "active_share"),
            columns.sentence(tr("Why not"), "refused", ""),
        ),
        note=tr("A young week is not yet as far: compare it with what older weeks had by the same age."),
        empty=tr("No week can be told."),
    )  # fmt: skip


def _curves(view: JourneyView, stem: str) -> DataTable:
    return _made(
        view, stem, "patience_curves", tr("When people stop waiting"),
        (
            _pair(view),
            columns.number(tr("Waited from"), "from_s", duration),
            columns.number(tr("until"), "until_s", duration),
            columns.number(tr("Still waiting"), "waiting_n"),
            columns.number(tr("left"), "left_n"),
            columns.interval(tr("Leave, a day (95%)"), "hazard", "hazard_low", "hazard_high"),
            columns.number(tr("Served"), "served_n"),
            columns.interval(tr("lost right after (95%)"), "lost_after_share", "lost_after_low", "lost_after_high"),
        ),
        note=tr("Of those still waiting, the share that leaves within a day of waiting longer."),
        empty=tr("No wait was long or common enough."),
    )  # fmt: skip


def _experience(view: JourneyView, stem: str) -> DataTable:
    return _made(
        view, stem, "experience", tr("What customers said"),
        (
            _place(view, tr("About"), "touchpoint", tr("the whole journey")),
            Shown(tr("Measure"), lambda r: tr(_ASKED.get(str(r["measure"]), str(r["measure"]).upper()))),
            columns.segment(),
            columns.number(tr("Answers"), "answers_n"),
            columns.number(tr("Asked"), "asked_n"),
            _share(tr("Answered"), "response_share"),
            _told(tr("Score (95%)"), _score),
            columns.number(tr("Designed emotion"), "designed_emotion", _emotion),
            columns.number(tr("Measured"), "measured_emotion", _emotion),
            columns.text(tr("Evidence"), "evidence_grade"),
        ),
        note=tr("Who answers is not who was asked: read the share of answers first. Emotion: −2 to 2."),
        empty=tr("The map names no survey, or nobody answered."),
    )  # fmt: skip


def _score(row: Record) -> str:
    if row["measure"] in {"csat", "ces"}:
        return share_with(row["score"], row["score_low"], row["score_high"]) if row["score"] is not None else MISSING
    return number(row, "score", "score_low", "score_high")


def _emotion(x: object) -> str:
    return few(float(x)) if isinstance(x, (int, float)) else MISSING


def _quadrants(view: JourneyView, stem: str) -> DataTable:
    return _made(
        view, stem, "experience_quadrants", tr("What people did against what they said"),
        (
            _place(view, tr("Touchpoint"), "touchpoint", tr("the whole journey")),
            Shown(tr("Behaviour"), lambda r: tr(_SIDES.get(("behaviour", str(r["behaviour"])), str(r["behaviour"])))),
            Shown(tr("Survey"), lambda r: tr(_SIDES.get(("survey", str(r["survey"])), str(r["survey"])))),
            columns.number(tr("Journeys"), "journeys_n"),
            columns.number(tr("of these lost"), "lost_n"),
        ),
        note="", empty=tr("Nobody was asked."),
    )  # fmt: skip


def _value(view: JourneyView, stem: str) -> DataTable:
    currency = view.data.cost.currency
    return _made(
        view, stem, "customer_value", tr("After the goal: who comes back, who goes"),
        (
            columns.segment(),
            columns.number(tr("Customers"), "customers_n"),
            columns.interval(tr("Convert again (95%)"), "repurchase_share", "repurchase_low", "repurchase_high"),
            columns.interval(tr("Gone (95%)"), "churn_share", "churn_low", "churn_high"),
            columns.number(tr("within, days"), "window_d", few),
            _told(tr("Margin per customer"), lambda r: money(r["lifetime_value"], currency)),
            columns.sentence(tr("What else to know"), "reason"),
        ),
        note=tr("Those who cannot be followed for the whole window count as far as they can be."),
        empty=tr("Nobody has reached the goal."),
    )  # fmt: skip


def _differences(view: JourneyView, stem: str) -> DataTable:
    return _made(
        view, stem, "segment_differences", tr("Where segments differ"),
        (
            columns.text(tr("Segment"), "segment"),
            Shown(tr("Number"), lambda r: measure_told(str(r["measure"]))),
            _place(view, tr("Of"), "touchpoint", tr("the journey")),
            Shown(tr("Signal"), lambda r: MISSING if r["signal"] is None else kind_title(str(r["signal"]))),
            columns.number("n", "n"),
            columns.number(tr("others"), "others_n"),
            _told(tr("Here"), lambda r: _side(r, "share")),
            _told(tr("others"), lambda r: _side(r, "others_share")),
            _told(tr("Difference (95%)"), _difference),
            _told("q", lambda r: _q(r["q_value"])),
            Shown(tr("Simpson"), lambda r: tr(_TURNS) if r["is_simpson"] is True else ""),
        ),
        note=tr("Each value of a segment against all others, the surest first. A difference that turns when the other"
        " segments are held still says more of who is in the segment than of the segment."),
        empty=tr("No segment differs beyond chance, or the map has none."),
    )  # fmt: skip


def _side(row: Record, name: str) -> str:
    value = row[name]
    if isinstance(value, Withheld):
        return withheld(value)
    if value is None:
        return MISSING
    if row["measure"] == "experience":
        return few(float(value))
    return duration(value) if str(row["measure"]).startswith("wait") else share(value)


def _difference(row: Record) -> str:
    if str(row["measure"]).startswith("wait"):
        value = row["difference"]
        if not isinstance(value, float):
            return MISSING
        return f"{'−' if value < 0 else '+'}{duration(abs(value))}"
    if row["measure"] == "experience":
        return number(row, "difference", "difference_low", "difference_high")
    return points(row, "difference", "difference_low", "difference_high")


def _ranges(view: JourneyView, stem: str) -> DataTable:
    def side(name: str) -> Callable[[Record], str]:
        def text(row: Record) -> str:
            value = row[name]
            if isinstance(value, Withheld):
                return withheld(value)
            if value is None:
                return MISSING
            is_count = row["measure"] in {"journeys", "lost_per_month"}
            return (count(value) if row["measure"] == "journeys" else few(float(value))) if is_count else share(value)

        return text

    return _made(
        view, stem, "identity_ranges", tr("Headline numbers under each identity rule"),
        (
            Shown(tr("Number"), lambda r: measure_told(str(r["measure"]))),
            _place(view, tr("Of"), "touchpoint", tr("the journey")),
            Shown(tr("Signal"), lambda r: "" if r["signal"] is None else kind_title(str(r["signal"]))),
            _told(tr("Strict"), side("strict")),
            _told(tr("Default"), side("standard")),
            _told(tr("Loose"), side("loose")),
            Shown(tr("Turns"), lambda r: tr("sign or rank turns") if r["is_flip"] is True else ""),
        ),
        note=tr("The range is the error bar that not knowing who is who leaves."),
        empty=tr("No number was computed under other rules."),
    )  # fmt: skip
