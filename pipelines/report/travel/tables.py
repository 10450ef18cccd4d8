"""The tables behind the pictures of how journeys travel."""

from __future__ import annotations

from dataclasses import asdict, fields

from pipelines.language import tr
from pipelines.report import columns
from pipelines.report.numbers import MISSING, days, share, share_with
from pipelines.report.tables import DataTable, Record, Shown
from pipelines.report.travel.funnel import step_name
from pipelines.report.travel.rows import Leg
from pipelines.report.travel.steps import Step, funnel_steps, widening_of
from pipelines.report.travel.words import end_word, left_out, way_word
from pipelines.report.view import JourneyView


def travel_tables(view: JourneyView, stem: str) -> dict[str, DataTable]:
    """Every table by its short name; `stem` begins their file names."""
    return {
        "phase_flows": _flows(view, stem),
        "funnel": _funnel(view, stem),
        "incidence_curves": _curves(view, stem),
    }


def _flows(view: JourneyView, stem: str) -> DataTable:
    order = {phase.name: place for place, phase in enumerate(view.map.flow.phases)}
    legs = sorted(
        view.data.travel.legs,
        key=lambda leg: (order.get(leg.from_phase or "", -1), leg.from_way or "", -leg.journeys_n, repr(leg)),
    )
    return DataTable(
        f"{stem}_phase_flows",
        tr("Ways between the phases"),
        tuple(asdict(leg) for leg in legs),
        (
            columns.text(tr("From"), "from_phase", tr("begin")),
            Shown(tr("Travelled"), lambda r: _way(r, "from")),
            columns.text(tr("To"), "to_phase", tr("end")),
            Shown(tr("Travelled there"), lambda r: _way(r, "to")),
            Shown(tr("Ended"), lambda r: end_word(str(r["end_status"])) if r["end_status"] else MISSING),
            columns.number(tr("Journeys"), "journeys_n"),
        ),
        tuple(field.name for field in fields(Leg)),
        tr(
            "Counts of all journeys at the snapshot. What comes to a phase is what goes on from it or ends there; a"
            " journey ends at the furthest phase that it came to. {left_out}",
            left_out=left_out(view.data.travel),
        ),
        tr("No way between phases was taken by enough journeys to be told."),
    )


def _way(record: Record, side: str) -> str:
    """How a phase was travelled; nothing before the beginning and after the end."""
    if record[f"{side}_phase"] is None:
        return MISSING
    way = record[f"{side}_way"]
    return way_word(None if way is None else str(way))


def _funnel(view: JourneyView, stem: str) -> DataTable:
    widening = widening_of(view)
    records = tuple(_record(view, step, widening) for step in funnel_steps(view))
    return DataTable(
        f"{stem}_funnel",
        tr("Steps of the funnel"),
        records,
        (
            columns.text(tr("Step"), "step"),
            columns.text(tr("Phase"), "phase"),
            Shown(tr("Everybody’s"), lambda r: tr("beside") if r["is_beside"] else tr("yes")),
            columns.number(tr("Did it"), "done_n"),
            columns.interval(tr("Of all begun (95%)"), "done_share", "done_low", "done_high"),
            columns.number(tr("Left here"), "left_here_n"),
            columns.number(tr("Here now"), "here_n"),
            columns.number(tr("Passed by"), "skipped_n"),
            columns.number(tr("Begun"), "begun_n"),
        ),
        _FUNNEL,
        tr(
            "Counts of all journeys at the snapshot: young ones are on the way, and count as not having done what lies"
            " ahead. The share that leaves a step, with those who cannot be followed yet left out, is in the drop-off."
        ),
        tr("No journey has begun."),
    )


_FUNNEL = (
    "step", "phase", "is_beside", "done_n", "done_share", "done_low", "done_high", "left_here_n", "here_n", "skipped_n",
    "begun_n",
)  # fmt: skip


def _record(view: JourneyView, step: Step, widening: float) -> Record:
    done, low, high = step.done_share(widening)
    return {
        "step": step_name(view, step),
        "phase": step.phase,
        "is_beside": step.is_beside,
        "done_n": step.done_n,
        "done_share": done,
        "done_low": low,
        "done_high": high,
        "left_here_n": step.left_here_n,
        "here_n": step.here_n,
        "skipped_n": step.skipped_n,
        "begun_n": step.begun_n,
    }


def _curves(view: JourneyView, stem: str) -> DataTable:
    def share_column(heading: str, word: str) -> Shown:
        names = [f"{word}_{end}" for end in ("share", "low", "high")]
        return Shown(heading, lambda r: _share(r, names), is_number=True)

    return DataTable(
        f"{stem}_incidence_curves",
        tr("How journeys end over time"),
        tuple(view.data.travel.curves),
        (
            Shown(tr("Since"), lambda r: view.label(str(r["touchpoint"]))),
            columns.segment(),
            Shown(tr("After"), lambda r: days(round(float(r["after_d"]), 1)), is_number=True),  # type: ignore[arg-type]  # this column is a number
            share_column(tr("Converted"), "converted"),
            share_column(tr("Said no"), "exited"),
            share_column(tr("Fell silent"), "abandoned"),
            share_column(tr("Still on the way"), "active"),
            columns.number(tr("Journeys"), "reached_n"),
        ),
        ("touchpoint", "segment", "horizon_d", "after_d", "reached_n"),
        tr(
            "Estimated with those still on the way counted as such (Aalen-Johansen); the four add up to one. Intervals"
            " are 95%, for each time alone. At the horizon the numbers are the outcomes of the touchpoint. Times at"
            " which a step would tell of too few are left out."
        ),
        tr("Too few journeys have been followed for the whole horizon."),
    )


def _share(record: Record, names: list[str]) -> str:
    numbers = [value if isinstance((value := record[name]), float) else None for name in names]
    if numbers[0] is None:
        return MISSING
    return share_with(*numbers) if numbers[0] else share(0.0)
