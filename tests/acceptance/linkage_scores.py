"""How good a partition is against the true one: pairwise and B-cubed precision and recall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum


@dataclass(frozen=True)
class Scores:
    """Shares, 0 to 1: of pairs joined, how many are right; of right pairs, how many are joined; the same per id."""

    pair_precision: float
    pair_recall: float
    b_cubed_precision: float
    b_cubed_recall: float


def scores(labels: Iterable[tuple[str, str]]) -> Scores:
    """Scores of (found person, true person), one for each id. Without any pair joined, or to join, a share is 1."""
    rows = list(labels)
    both, found, true = Counter(rows), Counter(one for one, _ in rows), Counter(other for _, other in rows)
    right = sum(map(_pairs, both.values()))
    return Scores(
        pair_precision=_share(right, sum(map(_pairs, found.values()))),
        pair_recall=_share(right, sum(map(_pairs, true.values()))),
        b_cubed_precision=fsum(n * n / found[one] for (one, _), n in both.items()) / len(rows),
        b_cubed_recall=fsum(n * n / true[other] for (_, other), n in both.items()) / len(rows),
    )


def _pairs(n: int) -> int:
    return n * (n - 1) // 2


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
