"""A count that is not shown: what stands in its place."""

from __future__ import annotations

from typing import Self


class Withheld(int):
    """A number that stands in for a hidden one, so that pictures can be drawn; told as a text, never as itself.

    Attributes:
        text: What is shown.
    """

    text: str

    def __new__(cls, stand_in: int, text: str = "hidden") -> Self:
        """The stand-in must not depend on the hidden number."""
        made = super().__new__(cls, stand_in)
        made.text = text
        return made


def small(minimum: int) -> Withheld:
    """A count under the minimum."""
    return Withheld(minimum - 1, f"< {minimum}")


def beside(minimum: int) -> Withheld:
    """A count that would give a small one away."""
    return Withheld(minimum, "hidden")


def part_of(n: float, whole: float) -> float | None:
    """A share; None where one of the two is withheld, or nothing is there."""
    return None if isinstance(n, Withheld) or isinstance(whole, Withheld) or not whole else n / whole
