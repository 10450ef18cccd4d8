"""The tables of cost of one map."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.privacy.withheld import Withheld
from pipelines.report import columns
from pipelines.report.cost.forest import friction_name, place
from pipelines.report.cost.rows import Record
from pipelines.report.cost.words import GRADES, VERDICTS, few, money, number, points
from pipelines.report.numbers import MISSING, count, duration, share, share_with
from pipelines.report.tables import DataTable, Shown
from pipelines.report.text import short
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import kind_title
from schemas.tables import TABLES

_TURNS = "turns when the other segments are held still"


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
    return Shown("Wait", lambda r: f"{place(view, r['from_touchpoint'])} → {place(view, r['to_touchpoint'])}")


def _share(heading: str, name: str) -> Shown:
    return columns.number(heading, name, lambda x: x.text if isinstance(x, Withheld) else share(x))


def _flag(heading: str, name: str) -> Shown:
    return Shown(heading, lambda r: "yes" if r[name] is True else "no" if r[name] is False else MISSING)


def _frictions(view: JourneyView, stem: str) -> DataTable:
    currency = view.data.cost.currency
    return _made(
        view, stem, "frictions", "Every effect that was tried",
        (
            Shown("What", lambda r: friction_name(view, r)),
            _place(view, "Where it tells", "at_touchpoint"),
            columns.text("Owner", "owner"),
            Shown("Verdict", lambda r: VERDICTS.get(str(r["verdict"]), str(r["verdict"]))),
            columns.number("Reached", "reached_n"),
            columns.number("with it", "exposed_n"),
            _told("Lost more there (95%)", lambda r: points(r, "effect", "effect_low", "effect_high")),
            _told("Without strata", lambda r: points(r, "effect_pooled")),
            _told("Customers a month (95%)", lambda r: number(r, "lost_per_month", "lost_low", "lost_high")),
            _told("shrunk", lambda r: number(r, "lost_shrunk")),
            _told("Margin a month", lambda r: money(r["value"], currency)),
            _told("q", lambda r: _q(r["q_value"])),
            _share("In top three", "top3_probability"),
            Shown("Evidence", lambda r: GRADES.get(str(r["evidence_grade"]), MISSING).partition(":")[0]),
            columns.text("What else to know", "reason"),
        ),
        note="“Lost more there”: of journeys with the signal, the share lost at that place, minus the same share of"
        " those without it, within segments and calendar time. “Shrunk” takes back what the top of a list overstates;"
        " the ranking and the money go by it. Rows overlap: their losses do not add up, and the last row, all fixed at"
        " once, is an upper bound. q: share of false finds among rows at least as sure.",
        empty="No signal of this run could be tried.",
    )  # fmt: skip


def _q(value: object) -> str:
    if isinstance(value, Withheld):
        return value.text
    if not isinstance(value, float):
        return MISSING
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _causes(view: JourneyView, stem: str) -> DataTable:
    return _made(
        view, stem, "root_causes", "Where each friction is met most",
        (
            Shown("Friction", lambda r: friction_name(view, r)),
            Shown("Attribute", lambda r: f"{short(str(r['attribute']), 40)} = {short(str(r['value']), 40)}"),
            columns.number("Reached", "reached_n"),
            columns.number("with the friction", "exposed_n"),
            _share("Of all with it", "share_of_exposed"),
            _told("Times as often (95%)", lambda r: number(r, "lift", "lift_low", "lift_high")),
            columns.date("Since", "since_at", view.zone, "ever"),
            columns.text("In words", "said"),
        ),
        note="An attribute that goes with a friction is where to look, not proof of its cause.",
        empty="No attribute raises a friction’s exposure beyond chance.",
    )  # fmt: skip


def _proposals(view: JourneyView, stem: str) -> DataTable:
    return _made(
        view, stem, "proposals", "Paths that keep customers, offered as changes to the map",
        (
            Shown("Deviation", lambda r: friction_name(view, r)),
            columns.text("Change", "said"),
            _share("Journeys that fit the map now", "fitting_share"),
            _share("after", "fitting_share_after"),
            columns.text("If none can be offered, why", "reason"),
        ),
        note="`terreng proposals` prints the lines of the map.", empty="No deviation keeps customers beyond chance.",
    )  # fmt: skip


def _cohorts(view: JourneyView, stem: str) -> DataTable:
    return _made(
        view, stem, "cohorts", "Weeks of entry",
        (
            columns.date("Week of", "week_at", view.zone),
            columns.text("Segment", "segment", "all"),
            columns.number("Journeys", "journeys_n"),
            columns.number("Followed, days", "followed_d", few),
            _flag("for the whole horizon", "is_mature"),
            columns.interval("Converted (95%)", "converted_share", "converted_low", "converted_high"),
            _share("Older weeks by that age", "expected_share"),
            columns.interval("Comes to (95%)", "projected_share", "projected_low", "projected_high"),
            _share("Fell silent", "abandoned_share"),
            _share("Said no", "exited_share"),
            _share("Still active", "active_share"),
            columns.text("Why not", "refused", ""),
        ),
        note="A young week is not yet as far: compare it with what older weeks had by the same age.",
        empty="No week can be told.",
    )  # fmt: skip


def _curves(view: JourneyView, stem: str) -> DataTable:
    return _made(
        view, stem, "patience_curves", "When people stop waiting",
        (
            _pair(view),
            columns.number("Waited from", "from_s", duration),
            columns.number("until", "until_s", duration),
            columns.number("Still waiting", "waiting_n"),
            columns.number("left", "left_n"),
            columns.interval("Leave, a day (95%)", "hazard", "hazard_low", "hazard_high"),
            columns.number("Served", "served_n"),
            columns.interval("lost right after (95%)", "lost_after_share", "lost_after_low", "lost_after_high"),
        ),
        note="Of those still waiting, the share that leaves within a day of waiting longer.",
        empty="No wait was long or common enough.",
    )  # fmt: skip


def _experience(view: JourneyView, stem: str) -> DataTable:
    return _made(
        view, stem, "experience", "What customers said",
        (
            _place(view, "About", "touchpoint", "the whole journey"),
            Shown("Measure", lambda r: str(r["measure"]).upper() if r["measure"] != "sentiment" else "Sentiment"),
            columns.text("Segment", "segment", "all"),
            columns.number("Answers", "answers_n"),
            columns.number("Asked", "asked_n"),
            _share("Answered", "response_share"),
            _told("Score (95%)", _score),
            columns.number("Designed emotion", "designed_emotion", _emotion),
            columns.number("Measured", "measured_emotion", _emotion),
            columns.text("Evidence", "evidence_grade"),
        ),
        note="Who answers is not who was asked: read the share of answers first. Emotion: −2 to 2.",
        empty="The map names no survey, or nobody answered.",
    )  # fmt: skip


def _score(row: Record) -> str:
    if row["measure"] in {"csat", "ces"}:
        return share_with(row["score"], row["score_low"], row["score_high"]) if row["score"] is not None else MISSING
    return number(row, "score", "score_low", "score_high")


def _emotion(x: object) -> str:
    return few(float(x)) if isinstance(x, (int, float)) else MISSING


def _quadrants(view: JourneyView, stem: str) -> DataTable:
    return _made(
        view, stem, "experience_quadrants", "What people did against what they said",
        (
            _place(view, "Touchpoint", "touchpoint", "the whole journey"),
            columns.text("Behaviour", "behaviour"),
            columns.text("Survey", "survey"),
            columns.number("Journeys", "journeys_n"),
            columns.number("of these lost", "lost_n"),
        ),
        note="", empty="Nobody was asked.",
    )  # fmt: skip


def _value(view: JourneyView, stem: str) -> DataTable:
    currency = view.data.cost.currency
    return _made(
        view, stem, "customer_value", "After the goal: who comes back, who goes",
        (
            columns.text("Segment", "segment", "all"),
            columns.number("Customers", "customers_n"),
            columns.interval("Convert again (95%)", "repurchase_share", "repurchase_low", "repurchase_high"),
            columns.interval("Gone (95%)", "churn_share", "churn_low", "churn_high"),
            columns.number("within, days", "window_d", few),
            _told("Margin per customer", lambda r: money(r["lifetime_value"], currency)),
            columns.text("What else to know", "reason"),
        ),
        note="Those who cannot be followed for the whole window count as far as they can be.",
        empty="Nobody has reached the goal.",
    )  # fmt: skip


def _differences(view: JourneyView, stem: str) -> DataTable:
    return _made(
        view, stem, "segment_differences", "Where segments differ",
        (
            columns.text("Segment", "segment"),
            columns.text("Number", "measure"),
            _place(view, "Of", "touchpoint", "the journey"),
            Shown("Signal", lambda r: MISSING if r["signal"] is None else kind_title(str(r["signal"]))),
            columns.number("n", "n"),
            columns.number("others", "others_n"),
            _told("Here", lambda r: _side(r, "share")),
            _told("others", lambda r: _side(r, "others_share")),
            _told("Difference (95%)", _difference),
            _told("q", lambda r: _q(r["q_value"])),
            Shown("Simpson", lambda r: _TURNS if r["is_simpson"] is True else ""),
        ),
        note="Each value of a segment against all others, the surest first. A difference that turns when the other"
        " segments are held still says more of who is in the segment than of the segment.",
        empty="No segment differs beyond chance, or the map has none.",
    )  # fmt: skip


def _side(row: Record, name: str) -> str:
    value = row[name]
    if isinstance(value, Withheld):
        return value.text
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
                return value.text
            if value is None:
                return MISSING
            is_count = row["measure"] in {"journeys", "lost_per_month"}
            return (count(value) if row["measure"] == "journeys" else few(float(value))) if is_count else share(value)

        return text

    return _made(
        view, stem, "identity_ranges", "Headline numbers under each identity rule",
        (
            Shown("Number", lambda r: str(r["measure"]).replace("_", " ")),
            _place(view, "Of", "touchpoint", "the journey"),
            Shown("Signal", lambda r: "" if r["signal"] is None else kind_title(str(r["signal"]))),
            _told("Strict", side("strict")),
            _told("Default", side("standard")),
            _told("Loose", side("loose")),
            Shown("Turns", lambda r: "sign or rank turns" if r["is_flip"] is True else ""),
        ),
        note="The range is the error bar that not knowing who is who leaves.",
        empty="No number was computed under other rules.",
    )  # fmt: skip
