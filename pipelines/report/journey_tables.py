"""The tables of one map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from typing import Any

from pipelines.language import mark, tr
from pipelines.privacy.withheld import part_of
from pipelines.report import columns
from pipelines.report.goals import goal_table
from pipelines.report.numbers import MISSING, days, duration, fine_share_with, share, share_with, wait
from pipelines.report.rows import (
    FindingRow,
    FlowRow,
    IdentityRow,
    OutcomeRow,
    RateRow,
    SideRow,
    TouchpointRow,
    UnmappedRow,
    WaitRow,
)
from pipelines.report.sentences import headline_told
from pipelines.report.stored import retold
from pipelines.report.tables import MOST_TOUCHPOINTS, DataTable, Record, Shown
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import kind_title, word

BESIDE = mark("What came beside the flow, by where the journey stood")


def journey_tables(view: JourneyView, stem: str) -> dict[str, DataTable]:
    """Every table of a map by its short name; `stem` begins their file names."""
    makers = (
        _statuses,
        goal_table,
        _drop_off,
        _outcomes,
        _deviations,
        _findings,
        _waits,
        _flows,
        _beside,
        _touchpoints,
        _unmapped,
        _identity,
    )
    tables = (make(view, stem) for make in makers)
    return {table.name.removeprefix(f"{stem}_"): table for table in tables}


def _records(rows: Iterable[Any]) -> tuple[Record, ...]:
    return tuple(asdict(row) for row in rows)


def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _place(view: JourneyView, heading: str, name: str, missing: str = MISSING) -> Shown:
    return Shown(heading, lambda r: view.label(str(r[name])) if r[name] is not None else missing)


def _statuses(view: JourneyView, stem: str) -> DataTable:
    words = {
        "converted": tr("Converted"),
        "exited": tr("Said no"),
        "abandoned": tr("Fell silent"),
        "in_flight": tr("In flight"),
    }
    total = view.data.journeys_n
    rows = [(status, view.data.statuses.get(status, 0)) for status in words]
    return DataTable(
        f"{stem}_statuses",
        tr("Where the journeys stand"),
        tuple({"status": status, "journeys_n": n, "share": part_of(n, total)} for status, n in rows),
        (
            Shown(tr("Status"), lambda r: words[str(r["status"])]),
            columns.number(tr("Journeys"), "journeys_n"),
            columns.number(tr("Share of all"), "share", share),
        ),
        note=tr("Counts at the snapshot time, old and young journeys together: no estimate of how many will convert."),
    )


def _drop_off(view: JourneyView, stem: str) -> DataTable:
    rows = [view.outcomes[name] for name in view.flow_names if name in view.outcomes]
    return DataTable(
        f"{stem}_drop_off",
        tr("Drop-off per touchpoint"),
        tuple(asdict(row) | _both_ways(row) for row in rows),
        (
            _place(view, tr("Touchpoint"), "touchpoint"),
            columns.number(tr("Reached"), "reached_n"),
            Shown(tr("Leave here (95%)"), _leave, is_number=True),
            columns.number(tr("Of it: fall silent"), "hazard", share),
            columns.number(tr("say no"), "exit_hazard", share),
            columns.number(tr("Here now"), "in_flight_n"),
            columns.number(tr("Followed"), "followed_n"),
            columns.number(tr("Effective n"), "effective_n"),
            columns.number(tr("Patience"), "patience_s", duration),
            columns.number(tr("Silent at half patience"), "hazard_half_patience", share),
            columns.number(tr("Silent at double patience"), "hazard_double_patience", share),
        ),
        (*_names(OutcomeRow), "leave", "leave_low", "leave_high"),
        tr(
            "Leave here: fell silent for longer than the patience, or said no, of the journeys that reached it and can"
            " be followed. Those still within their patience are in flight and are no loss. Effective n: what the"
            " journeys are worth, as one person’s are alike. The last two columns show what a shorter or longer"
            " patience would say."
        ),
        tr("No touchpoint was reached."),
        most=MOST_TOUCHPOINTS,
    )


def _both_ways(row: OutcomeRow) -> dict[str, float | None]:
    low, high = row.leave_interval
    return {"leave": row.leave, "leave_low": low, "leave_high": high}


def _leave(r: Record) -> str:
    if r["refused"] is not None:
        return tr("not told: {reason}", reason=retold(str(r["refused"])))
    return share_with(r["leave"], r["leave_low"], r["leave_high"])  # type: ignore[arg-type]  # these columns are numbers


def _outcomes(view: JourneyView, stem: str) -> DataTable:
    rows = sorted(
        view.data.outcomes,
        key=lambda r: (
            view.numbers.get(r.touchpoint, 999),
            r.touchpoint,
            r.segment is not None,
            r.segment or "",
            r.horizon_d,
        ),
    )
    return DataTable(
        f"{stem}_outcomes",
        tr("What becomes of those who reach a touchpoint, also by segment"),
        _records(rows),
        (
            _place(view, tr("Touchpoint"), "touchpoint"),
            columns.segment(),
            Shown(tr("Within"), lambda r: days(float(str(r["horizon_d"]))), is_number=True),
            columns.number(tr("Reached"), "reached_n"),
            Shown(tr("Convert (95%)"), _converted, is_number=True),
            columns.interval(tr("Say no (95%)"), "exited_share", "exited_low", "exited_high"),
            columns.interval(tr("Fall silent (95%)"), "abandoned_share", "abandoned_low", "abandoned_high"),
            columns.number(tr("Undecided by then"), "active_share", share),
        ),
        _names(OutcomeRow),
        tr("Estimated with those still in flight counted as such (Aalen-Johansen); the four shares add up to one."),
        tr("No touchpoint was reached."),
    )


def _converted(r: Record) -> str:
    if r["refused"] is not None:
        return tr("not told: {reason}", reason=retold(str(r["refused"])))
    return share_with(r["converted_share"], r["converted_low"], r["converted_high"])  # type: ignore[arg-type]  # these columns are numbers


def _deviations(view: JourneyView, stem: str) -> DataTable:
    return DataTable(
        f"{stem}_deviations",
        tr("Deviations from the map"),
        _records(view.data.rates),
        (
            Shown(tr("What"), lambda r: kind_title(str(r["kind"]))),
            Shown(tr("Where"), lambda r: view.place_label(*(_optional(r, name) for name in ("touchpoint", "block")))),
            columns.text(tr("Owner"), "owner"),
            columns.number(tr("Journeys"), "journeys_n"),
            columns.number(tr("Could happen in"), "opportunities_n"),
            columns.interval(tr("Rate (95%)"), "rate", "rate_low", "rate_high"),
            columns.number(tr("Lost among them"), "abandoned_share", share),
        ),
        _names(RateRow),
        tr(
            "Rate: journeys with it, of the journeys that reached the place where it could happen. Lost among them is"
            " an association in finished journeys, no effect. “Could not be seen” is a gap in the data."
        ),
        tr("Every journey went as designed so far."),
        most=20,
    )


def _optional(r: Record, name: str) -> str | None:
    return None if r[name] is None else str(r[name])


def _findings(view: JourneyView, stem: str) -> DataTable:
    told = [replace(finding, headline=headline_told(view, finding)) for finding in view.data.findings]
    return DataTable(
        f"{stem}_findings",
        tr("Findings of this run"),
        _records(told),
        (
            columns.number(tr("Rank"), "rank"),
            columns.text(tr("Finding"), "headline"),
            columns.text(tr("Owner"), "owner"),
            columns.word(tr("State"), "state"),
            columns.number(tr("Journeys"), "journeys_n"),
            columns.interval(tr("Rate (95%)"), "rate", "rate_low", "rate_high"),
        ),
        _names(FindingRow),
        empty=tr("No finding."),
    )


def _waits(view: JourneyView, stem: str) -> DataTable:
    rows = sorted(
        view.data.waits,
        key=lambda r: (
            r.segment is not None,
            r.promised_s is None,
            view.numbers.get(r.from_touchpoint, 999),
            r.segment or "",
            r.to_touchpoint,
        ),
    )
    return DataTable(
        f"{stem}_waits",
        tr("Waits, and the promises they were measured against"),
        _records(rows),
        (
            _place(view, tr("From"), "from_touchpoint"),
            _place(view, tr("To"), "to_touchpoint"),
            columns.segment(),
            columns.number(tr("Waits"), "n"),
            _wait(tr("Median"), "p50_s"),
            _wait(tr("Slowest tenth from"), "p90_s"),
            _wait(tr("Promised"), "promised_s"),
            columns.interval(tr("Kept (95%)"), "kept_share", "kept_low", "kept_high"),
            columns.number(tr("Waiting now"), "waiting_n"),
            columns.number(tr("Of these overdue"), "overdue_n"),
        ),
        _names(WaitRow),
        tr("Median and slowest tenth are those of the people who go on, with those still waiting counted as such."),
        tr("No wait was seen."),
    )


def _wait(heading: str, name: str) -> Shown:
    return Shown(heading, lambda r: wait(r[name], str(r["calendar"])), is_number=True)  # type: ignore[arg-type]  # seconds


def _flows(view: JourneyView, stem: str) -> DataTable:
    return DataTable(
        f"{stem}_flows",
        tr("What followed what on the flow"),
        _records(view.data.flows),
        (
            _place(view, tr("From"), "from_touchpoint", tr("start")),
            Shown(
                tr("To"),
                lambda r: (
                    view.label(str(r["to_touchpoint"]))
                    if r["to_touchpoint"] is not None
                    else tr("end ({end})", end=word(r["end_status"] or "unknown"))
                ),
            ),
            columns.number(tr("Times"), "n"),
            columns.number(tr("Journeys"), "journeys_n"),
            columns.number(tr("Median time between"), "p50_s", duration),
        ),
        _names(FlowRow),
        empty=tr("Nothing followed anything."),
    )


def _beside(view: JourneyView, stem: str) -> DataTable:
    return DataTable(
        f"{stem}_beside",
        tr(BESIDE),
        _records(view.data.sides),
        (
            _place(view, tr("Standing at"), "at_touchpoint"),
            _place(view, tr("What came"), "touchpoint"),
            columns.number(tr("Times"), "n"),
            columns.number(tr("Journeys"), "journeys_n"),
        ),
        _names(SideRow),
        empty=tr("Nothing came beside the flow."),
    )


def _touchpoints(view: JourneyView, stem: str) -> DataTable:
    roles = {"flow": tr("designed"), "anytime": tr("welcome anytime"), "off_map": tr("off the map"), "exit": tr("exit")}
    return DataTable(
        f"{stem}_touchpoints",
        tr("Touchpoints, on and off the map"),
        _records(view.data.touchpoints),
        (
            _place(view, tr("Touchpoint"), "touchpoint"),
            columns.text(tr("Phase"), "phase"),
            Shown(tr("Role"), lambda r: roles.get(str(r["role"]), str(r["role"]))),
            columns.text(tr("Owner"), "owner"),
            columns.number(tr("Journeys"), "journeys_n"),
            columns.number(tr("Events"), "events_n"),
        ),
        _names(TouchpointRow),
        most=MOST_TOUCHPOINTS,
    )


def _unmapped(view: JourneyView, stem: str) -> DataTable:
    return DataTable(
        f"{stem}_unmapped",
        tr("Activities that the map does not know"),
        _records(view.data.unmapped),
        (
            columns.text(tr("Source"), "source"),
            columns.text(tr("Activity"), "activity"),
            columns.number(tr("Events in journeys"), "in_journeys_n"),
            columns.number(tr("Events in all"), "events_n"),
        ),
        _names(UnmappedRow),
        empty=tr("The map knows every activity."),
    )


def _identity(view: JourneyView, stem: str) -> DataTable:
    horizon = days(view.horizon_d) if view.horizon_d else None
    converted = tr("Converted within {time}", time=horizon) if horizon else tr("Converted")
    return DataTable(
        f"{stem}_identity",
        tr("How much rests on who is taken for one person"),
        tuple({**asdict(row), "share": row.share} for row in view.data.identity),
        (
            columns.word(tr("Rule"), "rule"),
            columns.number(tr("Journeys"), "journeys_n"),
            columns.number(tr("Old enough"), "mature_n"),
            columns.number(converted, "converted_n"),
            columns.number(tr("Share of the old enough"), "share", fine_share_with),
        ),
        (*_names(IdentityRow), "share"),
        tr(
            "Strict joins ids only on the surest links, loose on all of them. The plain share among journeys old enough"
            " to be judged; it may differ a little from the estimate above, which uses the younger ones too."
        ),
        tr("No journey under any rule."),
    )
