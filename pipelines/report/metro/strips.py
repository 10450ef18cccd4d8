"""Where a long map breaks into strips below each other."""

from __future__ import annotations

from dataclasses import dataclass

MOST_COLUMNS = 12  # of one strip: with more, words of fourteen letters break into three lines
MOST_ROOM = 13.5  # columns that one strip has room for, the gaps between them counted in


@dataclass(frozen=True)
class Strip:
    """One row of panels on the page: its columns, first and last included."""

    first: int
    last: int

    @property
    def columns_n(self) -> int:
        """How many columns it has."""
        return self.last - self.first + 1


def strips(columns_n: int, cuts: dict[int, float], gaps: tuple[float, ...]) -> tuple[Strip, ...]:
    """Fewest strips within the width, cut between phases rather than inside them, of like length.

    A shortest path over the places where a strip may end; a cut through a block is the last resort.
    """
    best: list[tuple[float, tuple[Strip, ...]]] = [(0.0, ())]
    for end in range(columns_n):
        choices = []
        for start in range(max(0, end - MOST_COLUMNS + 1), end + 1):
            if start < end and end - start + 1 + sum(gaps[start:end]) > MOST_ROOM:
                continue
            cost, strips = best[start]
            cut = 0.0 if end == columns_n - 1 else cuts.get(end, 50.0)
            length = (end - start + 1) / MOST_COLUMNS
            choices.append((round(cost + 10 + cut + length**2, 6), (*strips, Strip(start, end))))
        best.append(min(choices, key=lambda choice: (choice[0], [strip.last for strip in choice[1]])))
    return best[-1][1] or (Strip(0, 0),)
