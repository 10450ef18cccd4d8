"""What DuckDB and the file system say when a file cannot be opened or written, said again for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from schemas.errors import TerrengError, WarehouseError, WorkspaceBusyError

_HELD = re.compile(r"Conflicting lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")


@dataclass(frozen=True)
class Failure:
    """One way in which a file fails: how to recognise it, what to say and what to advise."""

    pattern: re.Pattern[str]
    got: str
    wanted: str
    hint: str


def _failure(pattern: str, got: str, wanted: str, hint: str) -> Failure:
    return Failure(re.compile(pattern, re.IGNORECASE), got, wanted, hint)


# Wherever they happen (warehouse, write-ahead log, spill files, snapshot), these are about the machine.
_MACHINE = (
    _failure(
        r"no space left on device|disk quota exceeded|file too large|max_temp_directory_size",
        "the disk is full",
        "room for the warehouse and its temporary files",
        "free some space and run again; what was published before is untouched",
    ),
    _failure(
        r"out of memory error|failed to allocate|failed to pin block",
        "the memory limit is too small for this step",
        "more memory",
        "raise memory_limit under [warehouse] in terreng.toml",
    ),
)

# These are about the file, and only where the message names it: a source's file can fail in the same words.
_FILE = (
    _failure(
        r"not a valid duckdb database file",
        "a file that is no DuckDB database",
        "a warehouse made by terreng",
        "move the file away, or set another path under [warehouse] in terreng.toml",
    ),
    _failure(
        r"permission denied|read-only file system|operation not permitted",
        "no permission to open the file",
        "a file and folder that this user may read and write",
        "check the owner and the mode of the file and of its folder",
    ),
    _failure(r"is a directory", "a folder", "a file", "set another path under [warehouse] in terreng.toml"),
    _failure(
        r"file exists|not a directory",
        "a file where a folder should be",
        "a folder",
        "move that file away",
    ),
    _failure(
        r"no such file or directory|does not exist",
        "no such file or folder",
        "a folder that exists",
        "make the folder, or set another path under [warehouse] in terreng.toml",
    ),
    _failure(
        r"newer version of duckdb|older version of duckdb|storage version|version number",
        "a file written by another version of DuckDB",
        "a file that the installed DuckDB reads",
        "use the version of terreng that wrote it, or move the file away and run again",
    ),
    _failure(
        r"checksum|corrupt|could not read enough bytes|unexpected end|invalidated|replaying WAL",
        "a damaged file",
        "a whole DuckDB database",
        "restore it from a backup, or move it away with its .wal and .counter and run again from the exports",
    ),
)


def explain(error: Exception, path: Path) -> TerrengError | None:
    """Returns the user's error behind a DuckDB or file-system error at `path`; None where the defect is ours."""
    if isinstance(error, duckdb.ProgrammingError):
        return None  # a wrong query, whatever it says
    text = str(error)
    held = _HELD.search(text)
    if held or "could not set lock on file" in text.lower():
        who = f"process {held['pid']} ({Path(held['program']).name})" if held else "another process"
        return WorkspaceBusyError(
            got=f"{who} has the file open",
            wanted="a warehouse that nobody else has open",
            hint="wait until it ends or close it; readers should open published/terreng.duckdb",
            file=str(path),
        )
    is_about_file = path.name in text
    for failure in _MACHINE + (_FILE if is_about_file else ()):
        if failure.pattern.search(text):
            return WarehouseError(got=failure.got, wanted=failure.wanted, hint=failure.hint, file=str(path))
    return None


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns errors of DuckDB and of the file system about `path` into the user's errors; others pass unchanged.

    Raises:
        WarehouseError: the file cannot be opened or written.
        WorkspaceBusyError: another process has it open.
    """
    try:
        yield
    except (duckdb.Error, OSError) as error:
        told = explain(error, path)
        if told is None:
            raise
        raise told from error
