"""Globs of `when` rules: `*` any text, `?` one character, a backslash before a sign for the sign itself."""

from __future__ import annotations

import re
from functools import cache
from itertools import takewhile

_SIGN = re.compile(r"\\[*?\\]|.", re.DOTALL)
_ANY_TEXT, _ANY_ONE = "*", "?"
Token = tuple[str, bool]  # a character, and whether it is a wildcard


@cache
def tokens(pattern: str) -> tuple[Token, ...]:
    """A glob as characters and wildcards."""
    signs = (found[0] for found in _SIGN.finditer(pattern))
    return tuple((sign[-1], sign in (_ANY_TEXT, _ANY_ONE)) for sign in signs)


def is_glob(pattern: str) -> bool:
    """Whether a pattern has a `*` or `?` that stands for other texts."""
    return any(is_wild for _, is_wild in tokens(pattern))


def plain(pattern: str) -> str:
    """The one text that a pattern without wildcards matches."""
    return "".join(sign for sign, _ in tokens(pattern))


@cache
def matches(pattern: str, text: str) -> bool:
    """Whether a glob matches a text."""
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    wild = {_ANY_TEXT: ".*", _ANY_ONE: "."}
    signs = (wild[sign] if is_wild else re.escape(sign) for sign, is_wild in tokens(pattern))
    return re.compile("".join(signs), re.DOTALL)


def can_both_match(left: str, right: str) -> bool:
    """Whether some text is matched by both globs."""
    one, other = _start(left), _start(right)
    if not one.startswith(other) and not other.startswith(one):
        return False  # most pairs end here
    return _meet(tokens(left), tokens(right))


@cache
def _start(pattern: str) -> str:
    """The text before the first wildcard."""
    return "".join(sign for sign, _ in takewhile(lambda token: not token[1], tokens(pattern)))


def _meet(left: tuple[Token, ...], right: tuple[Token, ...]) -> bool:
    """Both token lists read one text: a table from the end, one row at a time."""
    row = [all(token == (_ANY_TEXT, True) for token in right[i:]) for i in range(len(right) + 1)]
    for at in range(len(left) - 1, -1, -1):
        mine, below = left[at], row
        is_star = mine == (_ANY_TEXT, True)
        row = [False] * len(right) + [is_star and below[-1]]
        for i in range(len(right) - 1, -1, -1):
            other = right[i]
            if is_star:
                row[i] = below[i] or row[i + 1]
            elif other == (_ANY_TEXT, True):
                row[i] = row[i + 1] or below[i]
            else:
                row[i] = below[i + 1] and (mine[1] or other[1] or mine == other)
    return row[0]


def covers(wide: str, narrow: str) -> bool:
    """Whether every text that `narrow` matches is matched by `wide`, as far as their shapes show it.

    `?*` and `*?` match the same texts and are not seen as such: the answer may be a wrong no, never a wrong yes.
    """
    wanted, given = tokens(wide), tokens(narrow)
    row = [True] + [False] * len(given)
    for token in wanted:
        if token == (_ANY_TEXT, True):
            reached = False
            row = [reached := reached or before for before in row]
        else:
            row = [False] + [before and _takes(token, other) for before, other in zip(row[:-1], given, strict=True)]
    return row[-1]


def _takes(token: Token, other: Token) -> bool:
    return token == other or (token == (_ANY_ONE, True) and other != (_ANY_TEXT, True))
