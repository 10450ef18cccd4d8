"""Speed and memory of a run, and of what others do on the same log: `python -m tests.bench.run`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench import effects, peer_retentioneering, people, synthetic, tables
from tests.bench.document import renew
from tests.bench.figures import FILE, NOW, Figures, provenance
from tests.bench.subjects import SUBJECTS

ROOT = Path(__file__).resolve().parents[2]
SIZES = (1e6, 2e6, 5e6, 1e7, 2e7)
AT_EVERY_SIZE = ("run",)
ELSEWHERE = {*AT_EVERY_SIZE, "run_on_spark", "effects"}
AT_COMPARED_SIZES = (*(name for name in SUBJECTS if name not in ELSEWHERE), "retentioneering")
NEEDS_NO_LOG = ("many_variants", "persons", "persons_with_networkx")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print tables in Markdown, and with `--keep` renew the figures, the plots and the page of scale."""
    chosen = _parsed(arguments)
    figures = Figures.read(chosen.figures)
    with tempfile.TemporaryDirectory(prefix="terreng-bench-") as temporary:
        for events in map(int, chosen.events):
            folder = (chosen.folder or Path(temporary)) / str(events)
            wanted = [*AT_EVERY_SIZE, *(AT_COMPARED_SIZES if events in chosen.compare else ())]
            wanted += ["run_on_spark"] if events in chosen.spark else []
            for name in [each for each in chosen.only or wanted if each != "effects"]:
                _measure(figures, name, folder, events, chosen)
        if "effects" in (chosen.only or ()):
            for people_n in effects.PEOPLE:
                folder = (chosen.folder or Path(temporary)) / "effects"
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "people.txt").write_text(str(people_n), encoding="utf-8")
                _measure(figures, "effects", folder, people_n, chosen)
    if chosen.keep:
        figures.write(chosen.figures)
    if chosen.keep and chosen.figures == FILE:
        renew(figures)
    _say("\n".join(_report(figures, [int(each) for each in chosen.events])))


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=float, nargs="*", default=list(SIZES), help="sizes of the log")
    parser.add_argument(
        "--compare", type=float, nargs="*", default=[SIZES[0]], help="sizes at which the others are measured too"
    )
    parser.add_argument("--spark", type=float, nargs="*", default=[], help="sizes at which a cluster is measured too")
    parser.add_argument("--memory", default="2.5GB", help="DuckDB's memory limit (default: 2.5GB)")
    parser.add_argument("--folder", type=Path, help="where to work, and to keep logs (default: a temporary folder)")
    parser.add_argument("--only", choices=[*SUBJECTS, "retentioneering"], nargs="*", help="measure these alone")
    parser.add_argument("--figures", type=Path, default=FILE, help="the figures that are shown and renewed")
    parser.add_argument("--keep", action="store_true", help="renew the figures, the plots and models/SCALE.md")
    parser.add_argument("--label", default=NOW, help="keep the figures under another name, to compare with")
    return parser.parse_args(arguments)


def _measure(figures: Figures, name: str, folder: Path, events: int, chosen: argparse.Namespace) -> None:
    """One subject at one size, in a process of its own; the logs that it needs are made first, and kept."""
    _make_logs(name, folder, events)
    begun = provenance()
    if name == "retentioneering":
        answer = peer_retentioneering.measured(folder, folder.parent / "retentioneering")
    else:
        answer = _measured(name, folder, chosen.memory)
    if not answer:
        return
    figures.add(name, events, {**answer, **begun, "memory_limit": chosen.memory}, chosen.label)
    _say(f"{name}, {events:,}: {json.dumps(answer)}")
    if chosen.keep:
        figures.write(chosen.figures)  # what was measured is kept, whatever happens to the next


def _make_logs(name: str, folder: Path, events: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if "wide" in name and not (folder / "wide.csv").exists():
        synthetic.write_wide_csv(folder / "wide.csv", events)
    elif "persons" in name and not (folder / "links.duckdb").exists():
        people.write_links(folder / "links.duckdb", events)
    elif name not in {*NEEDS_NO_LOG, "effects"} and not (folder / "log.csv").exists():
        synthetic.write_csv(folder / "log.csv", events)


def _measured(name: str, folder: Path, memory: str) -> dict[str, Any] | None:
    command = [sys.executable, "-m", "tests.bench.subjects", name, str(folder), memory]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _report(figures: Figures, sizes: Sequence[int]) -> list[str]:
    lines = ["", *tables.stages(figures), *tables.day_after(figures), *tables.effects(figures)]
    for size in sizes:
        found = tables.ratios(figures, size)
        lines += ["", f"{figures.events_of(size):,} events:", "", *found] if found else []
    return lines


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
