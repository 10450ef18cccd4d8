"""`terreng map import` and `terreng map export`: maps from and for other tools."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from pipelines import terminal
from schemas.errors import MapError, Problem, UsageError

LARGEST_BYTES = 20_000_000  # a BPMN with its drawing is rarely 1 MB; a picture that was named by mistake often is more


def import_map(path: Path, *, named: str, journey: str, to: Path | None, force: bool, as_json: bool) -> None:
    """Read a map from another tool's file, and write it as a map of ours.

    Args:
        path: The file.
        named: Its format; "": told by its name.
        journey: Short name of the journey; "": what the file says, else made of the file's name.
        to: Where to write; None: stdout.
        force: Whether a file that is there may be overwritten.
        as_json: Whether to print one JSON document.

    Raises:
        UsageError: There is no such file, its format is not known, or the target is there already.
        MapError: The file cannot be read, or what was read is not yet a map that lints without errors; it is written
            nevertheless, so that it can be mended.
    """
    from pipelines.maps.formats import format_of, reader
    from schemas.map_writing import yaml_text

    _check_source(path)
    _check_target(to, force)
    name = named or format_of(path)
    sketch = reader(name)(path)
    tree = _completed(sketch.tree, path, journey)
    head = (f"Imported from {path.name} ({name}).", *(f"- {note}" for note in sketch.notes))
    text = yaml_text(tree, head, sketch.remarks)
    problems = _problems(text, to)
    if to is not None:
        _write(to, text)
    if as_json:
        found = [asdict(problem) for problem in problems]
        terminal.say_json({"format": name, "to": to, "map": tree, "notes": list(sketch.notes), "problems": found})
    else:
        _tell_import(text, to, sketch.notes, problems)
    errors = tuple(problem for problem in problems if problem.level == "error")
    if errors:
        raise MapError(got=f"{len(errors)} to mend before it is a map", problems=errors)


def _check_source(path: Path) -> None:
    if not path.is_file():
        raise UsageError(got=f"no file {path}", wanted="a file that another tool wrote, such as journey.bpmn")
    if path.stat().st_size > LARGEST_BYTES:
        got = f"{path.stat().st_size:,} bytes in {path.name}"
        raise UsageError(got=got, wanted=f"at most {LARGEST_BYTES:,}", hint="is this a journey map?")


def _check_target(to: Path | None, force: bool) -> None:
    if to is None:
        return
    if to.is_dir() or not to.parent.is_dir():
        raise UsageError(got=f"--to {to}", wanted="a file in a folder that is there, such as maps/journey.yaml")
    if to.exists() and not force:
        raise UsageError(got=f"{to}, which is there already", wanted="a new file", hint="--force overwrites it")


def _completed(tree: Mapping[str, object], path: Path, journey: str) -> dict[str, object]:
    """The tree with a journey and a title, which not every format has, at its head."""
    stem = re.sub(r"[^\w.-]+", "_", path.stem).strip("_.-")[:80] or "journey"
    code = journey or str(tree.get("journey") or stem.lower())
    title = str(tree.get("title") or code.replace("_", " ").capitalize())
    rest = {key: value for key, value in tree.items() if key not in ("journey", "title")}
    return {"journey": code, "title": title, **rest}


def _problems(text: str, to: Path | None) -> tuple[Problem, ...]:
    """What lint says of a map that is not written yet, with the lines that it will have."""
    from models.map_lint import lint
    from schemas.journey_map import load_map

    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "map.yaml"
        draft.write_text(text, encoding="utf-8")
        try:
            journey_map = load_map(draft, str(to or "the imported map"))
        except MapError as error:
            return error.problems
        return tuple(lint(journey_map, None, datetime.now(UTC)))


def _tell_import(text: str, to: Path | None, notes: tuple[str, ...], problems: tuple[Problem, ...]) -> None:
    if to is None:
        terminal.say(text.removesuffix("\n"))
    for note in notes:
        terminal.note(note)
    if to is not None:
        errors_n = sum(problem.level == "error" for problem in problems)
        next_step = "mend what follows" if errors_n else "say under `when` which events each touchpoint is"
        terminal.say(f"Wrote {to}; {next_step}, then: terreng map lint {to}")


def export_map(path: Path, *, named: str, to: Path | None, force: bool, as_json: bool) -> None:
    """Write a map in another tool's format.

    Args:
        path: The map file.
        named: The format; "": told by the name of `to`.
        to: Where to write; None: stdout.
        force: Whether a file that is there may be overwritten.
        as_json: Whether to print one JSON document.

    Raises:
        UsageError: There is no such file, the format is not known, or the target is there already.
        MapError: The map is wrong.
    """
    from pipelines.maps.formats import format_for, writer
    from schemas.journey_map import load_map

    if not path.is_file():
        raise UsageError(got=f"no file {path}", wanted="a journey map, such as maps/first.yaml")
    _check_target(to, force)
    name = named or format_for(to)
    write = writer(name)
    written = write(load_map(path))
    if to is not None:
        _write(to, written.text)
    if as_json:
        text = {} if to else {"text": written.text}
        terminal.say_json({"format": name, "to": to, "lost": list(written.lost), **text})
        return
    terminal.say(f"Wrote {to}" if to else written.text.removesuffix("\n"))
    for lost in written.lost:
        terminal.note(f"{name} does not hold: {lost}")


def _write(to: Path, text: str) -> None:
    """A file, whole or not at all."""
    draft = to.with_name(f".{to.name}.writing")
    draft.write_text(text, encoding="utf-8", newline="")
    draft.replace(to)
