"""Every error that a user can meet, in one tree. Each leaf class has one exit code.

TerrengError
├── UsageError        (2)  the command was called in a way it cannot serve
├── MapError          (3)  a journey map is wrong; carries every problem found
├── SettingsError     (4)  terreng.toml is wrong or missing
├── SourceError       (4)  a source is missing, unreadable, or lacks a column
├── WarehouseError    (4)  the warehouse cannot be opened or written (disk full, not ours, damaged)
├── EngineError       (4)  the cluster that runs the models is gone, refuses, or is short of something
├── BudgetError       (5)  `check` found a broken budget
├── WorkspaceBusyError(6)  another run holds the workspace
└── ToleranceError    (7)  finished, with more rows refused than a source tolerates

Anything else that escapes is a defect of ours (exit code 1, with a traceback file).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, said for a person.

    Attributes:
        file: Path as the user knows it, or "" where no file is at fault.
        line: Line in that file, counted from 1; 0 where it is not known.
        got: What was found.
        wanted: What was expected instead.
        hint: What to do next; may be "".
        level: "error" or "warning". Warnings never stop a run.
    """

    file: str
    line: int
    got: str
    wanted: str
    hint: str = ""
    level: str = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        hint = f" Hint: {self.hint}" if self.hint else ""
        return f"{where}{self.level}: got {self.got}; wanted {self.wanted}.{hint}"


@dataclass(eq=False)
class TerrengError(Exception):
    """Base of all errors that are the user's to mend.

    Attributes:
        got: What was found.
        wanted: What was expected instead.
        hint: What to do next.
        file: Path as the user knows it.
        line: Line in that file, counted from 1; 0 where it is not known.
    """

    exit_code: ClassVar[int] = 1

    got: str
    wanted: str = ""
    hint: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        wanted = f"; wanted {self.wanted}" if self.wanted else ""
        hint = f". Hint: {self.hint}" if self.hint else ""
        return f"{where}{self.got}{wanted}{hint}"


class UsageError(TerrengError):
    """The command was called in a way it cannot serve."""

    exit_code = 2


@dataclass(eq=False)
class MapError(TerrengError):
    """A journey map is wrong; `problems` has every mistake at once."""

    exit_code: ClassVar[int] = 3
    problems: tuple[Problem, ...] = field(default=())

    def __str__(self) -> str:
        return "\n".join(str(p) for p in self.problems) or super().__str__()


class SettingsError(TerrengError):
    """`terreng.toml` is wrong or missing."""

    exit_code = 4


class SourceError(TerrengError):
    """A source is missing, unreadable, or lacks a column that the settings name."""

    exit_code = 4


class WarehouseError(TerrengError):
    """The warehouse cannot be opened or written."""

    exit_code = 4


class EngineError(TerrengError):
    """The cluster that runs the models is gone, refuses, or is short of something."""

    exit_code = 4


class BudgetError(TerrengError):
    """A budget of the map is broken."""

    exit_code = 5


class WorkspaceBusyError(TerrengError):
    """Another run holds the workspace."""

    exit_code = 6


class ToleranceError(TerrengError):
    """The run finished, with more rows refused than a source tolerates."""

    exit_code = 7
