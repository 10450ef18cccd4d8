"""Names of sheets: what the program allows, each once."""

from __future__ import annotations

import re

from pipelines.report.text import clean

LONGEST = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]+")
_TAKEN = frozenset({"history"})  # Excel keeps this one for itself


class SheetNames:
    """Gives out names of sheets."""

    def __init__(self) -> None:
        self._taken: set[str] = set(_TAKEN)

    def __call__(self, wanted: str) -> str:
        """A name as near to the wanted one as may be."""
        text = " ".join(_FORBIDDEN.sub(" ", clean(wanted)).split()).strip("' ") or "-"
        name, number = _cut(text, LONGEST), 1
        while name.casefold() in self._taken:
            number += 1
            end = f" {number}"
            name = _cut(text, LONGEST - len(end)) + end
        self._taken.add(name.casefold())
        return name


def _cut(text: str, most: int) -> str:
    """The text cut between words, where that leaves the better part of it."""
    if len(text) <= most:
        return text
    part = text[:most]
    at = part.rfind(" ") if text[most] != " " else most
    return (part[:at] if at > most // 2 else part).rstrip("' ,")


def link(sheet: str, cell: str = "A1") -> str:
    """The address of a place in the workbook."""
    quoted = sheet.replace("'", "''")
    return f"internal:'{quoted}'!{cell}"
