"""`terreng map backtest FILE`: what old traffic looks like by a new map, before it is launched."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import terminal
from pipelines.commands.workspace import open_workspace, parse_as_of
from schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pipelines.maps.backtest import Backtest, Change, Judgement
    from schemas.journey_map import JourneyMap

_WORDS = {
    "journeys_n": "journeys",
    "converted_n": "converted",
    "exited_n": "exited",
    "abandoned_n": "abandoned",
    "in_flight_n": "in flight",
    "conforming_n": "go as the flow has it",
}


def backtest(file: Path, workspace: Path, as_of: str, as_json: bool) -> None:
    """Judges the workspace's events by a map, and says side by side what the map in force finds in them.

    Raises:
        UsageError: There is no such file.
        MapError: The map, or one of the workspace's, is wrong.
        WarehouseError: The workspace has had no run.
    """
    if not file.is_file():
        raise UsageError(got=f"no file {file}", wanted="a journey map, such as maps/next.yaml")
    settings = open_workspace(workspace)
    from pipelines.maps.backtest import backtest as work
    from pipelines.steps import load_maps
    from schemas.journey_map import load_map

    new, maps = load_map(file), load_maps(settings)
    with terminal.progress() as tell:
        found = work(settings, new, maps, parse_as_of(as_of, settings.timezone), tell)
    if as_json:
        terminal.say_json(_document(found))
    else:
        _say(found, new, maps, file)


def _document(found: Backtest) -> dict[str, object]:
    return {
        "journey": found.journey,
        "as_of": found.as_of,
        "this_map": _judgement(found.after),
        "in_force": _judgement(found.before) if found.before else None,
        "gained": [asdict(change) for change in found.gained],
        "lost": [asdict(change) for change in found.lost],
        "small_n": found.small_n,
    }


def _judgement(judged: Judgement) -> dict[str, object]:
    return {key: value for key, value in asdict(judged).items() if key not in {"deviations", "counts", "share"}} | {
        **judged.counts,
        **judged.share,
    }


def _say(found: Backtest, new: JourneyMap, maps: Iterable[JourneyMap], file: Path) -> None:
    before = found.before
    against = f"beside version {before.version}, which is in force" if before else "no map of this name is in force"
    when = f"as of {found.as_of:%Y-%m-%d %H:%M} UTC"
    terminal.say(f"{file}: {new.journey} version {new.version}, {against}; {when}. Nothing is published.\n")
    if before and before.content_hash == found.after.content_hash:
        terminal.say("The two say the same.\n")
    header = ("", *(("in force",) if before else ()), "this map")
    sides = (*((before,) if before else ()), found.after)
    terminal.say_table(header, [(label, *(cell(each) for each in sides)) for label, cell in _LINES])
    if not found.after.counts["journeys_n"]:
        terminal.say("\nNo journey begins under this map: compare its rules with the activities (terreng map lint).")
    old = next((each for each in maps if before and each.content_hash == before.content_hash), new)
    _say_changes("This map finds more of" if before else "This map finds", found.gained, new, old if before else None)
    _say_changes("This map finds less of", found.lost, new, old)
    if found.small_n and (before is None or before.content_hash != found.after.content_hash):
        what = "changed by fewer than {} journeys, or not" if before else "are of fewer than {} journeys, or of none"
        terminal.say(f"\n{found.small_n} further deviations {what.format(found.smallest)}.")


def _count(name: str, judged: Judgement) -> str:
    n, all_n = judged.counts[name], judged.counts["journeys_n"]
    if n is None or all_n is None:
        return "hidden"
    return f"{n:,}" if name == "journeys_n" or not all_n else f"{n:,} ({n / all_n:.1%})"


def _share(judged: Judgement) -> str:
    share, low, high, horizon = (
        judged.share[name] for name in ("converted_share", "converted_low", "converted_high", "horizon_d")
    )
    if share is None or low is None or high is None or horizon is None:
        return "-"
    return f"{share:.1%} ({low:.1%} to {high:.1%}) in {horizon:.3g} days"


def _plain(name: str, judged: Judgement) -> str:
    n = getattr(judged, name)
    return "hidden" if n is None else f"{n:,}"


_LINES: tuple[tuple[str, Callable[[Judgement], str]], ...] = (
    *((label, partial(_count, name)) for name, label in _WORDS.items()),
    ("conversion of those old enough", _share),
    ("their events that the map does not know", partial(_plain, "unmapped_n")),
    ("not counted: another map's, or nobody can tell", partial(_plain, "elsewhere_n")),
)


def _say_changes(title: str, changes: tuple[Change, ...], new: JourneyMap, old: JourneyMap | None) -> None:
    from pipelines.report.vocabulary import kind_title

    if not changes:
        return
    terminal.say(f"\n{title}:")
    plans = (new, old) if old else (new,)
    before = [(_few(each.before_n),) if old else () for each in changes]
    rows = [
        (kind_title(each.kind), _named(each.target, plans), *cells, _few(each.after_n))
        for each, cells in zip(changes, before, strict=True)
    ]
    header = ("deviation", "at", *(("journeys in force", "journeys by this map") if old else ("journeys",)))
    terminal.say_table(header, rows)


def _few(n: int | None) -> str:
    return "few" if n is None else f"{n:,}"


def _named(target: str, plans: Iterable[JourneyMap]) -> str:
    """The title of a touchpoint under whichever map has it; blocks and activities as they are."""
    return next((plan.title_of(target) for plan in plans if target in plan.names), target)
