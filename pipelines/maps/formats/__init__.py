"""Journey maps in other tools' formats: which there are, and how each is read and written.

A reader takes a path and gives a `Sketch`, a writer takes a `JourneyMap` and gives a `Written`; both are imported when
they are asked for. A reader raises MapError with file and line or element where the file is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TypeAlias, cast

from pipelines.maps.formats.sketch import Sketch, Written
from schemas.errors import UsageError
from schemas.journey_map import JourneyMap

Reader: TypeAlias = Callable[[Path], Sketch]
Writer: TypeAlias = Callable[[JourneyMap], Written]

_HERE = "pipelines.maps.formats"
_LOOKED_AT = 4_000  # bytes of an .xml in which its first element is looked for


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes:
        name: What --format takes.
        suffixes: Of its files, the first one is written.
        reads: Module and function of its reader; "": it is only written.
        writes: Module and function of its writer; "": it is only read.
        root: Name of the first element, for files that are called .xml.
    """

    name: str
    suffixes: tuple[str, ...]
    reads: str = ""
    writes: str = ""
    root: str = ""


FORMATS = (
    Format("bpmn", (".bpmn",), "bpmn.read:read", "bpmn.write:write", root="definitions"),
    Format("pnml", (".pnml",), "pnml:read", root="pnml"),
    Format("tree", (".tree", ".ptml"), "process_tree:read", "process_tree:write", root="ptml"),
    Format("cjml", (".cjml",), "cjml.read:read", "cjml.write:write", root="cjml"),
    Format("csv", (".csv", ".tsv", ".txt"), "rows.read:read", "rows.write:write"),
    Format("xlsx", (".xlsx", ".xlsm", ".xls", ".ods"), "rows.read:read"),
    Format("mermaid", (".mmd", ".mermaid"), writes="mermaid:write"),
    Format("svg", (".svg",), writes="svg:write"),
)


def readable() -> tuple[str, ...]:
    """Names of the formats that can be read."""
    return tuple(each.name for each in FORMATS if each.reads)


def writable() -> tuple[str, ...]:
    """Names of the formats that can be written."""
    return tuple(each.name for each in FORMATS if each.writes)


def format_of(path: Path) -> str:
    """The format of a file, by its name, of an .xml by its first element.

    Raises:
        UsageError: It cannot be told.
    """
    suffix = path.suffix.lower()
    named = [each.name for each in FORMATS if suffix in each.suffixes and each.reads]
    found = named or (_by_root(path) if suffix == ".xml" else [])
    if not found:
        raise UsageError(
            got=f"{path.name}, whose format cannot be told from its name",
            wanted=f"--format {', '.join(readable())}",
        )
    return found[0]


def format_for(to: Path | None) -> str:
    """The format in which a file is to be written, by its name.

    Raises:
        UsageError: It cannot be told.
    """
    suffix = to.suffix.lower() if to else ""
    found = next((each.name for each in FORMATS if suffix in each.suffixes and each.writes), None)
    if found is None:
        got = f"{to.name}, whose name tells no format" if to else "no --format"
        raise UsageError(got=got, wanted=f"--format {', '.join(writable())}")
    return found


def _by_root(path: Path) -> list[str]:
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT).decode("utf-8", "replace").lower()
    places = {each.name: head.find(each.root) for each in FORMATS if each.root}
    return sorted((name for name, place in places.items() if place >= 0), key=lambda name: places[name])


def reader(name: str) -> Reader:
    """The reader of a format.

    Raises:
        UsageError: No format of that name is read.
    """
    found = next((each for each in FORMATS if each.name == name and each.reads), None)
    if found is None:
        raise UsageError(got=f'the format "{name}"', wanted=f"one that is read: {', '.join(readable())}")
    return cast("Reader", _function(found.reads))


def writer(name: str) -> Writer:
    """The writer of a format.

    Raises:
        UsageError: No format of that name is written.
    """
    found = next((each for each in FORMATS if each.name == name and each.writes), None)
    if found is None:
        raise UsageError(got=f'the format "{name}"', wanted=f"one that is written: {', '.join(writable())}")
    return cast("Writer", _function(found.writes))


def _function(place: str) -> object:
    module, function = place.split(":")
    return getattr(import_module(f"{_HERE}.{module}"), function)
