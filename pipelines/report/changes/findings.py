"""What became of the findings since the last run: how many are new, worse, back or gone, and which."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, fields

from pipelines.language import mark, tr
from pipelines.report import columns
from pipelines.report.numbers import count
from pipelines.report.rows import FindingRow
from pipelines.report.sentences import Tile
from pipelines.report.tables import DataTable, Record, Shown
from pipelines.report.text import short
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import kind_title, word

# State to the tile's label and what the state means, in the order in which they are read.
_STATES = {
    "new": (mark("new findings"), mark("first seen in this run")),
    "worse": (mark("worse"), mark("the interval lies above that of the last run")),
    "returned": (mark("back again"), mark("had been fixed")),
    "fixed": (mark("fixed"), mark("no longer found")),
    "persists": (mark("as before"), mark("neither better nor worse by more than chance")),
    "accepted": (mark("accepted"), mark("somebody decided to live with them for now")),
}
_TOLD = ("new", "worse", "returned", "fixed")


def is_first(view: JourneyView) -> bool:
    """Whether no finding was known before this run."""
    return all(finding.state in {"new", "accepted"} for finding in view.data.findings)


def state_tiles(view: JourneyView, table: str) -> tuple[Tile, ...]:
    """How many findings there are of each state."""
    n = Counter(finding.state for finding in view.data.findings)
    always = ("new", "worse", "fixed")
    return tuple(
        Tile(count(n[state]), tr(label), tr(meaning), table)
        for state, (label, meaning) in _STATES.items()
        if n[state] or state in always
    )


def finding_changes(view: JourneyView, stem: str) -> DataTable:
    """The findings that are not what they were, as a table."""
    rows = sorted(
        (finding for finding in view.data.findings if finding.state in _TOLD),
        key=lambda finding: (_TOLD.index(finding.state), finding.rank),
    )
    return DataTable(
        f"{stem}_finding_changes",
        tr("Findings that are new, worse, back or fixed"),
        tuple(asdict(row) for row in rows),
        (
            Shown(tr("State"), lambda r: word(str(r["state"]))),
            Shown(tr("Where"), lambda r: short(view.target_label(_optional(r, "touchpoint")), 90)),
            Shown(tr("What"), lambda r: kind_title(str(r["signal"]))),
            columns.text(tr("Owner"), "owner"),
            columns.number(tr("Journeys"), "journeys_n"),
            columns.interval(tr("Rate (95%)"), "rate", "rate_low", "rate_high"),
        ),
        tuple(field.name for field in fields(FindingRow)),
        tr("Worse: the interval lies above the former one. Fixed: it was a finding of the last run, and is none now."),
        tr("Every finding is as it was."),
        most=12,
    )


def _optional(record: Record, name: str) -> str | None:
    return None if record[name] is None else str(record[name])
