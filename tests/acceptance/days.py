"""The example's web exports, a file a day, joined to a few: what a run costs is files, and not what is asked here."""

from __future__ import annotations

from pathlib import Path

FILES = 6


def join_days(workspace: Path) -> None:
    """Join the daily files of the web source to six, in order; gzip files may follow each other in one."""
    days = sorted((workspace / "exports" / "web").glob("events_*.jsonl.gz"))
    size = -(-len(days) // FILES)
    for first in range(0, len(days), size):
        content = b"".join(day.read_bytes() for day in days[first : first + size])
        for day in days[first : first + size]:
            day.unlink()
        days[first].write_bytes(content)
