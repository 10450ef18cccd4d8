"""`terreng export`: the published tables as files for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import terminal
from pipelines.commands.workspace import open_workspace

if TYPE_CHECKING:
    import duckdb


def _xes(connection: duckdb.DuckDBPyConnection, folder: Path) -> tuple[Path, ...]:
    from pipelines.xes_export import write_logs

    return write_logs(connection, folder)


def _ocel(connection: duckdb.DuckDBPyConnection, folder: Path) -> tuple[Path, ...]:
    from pipelines.ocel_export import write_ocel

    return (write_ocel(connection, folder),)


LOGS = {"xes": _xes, "ocel": _ocel}
"""Formats that hold journeys as event logs."""


def export(workspace: Path, export_format: str, to: Path | None, as_json: bool) -> None:
    """Write every published table in one format, and name the files."""
    from pipelines.exports import write_tables
    from pipelines.warehouse import last_run, reader

    settings = open_workspace(workspace)
    notes: tuple[str, ...]
    with reader(settings) as connection, terminal.progress() as tell:
        tell(f"Write {export_format}")
        last = last_run(connection)
        folder = to or settings.reports_dir / (last.run_id if last else "unknown") / "exports"
        if export_format in LOGS:
            paths, notes = LOGS[export_format](connection, folder), ()
        else:
            paths, notes = write_tables(connection, export_format, folder, settings.privacy.minimum_cell)
    if as_json:
        terminal.say_json({"files": list(paths), "notes": list(notes)})
        return
    if export_format not in LOGS:
        notes = (*notes, "README.txt beside them says what is hidden in them, and what is not")
    for line in (*(str(path) for path in paths), *notes):
        terminal.say(line)
