"""Plain values as YAML that people like to read and review: short things on one line, long ones one item a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from schemas.map_file import Path_

WIDTH = 118  # of a line that holds a whole list or mapping
_SHORT = 2  # keys that an entry may have on one line: more of them change one by one, which reviews should show
_ENTRIES = frozenset({"touchpoints", "off_map", "exits"})
_BLOCKS = _ENTRIES | {"flow", "journey_is", "constraints", "targets", "budget", "examples"}
# Texts that need no quotes anywhere; commas need none outside brackets.
_PLAIN = re.compile(r"[^\W_][\w./+()%'’ –-]*|_[\w.]*")
_PLAIN_ALONE = re.compile(r"[^\W_][\w./+()%'’ ,;?!–-]*|_[\w.]*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# What other readers of YAML take for something else than a text.
_NUMBER_LIKE = re.compile(r"[-+]?(?:[\d_.]+(?:e[-+]?\d+)?|0[xob][\da-f_]+|inf|nan)", re.IGNORECASE)
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def yaml_text(tree: Mapping[str, object], head: Sequence[str] = (), remarks: Mapping[Path_, str] | None = None) -> str:
    """A mapping as YAML text.

    Args:
        tree: Keys in the order of the file; values are texts, numbers, truth values, None, lists and mappings.
        head: Lines of comment above everything.
        remarks: Path of keys and places to a comment, which stands on a line of its own above that key or item.
    """
    writer = _Writer({path: text for path, text in (remarks or {}).items() if path})
    return "".join(f"{line}\n" for line in (*_comments(head), *writer.mapping(tree, (), "")))


def _comments(texts: Iterable[str], indent: str = "") -> Iterator[str]:
    for text in texts:
        for line in text.splitlines() or [""]:
            said = "".join(sign if sign.isprintable() else " " for sign in line).strip()
            yield f"{indent}# {said}".rstrip()


class _Writer:
    def __init__(self, remarks: Mapping[Path_, str]) -> None:
        self.remarks = remarks
        self.around = {path[:length] for path in remarks for length in range(len(path))}  # these must be open

    def mapping(self, tree: Mapping[str, object], path: Path_, indent: str) -> Iterator[str]:
        for key, value in tree.items():
            yield from self._remark((*path, key), indent)
            yield from self._item(f"{indent}{_scalar(key, False)}:", value, (*path, key), indent)

    def _items(self, values: Sequence[object], path: Path_, indent: str) -> Iterator[str]:
        for at, value in enumerate(values):
            place = (*path, at)
            yield from self._remark(place, indent)
            lines = self._opened(value, place, f"{indent}  ")
            if lines is None:
                yield f"{indent}- {_inline(value, False)}"
            else:  # the first line of what is inside stands behind the dash
                first, *rest = lines
                yield f"{indent}- {first.lstrip()}"
                yield from rest

    def _item(self, head: str, value: object, path: Path_, indent: str) -> Iterator[str]:
        lines = self._opened(value, path, f"{indent}  ", len(head))
        if lines is None:
            yield f"{head} {_inline(value, False)}".rstrip()
        else:
            yield head
            yield from lines

    def _opened(self, value: object, path: Path_, indent: str, before_n: int = 0) -> list[str] | None:
        """The lines of a value that is better spread over several; None: it stands on one line."""
        if (
            not isinstance(value, (Mapping, list, tuple))
            or not value
            or not self._is_long(value, path, indent, before_n)
        ):
            return None
        if isinstance(value, Mapping):
            return list(self.mapping(value, path, indent))
        if path not in self.around and not any(isinstance(each, (Mapping, list, tuple)) for each in value):
            return list(_wrapped([_inline(each, True) for each in value], indent))
        return list(self._items(value, path, indent))

    def _is_long(self, value: Mapping[str, object] | Sequence[object], path: Path_, indent: str, before_n: int) -> bool:
        if path in self.around or (len(path) == 1 and path[0] in _BLOCKS):
            return True
        if isinstance(value, Mapping):
            is_phase = path[0] == "flow" and len(path) == 2
            is_entry = path[0] in _ENTRIES and len(path) == 2 and len(value) > _SHORT
            if is_phase or is_entry or (isinstance(path[-1], int) and _is_word_with_list(value)):
                return True
        elif path[-1] == "when" and any(isinstance(each, Mapping) for each in value):
            return True  # one rule a line
        return len(indent) + before_n + len(_inline(value, False)) > WIDTH

    def _remark(self, path: Path_, indent: str) -> Iterator[str]:
        if path in self.remarks:
            yield from _comments([self.remarks[path]], indent)


def _is_word_with_list(value: Mapping[str, object]) -> bool:
    """Whether an item of a list is like `one_of: [a, b]`, which needs no braces."""
    return len(value) == 1 and isinstance(next(iter(value.values())), (list, tuple))


def _wrapped(words: Sequence[str], indent: str) -> Iterator[str]:
    """A long list of words in brackets over several lines."""
    line = f"{indent}["
    for word in words[:-1]:
        if len(line) + len(word) > WIDTH and line.strip() != "[":
            yield line.rstrip()
            line = f"{indent} "
        line += f"{word}, "
    yield f"{line}{words[-1]}]"


def _inline(value: object, is_inside: bool) -> str:
    """A value on one line."""
    match value:
        case Mapping():
            return f"{{{', '.join(f'{_scalar(key, True)}: {_inline(each, True)}' for key, each in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(_inline(each, True) for each in value)}]"
        case None | bool():
            return json.dumps(value)
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case int() | float():
            return repr(value)
        case _:
            return _scalar(str(value), is_inside)


def _scalar(text: str, is_inside: bool) -> str:
    """A text, quoted where it would be read as something else."""
    fits = (_PLAIN if is_inside else _PLAIN_ALONE).fullmatch(text)
    return text if fits and not text.endswith(" ") and not _is_no_text(text) else _quoted(text)


def _is_no_text(text: str) -> bool:
    """Whether other readers of YAML would take a text for a number, a truth value or nothing."""
    if _DATE.fullmatch(text):
        return False  # a date is meant
    return text.lower() in _WORDS or bool(_NUMBER_LIKE.fullmatch(text))


def _quoted(text: str) -> str:
    shown = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign == " " or sign.isprintable() else _escaped(sign) for sign in shown)


def _escaped(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) <= 0xFFFF else f"\\U{ord(sign):08x}"
