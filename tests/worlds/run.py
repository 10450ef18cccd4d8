"""The slow suite: `uv run python -m tests.worlds.run`, see README.md beside it."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.worlds.catalogue import WORLDS
from tests.worlds.full import DELIVERIES
from tests.worlds.suite import collect, collect_whole, figures_of
from tests.worlds.truth import PEOPLE

TITLE = "| claim | measured | must be | n | |\n|---|---|---|---|---|"


def main(arguments: list[str] | None = None) -> int:
    """Measure worlds and print the table; 1 where a claim is not kept."""
    asked = _asked(arguments)
    began = time.perf_counter()
    seeds = range(asked.first, asked.first + asked.seeds)
    names = asked.world or list(WORLDS)
    if asked.whole:
        collected = collect_whole(names, seeds, asked.people[0], asked.truth, asked.whole)
    else:
        collected = collect(names, seeds, asked.people, asked.truth, asked.workers)
    figures = figures_of(collected, asked.people)
    lines = [TITLE, *(figure.line for figure in figures)]
    sys.stdout.write("\n".join(lines) + f"\n\n{asked.seeds} seeds, {time.perf_counter() - began:.0f} s\n")
    if asked.rows:
        asked.rows.mkdir(parents=True, exist_ok=True)
        for name in collected.rows:
            frame = collected.frame(name)
            if frame is not None:
                frame.write_parquet(asked.rows / f"{name}.parquet")
    return 0 if all(figure.is_kept for figure in figures) else 1


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.worlds.run", description=main.__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many worlds of each kind")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--world", action="append", choices=sorted(WORLDS), help="only this kind; may be repeated")
    parser.add_argument("--people", type=int, nargs="+", default=[20_000, 5_000], help="people in each world")
    parser.add_argument("--truth", type=int, default=PEOPLE, help="people in the re-simulations of the truth")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    ways = sorted(DELIVERIES)
    parser.add_argument("--whole", nargs="+", choices=ways, help="through the pipeline, delivered in these ways")
    parser.add_argument("--rows", type=Path, help="folder for the rows behind the figures, as Parquet")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
