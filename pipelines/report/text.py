"""Text on a picture: what may stand in it, how wide it is, and where its lines break."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from pipelines.report.fonts import advances

# In parts of the font's size, for signs that our font lacks and the reader's machine draws with another.
_OTHER = 1.05
_EMOJI = 1.4
_LATIN_UNTIL = "\u024f"
_WIDEST_ELSE = 1.2
"""Pages bring our font's Latin letters alone; others are drawn with the machine's own: DejaVu is the widest of them."""
_NARROWEST = 0.2
SAFETY = 1.03
"""Widths are told so much wider than the sum of the signs', since kerning brings some of them apart."""
_ELLIPSIS = "…"
NO_BREAK = "\N{NO-BREAK SPACE}"
_VOWELS = frozenset("aeiouyæøåäöü")


def clean(text: str) -> str:
    """The text on one line without control characters and without marks that turn or hide what follows them.

    Spaces that do not break, as in 1 000 and 12 %, stay what they are.
    """
    if not text.isprintable():
        kept = (char for char in text if char.isspace() or not _is_invisible(char))
        text = "".join(" " if char.isspace() and char != NO_BREAK else char for char in kept)
    return " ".join(part for part in text.split(" ") if part)


def _is_invisible(char: str) -> bool:
    """Control, format (direction marks, zero width), surrogate and private characters; the emoji joiner may stay."""
    return char != "\u200d" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}


def short(text: str, longest: int) -> str:
    """The cleaned text, cut to so many characters with an ellipsis."""
    text = clean(text)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + _ELLIPSIS


def width(text: str, size: float, is_bold: bool = False) -> float:
    """The width of a text in our font, in pixels at a font size in pixels: never less than it takes."""
    table = advances(is_bold)
    return sum(_advance(char, table) for char in text) * size * SAFETY


def _advance(char: str, table: Mapping[str, float]) -> float:
    if char in table:
        return table[char] * (_WIDEST_ELSE if char > _LATIN_UNTIL and char.isalpha() else 1)
    if unicodedata.combining(char):
        return 0
    base = unicodedata.normalize("NFD", char)[0]
    return table.get(base, _EMOJI if unicodedata.category(char) == "So" else _OTHER)


def wrap(text: str, widest: float, size: float, most: int = 3, is_bold: bool = False) -> tuple[str, ...]:
    """The text in at most so many lines, none wider than so many pixels.

    Breaks between words, inside words that are too long (with a hyphen), and ends with an ellipsis where it is cut.
    """
    words = [
        part for word in _seen(text, widest, size, most).split(" ") for part in _parts(word, widest, size, is_bold)
    ]
    lines: list[str] = []
    for word in words:
        joined = f"{lines[-1]} {word}" if lines and not lines[-1].endswith("-\u2060") else word
        if lines and not lines[-1].endswith("-\u2060") and width(joined, size, is_bold) <= widest:
            lines[-1] = joined
        else:
            lines.append(word)
    lines = [line.removesuffix("\u2060") for line in lines]
    if len(lines) <= most:
        return tuple(line for line in lines if line)
    return (*lines[: most - 1], _cut(lines[most - 1], widest, size, is_bold))


def _seen(text: str, widest: float, size: float, most: int) -> str:
    """The cleaned text without what could not be seen even if it were all of the narrowest character.

    One line's worth more is kept, so that what is left still overflows, and is seen to be cut.
    """
    fits = widest / (_NARROWEST * size * SAFETY) + 1
    return clean(text[: int(4 * fits * (most + 1))])[: int(fits * (most + 1))]


def _parts(word: str, widest: float, size: float, is_bold: bool) -> list[str]:
    """A word in pieces that fit; each but the last ends with a hyphen and a word joiner, which says so to `wrap`."""
    parts: list[str] = []
    while width(word, size, is_bold) > widest and len(word) > 1:
        end = _syllable(word, _fitting(word, widest - width("-", size, is_bold), size, is_bold))
        parts.append(word[:end] + "-\u2060")
        word = word[end:]
    return [*parts, word]


def _fitting(word: str, widest: float, size: float, is_bold: bool) -> int:
    """How many characters of a word fit, at least one and not all; a character is measured once."""
    wide, table = 0.0, advances(is_bold)
    for end, char in enumerate(word):
        wide += _advance(char, table) * size * SAFETY
        if wide > widest:
            return max(1, end)
    return len(word) - 1


def _syllable(word: str, end: int) -> int:
    """A better place to break at or before one: where a consonant begins a syllable, three letters on either side.

    In Nordic compounds that is mostly the seam: "Kredittvurderings-godkjenning".
    """
    for place in range(min(end, len(word) - 3), max(end // 2, 2), -1):
        here, after = word[place].lower(), word[place + 1].lower()
        if here.isalpha() and here not in _VOWELS and after in _VOWELS:
            return place
    return end


def _cut(line: str, widest: float, size: float, is_bold: bool) -> str:
    while line and width(line + _ELLIPSIS, size, is_bold) > widest:
        line = line[:-1]
    return line.rstrip(" -") + _ELLIPSIS
