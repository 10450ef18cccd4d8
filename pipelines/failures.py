"""The one place where errors end: a sentence for the user's mistakes, a traceback file for ours."""

from __future__ import annotations

import errno
import sys
import tempfile
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from typer import Abort
from typer._click.exceptions import ClickException

from schemas.errors import TerrengError, WarehouseError

INTERRUPTED = 130
# These messages name code, never rows. Every other message may quote a customer's data, so the file leaves it out.
SAFE_MESSAGES = frozenset(
    {
        "AttributeError",
        "ImportError",
        "ModuleNotFoundError",
        "NameError",
        "NotImplementedError",
        "TypeError",
        "BinderException",
        "CatalogException",
        "ParserException",
    }
)
OUR_ROOMS = ("pipelines", "models", "schemas")  # our own messages never have data


def guarded(command: Callable[..., object]) -> int:
    """Call a click command; the exit code. A user's mistake ends as one message on stderr, without a traceback."""
    try:
        outcome = command(standalone_mode=False)
    except TerrengError as error:
        sys.stderr.write(f"terreng: {error}\n")
        return error.exit_code
    except ClickException as error:
        error.show()
        return error.exit_code
    except (Abort, KeyboardInterrupt):
        sys.stderr.write("terreng: stopped\n")
        return INTERRUPTED
    except OSError as error:
        problem = _of_the_machine(error)
        if problem is None:
            raise
        sys.stderr.write(f"terreng: {problem}\n")
        return problem.exit_code
    if outcome == INTERRUPTED:  # what typer makes of Ctrl-C within a command
        sys.stderr.write("terreng: stopped\n")
    return outcome if isinstance(outcome, int) else 0


_MACHINE = {
    errno.EROFS: ("a folder that cannot be written", "one that can", "the disk is mounted read-only"),
    errno.EACCES: ("no permission", "a file or folder that this user may use", "see who owns it"),
    errno.EPERM: ("no permission", "a file or folder that this user may use", "see who owns it"),
    errno.ENOSPC: (
        "a full disk",
        "room for the result",
        "free some space; what is published is as it was",
    ),
    errno.EDQUOT: ("a used-up quota", "room for the result", "free some space and run again"),
}


def _of_the_machine(error: OSError) -> WarehouseError | None:
    """What the user's disk refuses, as a sentence; None for what nobody foresaw."""
    if error.errno not in _MACHINE:
        return None
    got, wanted, hint = _MACHINE[error.errno]
    return WarehouseError(got=got, wanted=wanted, hint=hint, file=str(error.filename or ""))


def report_defect(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """`sys.excepthook`: what nobody foresaw goes into a file that can be passed on. Python then exits with 1."""
    path = _traceback_file()
    path.write_text(describe(error), encoding="utf-8")
    sys.stderr.write(
        f"terreng: this is a defect of ours ({kind.__name__}). What happened is in {path}; "
        "it has no rows and no ids. Please open an issue and attach it.\n"
    )


def describe(error: BaseException) -> str:
    """The chain of errors with its places in the code: no local values, no message that could quote data."""
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None:
        name = type(current).__name__
        is_safe = name in SAFE_MESSAGES or type(current).__module__.split(".")[0] in OUR_ROOMS
        message = f": {current}" if is_safe else " (message left out: it may quote data)"
        parts.append("".join(traceback.format_tb(current.__traceback__)) + name + message)
        current = current.__cause__ or current.__context__
    text = "\n\nraised because of, or while handling:\n\n".join(parts) + "\n"
    return text.replace(str(Path.home()), "~")  # whose machine it was is nobody's business


def _traceback_file() -> Path:
    """Beside the workspace's other state if we stand in one, else in the temporary folder."""
    state = Path(".terreng")
    folder = state if state.is_dir() else Path(tempfile.gettempdir())
    return folder.resolve() / f"terreng-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.traceback.txt"
