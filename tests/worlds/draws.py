"""Common random numbers: every named draw has a stream of its own, so that a fix leaves all others as they were."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Draws:
    """Random numbers of one world: the same for the same seed, name and number of rows.

    Attributes:
        seed: Of the world.
        n: Rows.
        rows: Those that are wanted; None: all.
        kept: What was drawn before, so that some rows can be looked at again without drawing all.
    """

    seed: int
    n: int
    rows: Ints | None = None
    kept: dict[str, npt.NDArray[np.generic]] = field(default_factory=dict)

    def of(self, rows: Ints) -> Draws:
        """The same numbers of some rows."""
        return Draws(self.seed, self.n, rows, self.kept)

    def stream(self, name: str) -> np.random.Generator:
        """The stream of a name."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def uniform(self, name: str, width: int = 0) -> Floats:
        """From 0 to 1, one per row; or so many per row."""
        size = (self.n, width) if width else self.n
        return self._wanted(f"uniform {name}", lambda: self.stream(name).random(size))

    def normal(self, name: str) -> Floats:
        """Standard normal, one per row."""
        return self._wanted(f"normal {name}", lambda: self.stream(name).standard_normal(self.n))

    def pick(self, name: str, shares: npt.ArrayLike) -> Ints:
        """One of several by their shares, one per row."""
        edges = np.cumsum(np.asarray(shares, float))
        return np.searchsorted(edges / edges[-1], self.uniform(name), side="right").astype(np.int64)

    def _wanted(self, name: str, draw: Callable[[], Floats]) -> Floats:
        if name not in self.kept:
            self.kept[name] = draw()
        drawn = self.kept[name]
        return np.asarray(drawn if self.rows is None else drawn[self.rows], dtype=np.float64)
