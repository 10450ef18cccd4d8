"""`terreng ingest --rejected` and `--replay`: refused rows out to be mended, and in again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import terminal
from pipelines.commands.workspace import open_workspace
from schemas.errors import UsageError

if TYPE_CHECKING:
    import duckdb

    from pipelines.ingest.intake import Intake
    from pipelines.settings import Settings, Source

COLUMNS = ("source", "file", "rows_n", "accepted_n", "duplicate_n", "dropped_n", "rejected_n")


def write_rejected(workspace: Path, folder: Path) -> None:
    """Write the refused rows of every source into a private folder."""
    from pipelines.ingest import replay as work
    from pipelines.warehouse import writer

    settings = open_workspace(workspace)
    written = 0
    with writer(settings) as connection:
        for source in settings.sources:
            for path, note in work.write_rejected(_intake(connection, settings, source), folder):
                written += path is not None
                terminal.say(f"{source.name}: {note}{f' -> {path}' if path else ''}")
    if written:
        terminal.say(
            f"\nThese files have what your customers are called: keep them to yourself, and delete them after use.\n"
            f"Mend the rows, leave the column {work.LINE}, then: terreng ingest --replay FILE"
        )
    else:
        terminal.say("No refused rows to mend.")


def replay(workspace: Path, files: tuple[Path, ...], as_json: bool) -> None:
    """Take mended rows in.

    Raises:
        UsageError: A file is none of mended rows.
    """
    from pipelines.ingest import replay as work
    from pipelines.warehouse import writer

    settings = open_workspace(workspace)
    sources = {source.name: source for source in settings.sources}
    done = []
    with writer(settings) as connection:
        for path in files:
            name = work.source_of(path)
            if not path.is_file() or name not in sources:
                raise UsageError(f"--replay {path}", "a file that --rejected wrote, in the folder of its source")
            done.append(work.replay(_intake(connection, settings, sources[name]), path))
    rows = [[each.source, each.file, *(getattr(each.report, name) for name in COLUMNS[2:])] for each in done]
    if as_json:
        terminal.say_json(
            [
                dict(zip(COLUMNS, row, strict=True)) | {"reasons": each.report.reasons}
                for row, each in zip(rows, done, strict=True)
            ]
        )
    else:
        terminal.say_table(COLUMNS, rows)


def _intake(connection: duckdb.DuckDBPyConnection, settings: Settings, source: Source) -> Intake:
    from pipelines.ingest.intake import Intake
    from pipelines.pseudonyms import load_salt

    return Intake(connection, settings, source, load_salt(settings), datetime.now(UTC))
