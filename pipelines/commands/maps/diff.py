"""`terreng map diff`: what a change of a map means, in words."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import terminal
from schemas.errors import UsageError

if TYPE_CHECKING:
    from models.map_diff import Change
    from schemas.journey_map import JourneyMap

MOST = 20
"""More sentences of one part are counted; `--json` has them all."""
_SIGNS = {"added": "+", "removed": "-", "renamed": "~", "moved": ">", "changed": "~", "allowed": "+", "forbidden": "-"}


def diff(older: Path, newer: Path, as_json: bool) -> None:
    """Tell what the newer of two map files says differently.

    Raises:
        MapError: one of them is wrong.
        UsageError: a file is not there.
    """
    from models.map_diff import diff as changes_between
    from schemas.journey_map import load_map

    for path in (older, newer):
        if not path.is_file():
            raise UsageError(got=f"no file {path}", wanted="a journey map, such as maps/first.yaml")
    before, after = load_map(older), load_map(newer)
    changes = changes_between(before, after)
    if as_json:
        terminal.say_json([asdict(change) for change in changes])
        return
    terminal.say(f"{_named(before)} -> {_named(after)}")
    for line in _lines(changes):
        terminal.say(line)
    if not changes:
        terminal.say("Both maps say the same.")
    elif not any(change.part == "flow" for change in changes):
        terminal.say("\nThe flow allows the same journeys as before.")


def _named(plan: JourneyMap) -> str:
    return f"{plan.journey} version {plan.version}"


def _lines(changes: tuple[Change, ...]) -> list[str]:
    from models.map_diff import PARTS

    lines: list[str] = []
    for part, found in groupby(changes, key=lambda change: change.part):
        of_part = list(found)
        lines += ["", PARTS[part]]
        # Examples come last in their part and are always told.
        told = [change for change in of_part if not change.example]
        lines += [f"  {_SIGNS[change.kind]} {change.said}" for change in told[:MOST]]
        lines += [f"    and {len(told) - MOST} more: --json has them"] * (len(told) > MOST)
        for change in of_part:
            if change.example:
                lines += [f"  {_SIGNS[change.kind]} {change.said}, for example:", f"      {' > '.join(change.example)}"]
    return lines
