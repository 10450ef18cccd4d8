"""One journey map's YAML as plain values with the line of each, read so that no trick of the file can harm the run.

Every scalar stays the text that was written: `on`, `2026-01-01`, `007` and `NO` mean what they look like, and each
field of the map reads its own text. Aliases are refused (they hide what a rule says, and nine lines of them can fill
the memory), and so are tags.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from schemas.errors import MapError, Problem

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree] | None"
Path_: TypeAlias = tuple[str | int, ...]

LARGEST_BYTES = 1_000_000  # a map of 500 touchpoints has 100 kB; the parser needs about ten seconds a megabyte
DEEPEST = 40  # a map that people can read has 6 levels
PAGE = "schemas/MAPS.md"
_OF_OTHERS = (".bpmn", ".pnml", ".ptml", ".tree", ".cjml", ".xml", ".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass
class Notes:
    """What is known about one map file: where each value stands, and what is wrong so far.

    Attributes:
        file: Path as the user knows it.
        lines: Path of keys and places to the line, counted from 1.
        flow_lines: Touchpoint to the line where the flow first has it.
        problems: Everything found wrong, in the order of finding.
        doubted: Names whose spelling a problem doubts: nothing more is said of them.
        left_out: Path of a list to the places of its items that were wrong and are no longer in it.
    """

    file: str
    lines: dict[Path_, int] = field(default_factory=dict)
    flow_lines: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    doubted: set[str] = field(default_factory=set)
    left_out: dict[Path_, list[int]] = field(default_factory=dict)

    def written(self, path: Path_) -> Path_:
        """The path that a value has in the file, from the one that it has after wrong items were left out."""
        found: Path_ = ()
        for part in path:
            found = (*found, self._place(found, part) if isinstance(part, int) else part)
        return found

    def _place(self, around: Path_, place: int) -> int:
        for gone in sorted(self.left_out.get(around, ())):
            place += gone <= place
        return place

    def leave_out(self, path: Path_) -> None:
        """Remember that a list's item is no longer in it, so that those after it keep their lines."""
        *around, place = self.written(path)
        if isinstance(place, int):
            self.left_out.setdefault(tuple(around), []).append(place)

    def line(self, path: Path_) -> int:
        """Line of a value, else of the nearest value around it, else 0."""
        path = self.written(path)
        around = (path[:length] for length in range(len(path), 0, -1))
        return next((self.lines[place] for place in around if place in self.lines), 0)

    def problem(self, path: Path_, got: str, wanted: str, hint: str = "", level: str = "error") -> Problem:
        """A problem with the value at a path; what is wrong with the file as a whole stands in its first line."""
        return Problem(self.file, self.line(path) or min(len(self.lines), 1), got, wanted, hint, level)

    def add(self, path: Path_, got: str, wanted: str, hint: str = "") -> None:
        """Note an error at a path."""
        self.problems.append(self.problem(path, got, wanted, hint))

    def fail(self, line: int, got: str, wanted: str, hint: str = "") -> MapError:
        """The error that ends the reading here, with all that was noted before."""
        return map_error((*self.problems, Problem(self.file, line, got, wanted, hint)))


def map_error(problems: Iterable[Problem]) -> MapError:
    """All problems as one error, in the order of files and lines."""
    ordered = tuple(sorted(set(problems)))
    first = ordered[0]
    return MapError(first.got, first.wanted, first.hint, first.file, first.line, ordered)


def did_you_mean(word: str, choices: Iterable[str], name: str = "known") -> str:
    """A hint: the choice nearest to a mistyped word, else the choices if they are few, else nothing."""
    known = list(dict.fromkeys(choices))
    folded = {choice.casefold(): choice for choice in known}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{folded[near[0]]}"?'
    return f"{name}: {', '.join(known)}" if 0 < len(known) <= 12 else ""


def shown(value: object) -> str:
    """A value as a message shows it: short, on one line."""
    match value:
        case None:
            return "nothing"
        case dict():
            return f"a mapping with {', '.join(map(str, list(value)[:3])) or 'no keys'}"
        case list() | tuple():
            return f"a list of {len(value)}"
        case _:
            text = " ".join(str(value).split())
            return f'"{text[:60]}..."' if len(text) > 60 else f'"{text}"'


def read_yaml(path: Path, shown_as: str = "") -> tuple[dict[str, Tree], Notes]:
    """The file as a mapping of texts, lists and mappings, and the notes that know every line.

    Duplicate keys, aliases and tags are noted and reading goes on, so that all mistakes come at once.

    Raises:
        MapError: there is no such file, or it is no YAML, not UTF-8, too large, too deep, empty, or no mapping.
    """
    notes = Notes(shown_as or str(path))
    if path.suffix.lower() in _OF_OTHERS and path.is_file():
        hint = f"terreng map import {notes.file} --to maps/{path.stem}.yaml makes one of it"
        raise notes.fail(0, f"a {path.suffix} file", "a journey map (.yaml)", hint)
    tree = _Builder(notes).build(_events(_text(path, notes), notes))
    if tree is None:
        raise notes.fail(1, "an empty file", "a journey map", f"{PAGE} shows how")
    if not isinstance(tree, dict):
        raise notes.fail(1, shown(tree), "a mapping of keys such as journey, title and flow")
    return tree, notes


