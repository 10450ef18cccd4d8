"""What a step costs: processor seconds of all threads, and the process's largest memory while it ran."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Costs:
    """Costs per step, in order.

    Attributes:
        cpu_s: Processor seconds; wall seconds would measure the neighbours too.
        wall_s: Seconds on the clock.
        numbers: Other counts that a measurement gives.
    """

    cpu_s: dict[str, float] = field(default_factory=dict)
    wall_s: dict[str, float] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure what happens inside; a name that comes again adds up."""
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.cpu_s[name] = self.cpu_s.get(name, 0.0) + time.process_time() - cpu
        self.wall_s[name] = self.wall_s.get(name, 0.0) + time.perf_counter() - wall


def peak_gb() -> float:
    """The largest resident memory of this process so far; a measurement has a process of its own."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
