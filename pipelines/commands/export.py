"""`terreng export`: the published tables, and the report in other formats, as files for other tools."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipelines import terminal
from pipelines.commands.workspace import in_language, open_workspace

if TYPE_CHECKING:
    import duckdb

    from pipelines.settings import Settings

TABLES = {"csv": "csv", "parquet": "parquet", "xlsx-tables": "xlsx"}
"""Formats that hold the published tables, and what their files end with."""


@dataclass(frozen=True)
class Look:
    """How a report is told: its language ("" is the workspace's), and the colours of pictures that are files."""

    language: str = ""
    theme: Literal["light", "dark", "print"] = "light"


def _xes(connection: duckdb.DuckDBPyConnection, folder: Path) -> tuple[Path, ...]:
    from pipelines.xes_export import write_logs

    return write_logs(connection, folder)


def _ocel(connection: duckdb.DuckDBPyConnection, folder: Path) -> tuple[Path, ...]:
    from pipelines.ocel_export import write_ocel

    return (write_ocel(connection, folder),)


LOGS = {"xes": _xes, "ocel": _ocel}
"""Formats that hold journeys as event logs."""


def export(workspace: Path, export_format: str, to: Path | None, as_json: bool, look: Look | None = None) -> None:
    """Write the published tables, or the report, in one format, and name the files."""
    settings = in_language(open_workspace(workspace), (look or Look()).language)
    with terminal.progress() as tell:
        tell(f"Write {export_format}")
        if export_format in TABLES or export_format in LOGS:
            paths, notes = _tables(settings, export_format, to)
        else:
            paths, notes = _report(settings, export_format, to, look or Look()), ()
    if as_json:
        terminal.say_json({"files": list(paths), "notes": list(notes)})
        return
    if export_format in TABLES:
        notes = (*notes, "README.txt beside them says what is hidden in them, and what is not")
    for line in (*(str(path) for path in paths), *notes):
        terminal.say(line)


def _tables(settings: Settings, export_format: str, to: Path | None) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The published tables, or their journeys as a log; and what could not be written and why."""
    from pipelines.exports import write_tables
    from pipelines.warehouse import last_run, reader

    with reader(settings) as connection:
        last = last_run(connection)
        folder = to or _folder(settings, last.run_id if last else "unknown")
        if export_format in LOGS:
            return LOGS[export_format](connection, folder), ()
        return write_tables(connection, TABLES[export_format], folder, settings.privacy.minimum_cell)


def _report(settings: Settings, export_format: str, to: Path | None, look: Look) -> tuple[Path, ...]:
    """The report that was published last."""
    from pipelines.language import speaking
    from pipelines.report.formats.files import write_report_as
    from pipelines.report.made import made_report

    with speaking(settings.report.language):
        made = made_report(settings)
        folder = to or _folder(settings, made.snapshot.run.run_id)
        return write_report_as(made, export_format, folder, look.theme)


def _folder(settings: Settings, run_id: str) -> Path:
    return settings.reports_dir / run_id / "exports"
