"""The ways behind the process map as a table."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.privacy.withheld import Withheld
from pipelines.report import columns
from pipelines.report.numbers import MISSING, duration
from pipelines.report.process.observed import ACTIVITY, Observed
from pipelines.report.tables import DataTable, Record, Shown
from pipelines.report.text import short
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import word

_NAMES = ("from_step", "to_step", "end_status", "n", "journeys_n", "p50_s")
WAYS = "ways"
"""Short name of the table."""


def process_tables(view: JourneyView, stem: str) -> dict[str, DataTable]:
    """The table by its short name; `stem` begins its file's name."""
    observed = view.data.observed
    records = tuple({name: getattr(way, name) for name in _NAMES} for way in observed.ways)
    table = DataTable(
        f"{stem}_{WAYS}",
        tr("What directly followed what, also beside the map"),
        records,
        (
            Shown(tr("From"), lambda r: _step(view, r["from_step"], tr("the start"))),
            Shown(tr("To"), lambda r: _end(view, r)),
            columns.number(tr("Journeys"), "journeys_n"),
            columns.number(tr("Times"), "n"),
            columns.number(tr("Median time between"), "p50_s", duration),
        ),
        _NAMES,
        _note(observed),
        tr("No journey was begun."),
    )
    return {WAYS: table}


def _note(observed: Observed) -> str:
    note = tr("From one step to the next with nothing between, whether the map knows it or not. Exits are ends.")
    if not any(isinstance(way.n, Withheld) for way in observed.ways):
        return note
    return f"{note} " + tr(
        "Numbers are rounded, and those of few people are not told: exact ones would give the small ones away."
    )


def _end(view: JourneyView, record: Record) -> str:
    if record["to_step"] is not None:
        return _step(view, record["to_step"], MISSING)
    return tr("the end: {status}", status=word(record["end_status"]))


def _step(view: JourneyView, name: object, missing: str) -> str:
    if name is None:
        return missing
    text = str(name)
    return short(text.removeprefix(f"{ACTIVITY}:"), 80) if text.startswith(f"{ACTIVITY}:") else view.label(text)
