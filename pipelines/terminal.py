"""What people and machines see: results on stdout, progress on stderr, and nothing else."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from typer import Exit

Tell = Callable[[str], None]

_SHOWING: list[Tell] = []
_LONG_S = 60.0
"""A log is told of a step that takes longer: what is done sooner needs no line, and a quiet night sends no mail."""


def quiet(_: str) -> None:
    """The `Tell` of callers that show no progress."""


def detail(text: str) -> None:
    """What a step that runs is at, for whoever sees its progress."""
    for show in _SHOWING:
        show(text)


def say(text: str) -> None:
    """One result on stdout. A reader that has seen enough (`| head`) ends the command without a word."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Exit(0) from None


def note(text: str) -> None:
    """A sentence for whoever sits before the terminal, on stderr, so that results on stdout stay clean."""
    sys.stderr.write(f"terreng: {text}\n")


def say_json(document: object) -> None:
    """One JSON document on stdout; times in ISO 8601."""
    say(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))


def say_table(header: Sequence[str], rows: Sequence[Sequence[object]], empty: str = "Nothing to show.") -> None:
    """Aligned columns on stdout, wide values cut, so that it also reads well in a log."""
    if not rows:
        say(empty)
        return
    lines = [header, *[[_cell(value) for value in row] for row in rows]]
    widths = [min(max(len(line[i]) for line in lines), 72) for i in range(len(header))]
    for line in lines:
        say("  ".join(_cut(text, width).ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


@contextmanager
def progress() -> Iterator[Tell]:
    """Show the step that runs and for how long; a log gets a line a minute, of long steps alone.

    Yields what to tell each step's name to.
    """
    shown = _on_a_terminal if sys.stderr.isatty() else _in_a_log
    with shown() as tell:
        yield tell


@contextmanager
def _in_a_log() -> Iterator[Tell]:
    title, begun_s, told_s = "", 0.0, 0.0

    def show(detail: str) -> None:
        nonlocal told_s
        now_s = time.monotonic()
        if title and now_s - told_s >= _LONG_S:
            note(f"{title}: {detail}, {(now_s - begun_s) / 60:.0f} min so far")
            told_s = now_s

    def tell(next_title: str) -> None:
        nonlocal title, begun_s, told_s
        now_s = time.monotonic()
        if title and now_s - begun_s >= _LONG_S:
            note(f"{title} took {(now_s - begun_s) / 60:.0f} min")
        title, begun_s, told_s = next_title, now_s, now_s

    _SHOWING.append(show)
    try:
        yield tell
    finally:
        _SHOWING.remove(show)
    tell("")


@contextmanager
def _on_a_terminal() -> Iterator[Tell]:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    running: list[TaskID] = []
    titles: list[str] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:

        def tell(title: str) -> None:
            for task in running:
                bar.update(task, total=1, completed=1)
            running[:], titles[:] = [bar.add_task(title, total=None)], [title]

        def show(detail: str) -> None:
            for task in running:
                bar.update(task, description=f"{titles[0]}: {detail}")

        _SHOWING.append(show)
        try:
            yield tell
        finally:
            _SHOWING.remove(show)
        tell("Done")


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:,.3g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (Path, frozenset, set, tuple)):
        return str(value) if isinstance(value, Path) else sorted(value)
    raise TypeError(type(value).__name__)
