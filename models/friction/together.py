"""Work on several risk sets at once: each is judged by itself, and what comes of it stands in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

MOST_AT_ONCE: Final = 8
"""Each thread holds a whole risk set: more threads would take more memory than all that is held of the stages."""


def each_of(items: Sequence[Item], work: Callable[[Item], Answer], threads: int) -> list[Answer]:
    """What a function gives for each item, in the order of the items; the number of threads does not show.

    Args:
        items: What is worked on.
        work: Without side effects; numpy and the kernels let other threads run meanwhile.
        threads: Workers at most; 1: none but the caller.
    """
    workers = min(threads, MOST_AT_ONCE, len(items))
    if workers <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(work, items))
