"""The tables of planned against actual of one map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from pipelines.language import mark, tr
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
from pipelines.report.tables import DataTable, Record, Shown
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import kind_title

_LINES = {
    "planned": mark("Planned"),
    "abandoned": mark("Fell silent"),
    "exited": mark("Said no"),
    "in_flight": mark("Still on the way"),
    "deviation": mark("On top of the design"),
    "actual": mark("Actual"),
}
_REASONS = {
    "declared": mark("the map says so"),
    "outage": mark("its source was down"),
    "sudden_zero": mark("events stopped all at once"),
    "only_later_seen": mark("what follows came, it did not"),
}
_VERDICTS = {"this": mark("this map’s"), "other": mark("the other map’s"), "undecided": mark("nobody can tell")}


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
        return tr("none")
    return tr("not told apart") if r["kind"] == OTHER else kind_title(str(r["kind"]))


def _amount(r: Record) -> str:
    """Journeys, or the time of all journeys together."""
    amount = r["amount"]
    return count(amount) if r["measure"] == "completion" else duration(None if amount is None else float(amount) / 1e6)  # type: ignore[arg-type]  # this column is a number


def _ledger(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "ledger", tr("The ledger: from planned to actual"), view.data.gap.ledger, LedgerRow,
        (
            columns.segment(),
            columns.word(tr("Of"), "measure"),
            Shown(tr("Line"), lambda r: tr(_LINES.get(str(r["line"]), str(r["line"])))),
            Shown(tr("At"), lambda r: MISSING if r["at_touchpoint"] is None else view.label(str(r["at_touchpoint"]))),
            Shown(tr("Last deviation before"), _last_deviation),
            _target(view, tr("Charged to"), MISSING),
            columns.text(tr("Owner"), "owner"),
            Shown(tr("Amount"), _amount, is_number=True),
            columns.number(tr("Journeys"), "journeys_n"),
        ),
        tr("Completion: planned is every journey begun, actual those that reached the goal, and every other journey is"
           " in exactly one line: how it ended, where, and the last thing there that was not as designed. Time: what"
           " those who converted took, within and beyond the design. In each segment planned and the lines make actual,"
           " to the last journey. A line says what came before; it does not say that it was the cause."),
        tr("No journey was begun."),
    )  # fmt: skip


def _states(view: JourneyView, stem: str) -> DataTable:
    order = {name: place for place, name in enumerate(view.flow_names)}
    rows = sorted(view.data.gap.states, key=lambda row: (row.segment or "", order.get(row.touchpoint, 999)))
    return _made(
        stem, "states", tr("Every journey at every touchpoint"), rows, StateRow,
        (
            Shown(tr("Touchpoint"), lambda r: view.label(str(r["touchpoint"]))),
            columns.segment(),
            columns.number(tr("Journeys"), "journeys_n"),
            columns.number(tr("Done"), "done_n"),
            columns.number(tr("Skipped"), "skipped_n"),
            columns.number(tr("of these as designed"), "by_design_n"),
            columns.number(tr("not seen"), "unseen_n"),
            columns.number(tr("Left before it"), "left_n"),
            columns.number(tr("On the way to it"), "on_the_way_n"),
            columns.number(tr("Ended here"), "left_here_n"),
            columns.number(tr("Standing here"), "standing_here_n"),
        ),
        tr("Done, skipped, left and on the way make all journeys, in every row. Skipped is here whoever is past it "
        "without it; the deviation of that name has fewer: some began elsewhere, or met a later step out of order."),
        tr("No journey was begun."),
    )  # fmt: skip


def _constraints(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "constraints", tr("Rules that the flow does not show"), view.data.gap.constraints, ConstraintRow,
        (
            columns.sentence(tr("Constraint"), "said"),
            columns.text(tr("Owner"), "owner"),
            columns.number(tr("Put to"), "journeys_n"),
            columns.number(tr("Kept for good"), "satisfied_final_n"),
            columns.number(tr("Kept so far"), "satisfied_now_n"),
            columns.number(tr("Open"), "violated_now_n"),
            columns.number(tr("Broken for good"), "violated_final_n"),
            columns.number(tr("Not seen"), "unjudged_n"),
            columns.number(tr("Ended"), "ended_n"),
            columns.interval(
                tr("Broken, of those that ended (95%)"), "violated_share", "violated_low", "violated_high"
            ),
        ),
        tr("Journeys that never came to what a rule is about are in none of its columns. “So far”: the journey goes on,"
           " and may still break it. “Open”: it waits for an answer that may still come in time."),
        tr("The map states no constraint."),
    )  # fmt: skip


def _handovers(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "handovers", tr("Hand-overs between owners"), view.data.gap.handovers, HandoverRow,
        (
            columns.text(tr("From"), "from_owner", tr("nobody")),
            columns.text(tr("To"), "to_owner", tr("several, by design")),
            Shown(tr("By design"), lambda r: tr("yes") if r["is_designed"] else tr("no")),
            columns.number(tr("Happened"), "n"),
            columns.number(tr("In journeys"), "journeys_n"),
            columns.number(tr("Median wait"), "p50_s", duration),
            columns.number(tr("Slowest tenth from"), "p90_s", duration),
            columns.number(tr("Lost between"), "lost_n"),
            columns.number(tr("Waiting now"), "waiting_n"),
        ),
        tr("Lost between: journeys that ended where the next step by design is somebody else’s. Both ends owned it."),
        tr("Nothing passes from one owner to another."),
    )  # fmt: skip


def _backlog(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "backlog", tr("Could not be seen: the tracking backlog"), view.data.gap.backlog, BacklogRow,
        (
            _target(view, tr("What"), tr("the source")),
            columns.text(tr("Source"), "source", tr("several")),
            Shown(tr("Why"), lambda r: tr(_REASONS.get(str(r["reason"]), str(r["reason"])))),
            columns.date(tr("From"), "from_at", view.zone, tr("ever")),
            columns.date(tr("Until"), "until_at", view.zone, tr("still")),
            columns.number(tr("Skips set aside"), "journeys_n"),
            columns.sentence(tr("What was seen"), "evidence"),
            columns.sentence(tr("What to do"), "hint"),
            columns.text(tr("Owner"), "owner"),
        ),
        tr("What a source could not see is a gap in the data. These skips are in no deviation, finding or rate."),
        tr("No touchpoint was out of sight."),
    )  # fmt: skip


def _coverage(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "coverage", tr("What of the customers’ way the map knows"), view.data.gap.coverage, CoverageRow,
        (
            columns.number(tr("People"), "persons_n"),
            columns.number(tr("Journeys"), "journeys_n"),
            columns.number(tr("Events"), "events_n"),
            columns.number(tr("On the flow"), "on_flow_n"),
            columns.number(tr("Welcome anytime"), "anytime_n"),
            columns.number(tr("Off the map"), "off_map_n"),
            columns.number(tr("Exits"), "exits_n"),
            columns.number(tr("Known to another map"), "other_map_n"),
            columns.number(tr("Dark"), "dark_n"),
            columns.number(tr("Dark share of events"), "dark_share", share),
            columns.number(tr("of time"), "dark_time_share", share),
            columns.number(tr("Mostly dark journeys"), "dark_journeys_n"),
            columns.number(tr("Ghosts"), "ghosts_n"),
        ),
        tr("Dark: events outside every touchpoint of every map, and the time up to them. A ghost is a designed"
           " touchpoint without an event in 90 days."),
        tr("No journey was begun."),
    )  # fmt: skip


def _errands(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "errands", tr("Journeys that another map claims, too"), view.data.gap.errands, ErrandRow,
        (
            columns.text(tr("Other map"), "rival_journey"),
            Shown(tr("Whose"), lambda r: tr(_VERDICTS.get(str(r["verdict"]), str(r["verdict"])))),
            columns.number(tr("Journeys"), "journeys_n"),
        ),
        tr("A journey that is the other map’s, or of which nobody can tell, counts neither as departing from this map"
           " nor as leaving it."),
        tr("No other map claims a journey of this one."),
    )  # fmt: skip


def _versions(view: JourneyView, stem: str) -> DataTable:
    return _made(
        stem, "versions", tr("Versions of the map"), view.data.gap.versions, VersionRow,
        (
            columns.number(tr("Version"), "map_version"),
            Shown(tr("Journeys that"), lambda r: tr("went on under a later one") if r["straddles"] else tr("it alone"
                                                                                                           " judges")),
            columns.date(tr("In force from"), "valid_from", view.zone, tr("ever")),
            columns.date(tr("until"), "valid_until", view.zone, tr("now")),
            columns.number(tr("Journeys"), "journeys_n"),
            columns.number(tr("Converted"), "converted_n"),
            columns.number(tr("Said no"), "exited_n"),
            columns.number(tr("Fell silent"), "abandoned_n"),
            columns.number(tr("On the way"), "in_flight_n"),
            columns.number(tr("As designed"), "conforming_n"),
            columns.number(tr("Old enough"), "mature_n"),
            columns.interval(tr("Converted in time (95%)"), "converted_share", "converted_low", "converted_high"),
        ),
        tr("Each journey is judged by the version in force when it began. Those that went on under a later one are told"
           " apart. Everything else on this page is about the version in force."),
        tr("No journey was begun."),
    )  # fmt: skip