def _text(path: Path, notes: Notes) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise notes.fail(0, "no such file", "a journey map", "check the path") from None
    except IsADirectoryError:
        raise notes.fail(0, "a folder", "a journey map file (.yaml)") from None
    except OSError as error:
        raise notes.fail(0, f"a file that cannot be read ({error.strerror})", "a journey map file") from None
    if len(content) > LARGEST_BYTES:
        raise notes.fail(0, f"{len(content):,} bytes", f"at most {LARGEST_BYTES:,}", "is this a journey map?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise notes.fail(line, "bytes that are not UTF-8", "a file saved as UTF-8") from None


def _events(text: str, notes: Notes) -> Iterator[Event]:
    """The parser's events; what it cannot read becomes a MapError with the line."""
    try:
        yield from YAML(typ="rt", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise notes.fail(line, f"no valid YAML ({error.problem or error.context})", "YAML", _yaml_hint(error)) from None
    except YAMLError as error:
        reason = str(error).splitlines()[0]
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        raise notes.fail(line, f"no valid YAML ({reason})", "YAML text without control characters") from None
    except (ValueError, OverflowError):  # the scanner turns escapes such as "\\UFFFFFFFF" into characters unchecked
        raise notes.fail(0, "no valid YAML (an escape that is no character)", "YAML") from None


def _yaml_hint(error: MarkedYAMLError) -> str:
    said = f"{error.problem} {error.context}"
    if "\\t" in said or "tab" in said:
        return "indent with spaces, not with tabs"
    if "mapping values are not allowed" in said or "while scanning" in said:
        return "put a text that has a colon, quote, star or bracket in it between double quotes"
    if "expected" in said and "found" in said:
        return "check the indentation and the brackets on this line and the one before"
    return ""


@dataclass
class _Open:
    """A mapping or list whose end has not come yet."""

    node: dict[str, Tree] | list[Tree]
    path: Path_
    key: str | None = None


class _Builder:
    """Puts events together, without recursion, so that depth costs no stack."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.open: list[_Open] = []
        self.root: Tree = None
        self.documents_n = 0

    def build(self, events: Iterator[Event]) -> Tree:
        for event in events:
            line = event.start_mark.line + 1
            match event:
                case DocumentStartEvent():
                    self._begin_document(line)
                case MappingStartEvent() | SequenceStartEvent():
                    self._begin(event, line)
                case MappingEndEvent() | SequenceEndEvent():
                    self.open.pop()
                case AliasEvent():
                    self._refuse(line, f"the alias *{event.anchor}", "the value itself, written out")
                    self._put("", line)
                case ScalarEvent():
                    self._refuse_tag(event, line)
                    is_null = event.implicit[0] and event.value in _NULLS
                    self._put(None if is_null else event.value, line)
                case _:
                    pass
        return self.root

    def _begin_document(self, line: int) -> None:
        self.documents_n += 1
        if self.documents_n > 1:
            raise self.notes.fail(line, "a second document in the file", "one map a file", "remove the line ---")

    def _begin(self, event: MappingStartEvent | SequenceStartEvent, line: int) -> None:
        self._refuse_tag(event, line)
        if len(self.open) >= DEEPEST:
            raise self.notes.fail(line, f"more than {DEEPEST} levels", "a flow that people can read")
        if self._awaits_key():
            raise self.notes.fail(line, "a mapping or list as a key", "a text as a key")
        node: dict[str, Tree] | list[Tree] = {} if isinstance(event, MappingStartEvent) else []
        self.open.append(_Open(node, self._put(node, line)))

    def _awaits_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].node, dict) and self.open[-1].key is None

    def _put(self, value: Tree, line: int) -> Path_:
        """Store a value where it belongs, or take it as the next key; its path."""
        if not self.open:
            self.root = value
            return ()
        top = self.open[-1]
        if isinstance(top.node, list):
            path = (*top.path, len(top.node))
            top.node.append(value)
            self.notes.lines.setdefault(path, line)
            return path
        if top.key is None:
            return self._take_key(top, value, line)
        path = (*top.path, top.key)
        if top.key not in top.node:
            top.node[top.key] = value
        top.key = None
        return path

    def _take_key(self, top: _Open, value: Tree, line: int) -> Path_:
        key = value if isinstance(value, str) else ""
        path = (*top.path, key)
        if value is None:
            self._refuse(line, "nothing before the colon", "a key")
        elif key in top.node:
            first = self.notes.lines[path]
            self._refuse(line, f'the key "{key}" again', f"each key once; it stands in line {first} already")
        self.notes.lines.setdefault(path, line)
        top.key = key
        return path

    def _refuse(self, line: int, got: str, wanted: str, hint: str = "") -> None:
        self.notes.problems.append(Problem(self.notes.file, line, got, wanted, hint))

    def _refuse_tag(self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent, line: int) -> None:
        if event.tag:
            self._refuse(line, f"the tag {event.tag}", "plain YAML", "remove the word with the exclamation mark")
