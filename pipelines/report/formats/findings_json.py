"""`findings.json`: the findings of a run for programs, beside every report; it keeps to a JSON schema of ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from pipelines.language import tongue
from pipelines.privacy.withheld import Withheld
from pipelines.report.changes.kept import FILE, as_json
from pipelines.report.changes.numbers import headline_numbers
from pipelines.report.cost.rows import Record
from pipelines.report.document import Chapter, Document
from pipelines.report.made import Made
from pipelines.report.rows import FindingRow
from pipelines.report.sentences import headline_told
from pipelines.report.stored import retold
from pipelines.report.text import clean
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import kind_title, next_step

VERSION = 1
SCHEMA = "findings.schema.json"
# The table that tells most of a signal, beside the findings' own and that of costs.
_TABLES = {"drop_off": "drop_off", "late": "waits", "overdue": "waits", "unobservable": "backlog"}

__all__ = ["FILE", "SCHEMA", "findings", "findings_text", "schema_text"]


def findings_text(made: Made) -> str:
    """The findings as a JSON document."""
    return json.dumps(findings(made), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def schema_text() -> str:
    """The JSON schema that the document keeps to."""
    return (files("schemas") / SCHEMA).read_text(encoding="utf-8")


def findings(made: Made) -> dict[str, Any]:
    """The findings of all maps, and the headline numbers of each; texts in the language that is spoken."""
    run = made.snapshot.run
    pairs = list(zip(made.document.maps, made.views, strict=True))
    return {
        "format": "terreng-findings",
        "version": VERSION,
        "workspace": clean(made.document.workspace),
        "run_id": run.run_id,
        "started_at": _moment(run.started_at),
        "as_of": _moment(made.as_of),
        "language": tongue().code,
        "maps": [_map(view) for view in made.views],
        "findings": [
            _finding(made.document, chapter, view, row) for chapter, view in pairs for row in view.data.findings
        ],
    }


def _map(view: JourneyView) -> dict[str, Any]:
    return {
        "journey": view.map.journey,
        "title": clean(view.map.title),
        "version": view.map.version,
        "content_hash": view.map.content_hash,
        "numbers": as_json(headline_numbers(view)),
    }


def _finding(document: Document, chapter: Chapter, view: JourneyView, row: FindingRow) -> dict[str, Any]:
    friction = next((r for r in view.data.cost.rows("frictions") if _is_of(r, row)), None)
    return {
        "finding_id": row.finding_id,
        "map": view.map.journey,
        "rank": row.rank,
        "touchpoint": row.touchpoint,
        "touchpoint_title": clean(view.target_title(row.touchpoint or "")),
        "signal": row.signal,
        "signal_title": kind_title(row.signal),
        "headline": clean(headline_told(view, row)),
        "owner": None if row.owner is None else clean(row.owner),
        "state": row.state,
        "first_seen_run": row.first_seen_run,
        "journeys_n": _number(row.journeys_n),
        "rate": _between(row.rate, row.rate_low, row.rate_high),
        "customers_per_month": _between(row.lost_shrunk, row.lost_low, row.lost_high),
        "value_per_month": _between(row.value, row.value_low, row.value_high),
        "currency": view.data.cost.currency if row.value is not None else None,
        "evidence_grade": row.evidence_grade,
        "verdict": None if friction is None else friction["verdict"],
        "reason": None if friction is None or friction["reason"] is None else retold(str(friction["reason"])),
        "next_step": next_step(row.signal),
        "page": f"report.html#{chapter.stem}--start",
        "tables": _tables(document, chapter, row),
    }


def _is_of(friction: Record, row: FindingRow) -> bool:
    return (friction["signal"], friction["touchpoint"]) == (row.signal, row.touchpoint)


def _tables(document: Document, chapter: Chapter, row: FindingRow) -> list[str]:
    """The files that hold the numbers behind a finding."""
    wanted = ("findings", _TABLES.get(row.signal, "deviations"), "frictions")
    there = {table.name: table.file for table in document.tables}
    names = (f"{chapter.stem}_{each}" for each in wanted)
    return [f"tables/{there[name]}" for name in names if name in there]


def _between(value: float | None, low: float | None, high: float | None) -> dict[str, float | None] | None:
    """A number with its 95 % interval; nothing where there is no number."""
    if _number(value) is None:
        return None
    return {"value": _number(value), "low": _number(low), "high": _number(high)}


def _number(value: float | None) -> float | None:
    """A number that may be told; what is withheld is none."""
    return None if isinstance(value, Withheld) else value


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
