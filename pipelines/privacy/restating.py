"""After an erasure: the same snapshot without the person, and the word on earlier reports that they are restated."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb

from pipelines import steps
from pipelines.run import Call, recorded
from pipelines.settings import Settings
from pipelines.warehouse import transaction, writer

NOTICE = "RESTATED.txt"


def restate(settings: Settings, as_of: datetime, call: Call) -> str:
    """Persons, journeys, comparison, tables and report anew, as of the same time. Returns the run's id.

    Raises:
        TerrengError: What a run may raise; the erasure itself stands.
    """
    maps = steps.load_maps(settings)
    with recorded(settings, maps) as attempt:
        call("Join ids into persons", partial(steps.resolve_persons, settings))
        call("Join events into journeys", partial(steps.reconstruct, settings, maps, as_of))
        counts = call("Lay journeys over the maps", partial(steps.compare, settings, maps, as_of))
        with writer(settings) as con, transaction(con, settings.warehouse):
            con.execute("UPDATE erasures SET run_id = ? WHERE run_id IS NULL", [attempt.run_id])
        attempt.succeed(as_of, counts)
        call("Publish the tables", partial(steps.publish, settings, attempt.run_id))
        call("Write the report", partial(steps.report, settings, attempt.run_id))
    mark_reports(settings, attempt.run_id)
    return attempt.run_id


def last_as_of(con: duckdb.DuckDBPyConnection) -> datetime | None:
    """The snapshot time of the last run that ended well; None where there is none."""
    rows = con.sql(
        "SELECT as_of FROM runs WHERE status = 'succeeded' AND as_of IS NOT NULL ORDER BY started_at DESC LIMIT 1"
    ).fetchall()
    return rows[0][0] if rows else None


def mark_reports(settings: Settings, run_id: str) -> tuple[str, ...]:
    """Says beside every earlier report that a later run restates it. Returns the runs that are marked so.

    The report itself stays as it was delivered, byte for byte; the next one says how many it restates.
    """
    marked = []
    for folder in reports(settings):
        if folder.name < run_id:
            (folder / NOTICE).write_text(_notice(run_id), encoding="utf-8")
            marked.append(folder.name)
    return tuple(marked)


def reports(settings: Settings) -> tuple[Path, ...]:
    """Folders of the reports, oldest first."""
    folders = settings.reports_dir.glob("*") if settings.reports_dir.is_dir() else ()
    return tuple(sorted(folder for folder in folders if (folder / "report.html").is_file()))


def restated_by(settings: Settings) -> dict[str, str]:
    """Run of every report that is restated to the run that restates it."""
    found = {}
    for folder in reports(settings):
        notice = folder / NOTICE
        if notice.is_file():
            found[folder.name] = notice.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("restated by ")
    return found


def _notice(run_id: str) -> str:
    return (
        f"restated by {run_id}\n\n"
        "People who asked for it were erased after this report was written. It is kept as it was delivered;\n"
        f"its figures still count them. The same figures without them: ../{run_id}/report.html\n"
    )
