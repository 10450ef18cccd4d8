"""The figures that were measured last, kept in `figures.json`: tables and plots are made of them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FILE = HERE / "figures.json"
NOW = "now"
Answer = Mapping[str, Any]


@dataclass
class Figures:
    """Answers of subjects: by label (`now`, or a name for what stood before), by subject, by events of the log.

    Attributes:
        kept: The answers. Each has `cpu_s`, `wall_s`, `peak_gb` by step, `numbers`, `process_gb`, and when, at which
            commit and under what load of the machine it was measured.
    """

    kept: dict[str, dict[str, dict[str, dict[str, Any]]]] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path = FILE) -> Figures:
        """What the file has; nothing if there is none."""
        return cls(json.loads(file.read_text(encoding="utf-8")) if file.exists() else {})

    def write(self, file: Path = FILE) -> None:
        """Keep them, sorted and rounded."""
        file.write_text(json.dumps(_rounded(self.kept), indent=1, sort_keys=True) + "\n", encoding="utf-8")

    def add(self, subject: str, events: int, answer: Answer, label: str = NOW) -> None:
        """Put an answer in the place of the former one of the same subject, size and label."""
        self.kept.setdefault(label, {}).setdefault(subject, {})[str(events)] = dict(answer)

    def sizes(self, subject: str, label: str = NOW) -> tuple[int, ...]:
        """Events of the logs for which a subject was measured, ascending."""
        return tuple(sorted(int(events) for events in self.kept.get(label, {}).get(subject, {})))

    def of(self, subject: str, events: int, label: str = NOW) -> Answer | None:
        """One answer, or nothing."""
        return self.kept.get(label, {}).get(subject, {}).get(str(events))

    def events_of(self, events: int, label: str = NOW) -> int:
        """How many events the log that was asked for really has."""
        run = self.of("run", events, label)
        return int(run["numbers"]["events"]) if run else events


def provenance() -> dict[str, Any]:
    """When, at which commit and beside what load the next answer is measured."""
    head = subprocess.run(("git", "log", "-1", "--format=%h"), cwd=HERE, stdout=subprocess.PIPE, text=True, check=False)
    return {
        "on": date.today().isoformat(),
        "commit": head.stdout.strip(),
        "load": round(os.getloadavg()[0], 1),
    }


def _rounded(value: Any) -> Any:
    """Numbers to milliseconds and megabytes: more would only make differences without meaning."""
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return round(value, 3) if isinstance(value, float) else value
