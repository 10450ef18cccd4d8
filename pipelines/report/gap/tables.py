"""The tables of planned against actual of one map."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, fields
from typing import Any

from pipelines.privacy.folding import OTHER
from pipelines.report.gap.rows import (
    BacklogRow,
    ConstraintRow,
    CoverageRow,
    ErrandRow,
    HandoverRow,
    LedgerRow,
    StateRow,
    VersionRow,
)
from pipelines.report.numbers import MISSING, count, day, duration, share, share_with
from pipelines.report.sentences import kind_title
from pipelines.report.tables import DataTable, Record, Shown
from pipelines.report.view import JourneyView

_LINES = {
    "planned": "Planned",
    "abandoned": "Fell silent",
    "exited": "Said no",
    "in_flight": "Still on the way",
    "deviation": "On top of the design",
    "actual": "Actual",
}
_REASONS = {
    "declared": "the map says so",
    "outage": "its source was down",
    "sudden_zero": "events stopped all at once",
    "only_later_seen": "what follows came, it did not",
}
_VERDICTS = {"this": "this map’s", "other": "the other map’s", "undecided": "nobody can tell"}


def gap_tables(view: JourneyView, stem: str) -> dict[str, DataTable]:
    """Every table by its short name; `stem` begins their file names."""
    makers = (_ledger, _states, _constraints, _handovers, _backlog, _coverage, _errands, _versions)
    tables = (make(view, stem) for make in makers)
    return {table.name.removeprefix(f"{stem}_"): table for table in tables}


def _made(  # noqa: PLR0917 -- the parts of one table, written once each
    stem: str, name: str, title: str, rows: Iterable[Any], kind: Any, shown: tuple[Shown, ...], note: str, empty: str
) -> DataTable:
    records: tuple[Record, ...] = tuple(asdict(row) for row in rows)
    names = tuple(field.name for field in fields(kind))
    return DataTable(f"{stem}_{name}", title, records, shown, names, note, empty)


def _text(heading: str, name: str, missing: str = MISSING) -> Shown:
    return Shown(heading, lambda r: str(r[name]) if r[name] is not None else missing)


def _number(heading: str, name: str, form: Callable[[Any], str] = count) -> Shown:
    return Shown(heading, lambda r: form(r[name]), is_number=True)


def _interval(heading: str, name: str, low: str, high: str) -> Shown:
    return Shown(heading, lambda r: share_with(r[name], r[low], r[high]), is_number=True)  # type: ignore[arg-type]  # these columns are numbers


def _day(view: JourneyView, heading: str, name: str, missing: str) -> Shown:
    return Shown(heading, lambda r: missing if r[name] is None else day(r[name], view.zone))  # type: ignore[arg-type]  # these columns are times


def _target(view: JourneyView, heading: str, missing: str) -> Shown:
    def told(r: Record) -> str:
        if r["touchpoint"] is None and r["block"] is None:
            return missing
        return view.place_label(r["touchpoint"], r["block"])  # type: ignore[arg-type]  # these columns are texts

    return Shown(heading, told)


def _last_deviation(r: Record) -> str:
    if r["kind"] is None:
        return "none"
    return "not told apart" if r["kind"] == OTHER else kind_title(str(r["kind"]))


def _amount(r: Record) -> str:
    """Journeys, or the time of all journeys together."""
    amount = r["amount"]
    return count(amount) if r["measure"] == "completion" else duration(None if amount is None else float(amount) / 1e6)  # type: ignore[arg-type]  # this column is a number


def _ledger(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "ledger", "The ledger: from planned to actual", view.data.gap.ledger, LedgerRow,
        (
            _text("Segment", "segment", "all"),
            _text("Of", "measure"),
            Shown("Line", lambda r: _LINES.get(str(r["line"]), str(r["line"]))),
            Shown("At", lambda r: MISSING if r["at_touchpoint"] is None else view.label(str(r["at_touchpoint"]))),
            Shown("Last deviation before", _last_deviation),
            _target(view, "Charged to", MISSING),
            _text("Owner", "owner"),
            Shown("Amount", _amount, is_number=True),
            _number("Journeys", "journeys_n"),
        ),
        "Completion: planned is every journey begun, actual those that reached the goal, and every other journey is in "
        "exactly one line: how it ended, where, and the last thing there that was not as designed. Time: what those "
        "who converted took, within and beyond the design. In each segment planned and the lines make actual, to the "
        "last journey. A line says what came before; it does not say that it was the cause.",
        "No journey was begun.",
    )  # fmt: skip


def _states(view: JourneyView, stem: str) -> DataTable:
    order = {name: place for place, name in enumerate(view.flow_names)}
    rows = sorted(view.data.gap.states, key=lambda row: (row.segment or "", order.get(row.touchpoint, 999)))
    return _made(
        stem, "states", "Every journey at every touchpoint", rows, StateRow,
        (
            Shown("Touchpoint", lambda r: view.label(str(r["touchpoint"]))),
            _text("Segment", "segment", "all"),
            _number("Journeys", "journeys_n"),
            _number("Done", "done_n"),
            _number("Skipped", "skipped_n"),
            _number("of these as designed", "by_design_n"),
            _number("not seen", "unseen_n"),
            _number("Left before it", "left_n"),
            _number("On the way to it", "on_the_way_n"),
            _number("Ended here", "left_here_n"),
            _number("Standing here", "standing_here_n"),
        ),
        "Done, skipped, left and on the way make all journeys, in every row.",
        "No journey was begun.",
    )  # fmt: skip


def _constraints(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "constraints", "Rules that the flow does not show", view.data.gap.constraints, ConstraintRow,
        (
            _text("Constraint", "said"),
            _text("Owner", "owner"),
            _number("Put to", "journeys_n"),
            _number("Kept for good", "satisfied_final_n"),
            _number("Kept so far", "satisfied_now_n"),
            _number("Broken so far", "violated_now_n"),
            _number("Broken for good", "violated_final_n"),
            _number("Not seen", "unjudged_n"),
            _number("Ended", "ended_n"),
            _interval("Broken, of those that ended (95%)", "violated_share", "violated_low", "violated_high"),
        ),
        "Journeys that never came to what a rule is about are in none of its columns. “So far”: the journey goes on, "
        "and may still keep or break it.",
        "The map states no constraint.",
    )  # fmt: skip


def _handovers(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "handovers", "Hand-overs between owners", view.data.gap.handovers, HandoverRow,
        (
            _text("From", "from_owner", "nobody"),
            _text("To", "to_owner", "several, by design"),
            Shown("By design", lambda r: "yes" if r["is_designed"] else "no"),
            _number("Happened", "n"),
            _number("In journeys", "journeys_n"),
            _number("Median wait", "p50_s", duration),
            _number("Slowest tenth from", "p90_s", duration),
            _number("Lost between", "lost_n"),
            _number("Waiting now", "waiting_n"),
        ),
        "Lost between: journeys that ended where the next step by design is somebody else’s. Both ends owned it.",
        "Nothing passes from one owner to another.",
    )  # fmt: skip


def _backlog(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "backlog", "Could not be seen: the tracking backlog", view.data.gap.backlog, BacklogRow,
        (
            _target(view, "What", "the source"),
            _text("Source", "source", "several"),
            Shown("Why", lambda r: _REASONS.get(str(r["reason"]), str(r["reason"]))),
            _day(view, "From", "from_at", "ever"),
            _day(view, "Until", "until_at", "still"),
            _number("Skips set aside", "journeys_n"),
            _text("What was seen", "evidence"),
            _text("What to do", "hint"),
            _text("Owner", "owner"),
        ),
        "What a source could not see is a gap in the data. These skips are in no deviation, finding or rate.",
        "No touchpoint was out of sight.",
    )  # fmt: skip


def _coverage(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "coverage", "What of the customers’ way the map knows", view.data.gap.coverage, CoverageRow,
        (
            _number("People", "persons_n"),
            _number("Journeys", "journeys_n"),
            _number("Events", "events_n"),
            _number("On the flow", "on_flow_n"),
            _number("Welcome anytime", "anytime_n"),
            _number("Off the map", "off_map_n"),
            _number("Exits", "exits_n"),
            _number("Known to another map", "other_map_n"),
            _number("Dark", "dark_n"),
            _number("Dark share of events", "dark_share", share),
            _number("of time", "dark_time_share", share),
            _number("Mostly dark journeys", "dark_journeys_n"),
            _number("Ghosts", "ghosts_n"),
        ),
        "Dark: events outside every touchpoint of every map, and the time up to them. A ghost is a designed touchpoint "
        "without an event in 90 days.",
        "No journey was begun.",
    )  # fmt: skip


def _errands(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "errands", "Journeys that another map claims, too", view.data.gap.errands, ErrandRow,
        (
            _text("Other map", "rival_journey"),
            Shown("Whose", lambda r: _VERDICTS.get(str(r["verdict"]), str(r["verdict"]))),
            _number("Journeys", "journeys_n"),
        ),
        "A journey that is the other map’s, or of which nobody can tell, counts neither as departing from this map nor "
        "as leaving it.",
        "No other map claims a journey of this one.",
    )  # fmt: skip


def _versions(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "versions", "Versions of the map", view.data.gap.versions, VersionRow,
        (
            _number("Version", "map_version"),
            Shown("Journeys that", lambda r: "went on under a later one" if r["straddles"] else "it alone judges"),
            _day(view, "In force from", "valid_from", "ever"),
            _day(view, "until", "valid_until", "now"),
            _number("Journeys", "journeys_n"),
            _number("Converted", "converted_n"),
            _number("Said no", "exited_n"),
            _number("Fell silent", "abandoned_n"),
            _number("On the way", "in_flight_n"),
            _number("As designed", "conforming_n"),
            _number("Old enough", "mature_n"),
            _interval("Converted within the horizon (95%)", "converted_share", "converted_low", "converted_high"),
        ),
        "Each journey is judged by the version in force when it began. Those that went on under a later one are told "
        "apart. Everything else on this page is about the version in force.",
        "No journey was begun.",
    )  # fmt: skip
