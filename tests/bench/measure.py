"""What a step costs: processor seconds of all threads, seconds on the clock, and the largest memory while it ran."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


@dataclass
class Costs:
    """Costs per step, in order.

    Attributes:
        cpu_s: Processor seconds; wall seconds would measure the neighbours too.
        wall_s: Seconds on the clock.
        peak_gb: The process's largest resident memory while the step ran; what an earlier step left counts.
        numbers: Other counts that a measurement gives.
    """

    cpu_s: dict[str, float] = field(default_factory=dict)
    wall_s: dict[str, float] = field(default_factory=dict)
    peak_gb: dict[str, float] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)

    def cpu(self) -> float:
        """Processor seconds until now."""
        return time.process_time()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure what happens inside; a name that comes again adds up."""
        cpu, wall = self.cpu(), time.perf_counter()
        yield
        self.cpu_s[name] = self.cpu_s.get(name, 0.0) + self.cpu() - cpu
        self.wall_s[name] = self.wall_s.get(name, 0.0) + time.perf_counter() - wall

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A step of a whole run: its memory too. Stages lie in no other one."""
        with suppress(OSError):  # where the kernel has no such switch, the peak is that of the process so far
            _CLEAR.write_text(_RESET_PEAK)
        with self.step(name):
            yield
        self.peak_gb[name] = max(self.peak_gb.get(name, 0.0), largest_gb("self"))

    def told(self, name: str) -> str:
        """A step's costs in words."""
        return f"{self.cpu_s[name]:.1f} CPU s, {self.wall_s[name]:.0f} s, {self.peak_gb.get(name, 0.0):.2f} GB"


def peak_gb() -> float:
    """The largest resident memory of this process so far; a measurement has a process of its own."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def largest_gb(process: int | str) -> float:
    """The largest resident memory of a process, since that was set back; 0 if it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e9
    return 0.0


def cpu_of(process: int) -> float:
    """Processor seconds of another process so far, and of those that it started and that have ended."""
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / _TICKS
    return 0.0


def children_of(process: int) -> set[int]:
    """All processes that a process has started, and theirs."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(stat.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(stat.parent.name))
    found, waiting = set[int](), [process]
    while waiting:
        for child in parents.get(waiting.pop(), []):
            found.add(child)
            waiting.append(child)
    return found
