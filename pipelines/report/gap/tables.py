"""The tables of planned against actual of one map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from pipelines.privacy.folding import OTHER
from pipelines.report import columns
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
from pipelines.report.numbers import MISSING, count, duration, share
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
            columns.text("Segment", "segment", "all"),
            columns.text("Of", "measure"),
            Shown("Line", lambda r: _LINES.get(str(r["line"]), str(r["line"]))),
            Shown("At", lambda r: MISSING if r["at_touchpoint"] is None else view.label(str(r["at_touchpoint"]))),
            Shown("Last deviation before", _last_deviation),
            _target(view, "Charged to", MISSING),
            columns.text("Owner", "owner"),
            Shown("Amount", _amount, is_number=True),
            columns.number("Journeys", "journeys_n"),
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
            columns.text("Segment", "segment", "all"),
            columns.number("Journeys", "journeys_n"),
            columns.number("Done", "done_n"),
            columns.number("Skipped", "skipped_n"),
            columns.number("of these as designed", "by_design_n"),
            columns.number("not seen", "unseen_n"),
            columns.number("Left before it", "left_n"),
            columns.number("On the way to it", "on_the_way_n"),
            columns.number("Ended here", "left_here_n"),
            columns.number("Standing here", "standing_here_n"),
        ),
        "Done, skipped, left and on the way make all journeys, in every row. Skipped is here whoever is past it "
        "without it; the deviation of that name has fewer: some began elsewhere, or met a later step out of order.",
        "No journey was begun.",
    )  # fmt: skip


def _constraints(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "constraints", "Rules that the flow does not show", view.data.gap.constraints, ConstraintRow,
        (
            columns.text("Constraint", "said"),
            columns.text("Owner", "owner"),
            columns.number("Put to", "journeys_n"),
            columns.number("Kept for good", "satisfied_final_n"),
            columns.number("Kept so far", "satisfied_now_n"),
            columns.number("Open", "violated_now_n"),
            columns.number("Broken for good", "violated_final_n"),
            columns.number("Not seen", "unjudged_n"),
            columns.number("Ended", "ended_n"),
            columns.interval("Broken, of those that ended (95%)", "violated_share", "violated_low", "violated_high"),
        ),
        "Journeys that never came to what a rule is about are in none of its columns. “So far”: the journey goes on, "
        "and may still break it. “Open”: it waits for an answer that may still come in time.",
        "The map states no constraint.",
    )  # fmt: skip


def _handovers(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "handovers", "Hand-overs between owners", view.data.gap.handovers, HandoverRow,
        (
            columns.text("From", "from_owner", "nobody"),
            columns.text("To", "to_owner", "several, by design"),
            Shown("By design", lambda r: "yes" if r["is_designed"] else "no"),
            columns.number("Happened", "n"),
            columns.number("In journeys", "journeys_n"),
            columns.number("Median wait", "p50_s", duration),
            columns.number("Slowest tenth from", "p90_s", duration),
            columns.number("Lost between", "lost_n"),
            columns.number("Waiting now", "waiting_n"),
        ),
        "Lost between: journeys that ended where the next step by design is somebody else’s. Both ends owned it.",
        "Nothing passes from one owner to another.",
    )  # fmt: skip


def _backlog(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "backlog", "Could not be seen: the tracking backlog", view.data.gap.backlog, BacklogRow,
        (
            _target(view, "What", "the source"),
            columns.text("Source", "source", "several"),
            Shown("Why", lambda r: _REASONS.get(str(r["reason"]), str(r["reason"]))),
            columns.date("From", "from_at", view.zone, "ever"),
            columns.date("Until", "until_at", view.zone, "still"),
            columns.number("Skips set aside", "journeys_n"),
            columns.text("What was seen", "evidence"),
            columns.text("What to do", "hint"),
            columns.text("Owner", "owner"),
        ),
        "What a source could not see is a gap in the data. These skips are in no deviation, finding or rate.",
        "No touchpoint was out of sight.",
    )  # fmt: skip


def _coverage(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "coverage", "What of the customers’ way the map knows", view.data.gap.coverage, CoverageRow,
        (
            columns.number("People", "persons_n"),
            columns.number("Journeys", "journeys_n"),
            columns.number("Events", "events_n"),
            columns.number("On the flow", "on_flow_n"),
            columns.number("Welcome anytime", "anytime_n"),
            columns.number("Off the map", "off_map_n"),
            columns.number("Exits", "exits_n"),
            columns.number("Known to another map", "other_map_n"),
            columns.number("Dark", "dark_n"),
            columns.number("Dark share of events", "dark_share", share),
            columns.number("of time", "dark_time_share", share),
            columns.number("Mostly dark journeys", "dark_journeys_n"),
            columns.number("Ghosts", "ghosts_n"),
        ),
        "Dark: events outside every touchpoint of every map, and the time up to them. A ghost is a designed touchpoint "
        "without an event in 90 days.",
        "No journey was begun.",
    )  # fmt: skip


def _errands(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "errands", "Journeys that another map claims, too", view.data.gap.errands, ErrandRow,
        (
            columns.text("Other map", "rival_journey"),
            Shown("Whose", lambda r: _VERDICTS.get(str(r["verdict"]), str(r["verdict"]))),
            columns.number("Journeys", "journeys_n"),
        ),
        "A journey that is the other map’s, or of which nobody can tell, counts neither as departing from this map nor "
        "as leaving it.",
        "No other map claims a journey of this one.",
    )  # fmt: skip


def _versions(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "versions", "Versions of the map", view.data.gap.versions, VersionRow,
        (
            columns.number("Version", "map_version"),
            Shown("Journeys that", lambda r: "went on under a later one" if r["straddles"] else "it alone judges"),
            columns.date("In force from", "valid_from", view.zone, "ever"),
            columns.date("until", "valid_until", view.zone, "now"),
            columns.number("Journeys", "journeys_n"),
            columns.number("Converted", "converted_n"),
            columns.number("Said no", "exited_n"),
            columns.number("Fell silent", "abandoned_n"),
            columns.number("On the way", "in_flight_n"),
            columns.number("As designed", "conforming_n"),
            columns.number("Old enough", "mature_n"),
            columns.interval("Converted in time (95%)", "converted_share", "converted_low", "converted_high"),
        ),
        "Each journey is judged by the version in force when it began. Those that went on under a later one are told "
        "apart. Everything else on this page is about the version in force.",
        "No journey was begun.",
    )  # fmt: skip
