"""A map in the making: what lint says, how it differs from the map in force, its picture, and old traffic by it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from models.map_diff import PARTS, Change, diff
from pipelines import terminal
from pipelines.explore.html import framed, trouble
from pipelines.language import tr, trn
from pipelines.report.metro.map import metro_map
from pipelines.report.numbers import count, share, share_with
from pipelines.report.rows import JourneyData
from pipelines.report.svg import el
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import kind_title
from schemas.errors import MapError, Problem, TerrengError, UsageError
from schemas.journey_map import JourneyMap, load_map, load_maps

if TYPE_CHECKING:
    from pipelines.explore.desk import Desk
    from pipelines.maps.backtest import Backtest, Judgement
    from pipelines.maps.backtest import Change as Shift

MOST_CHANGES = 60
_LINES = ("journeys_n", "converted_n", "exited_n", "abandoned_n", "in_flight_n", "conforming_n")
_SIGNS = {"added": "+", "removed": "−", "renamed": "~", "moved": "→", "changed": "~", "allowed": "+", "forbidden": "−"}


@dataclass(frozen=True)
class Draft:
    """A map as it was typed.

    Attributes:
        plan: What it says; None: it cannot be read.
        problems: What lint says.
        before: The map in force of the same journey; None: there is none.
    """

    plan: JourneyMap | None
    problems: tuple[Problem, ...]
    before: JourneyMap | None


def map_files(desk: Desk) -> dict[str, str]:
    """Names of the workspace's map files to what stands in them."""
    paths = sorted(each for each in (desk.settings.root / "maps").iterdir() if each.suffix in {".yaml", ".yml"})
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


def drafted(desk: Desk, text: str, name: str) -> Draft:
    """Read a map as it was typed.

    Args:
        desk: What is looked into.
        text: The YAML.
        name: What its file is called, for lint.
    """
    from models.map_lint import lint
    from pipelines.maps.published import published

    try:
        plan = _read(text, name)
    except MapError as error:
        return Draft(None, error.problems, None)
    with published(desk.settings.root) as events:
        seen = events.seen_of(plan) if events else None
    problems = tuple(lint(plan, seen, datetime.now(UTC)))
    return Draft(plan, problems, desk.plans.get(plan.journey))


def _read(text: str, name: str) -> JourneyMap:
    with tempfile.TemporaryDirectory(prefix="terreng-") as folder:
        path = Path(folder) / "map.yaml"
        path.write_text(text, encoding="utf-8", errors="replace")
        return load_map(path, name)


def linted(draft: Draft) -> str:
    """What lint says, errors first."""
    errors = [each for each in draft.problems if each.level == "error"]
    rest = [each for each in draft.problems if each.level != "error"]
    if not draft.problems:
        return framed(el("p", tr("Lint has nothing to say against it."), class_="good"), look="lint")
    head = tr(
        "{errors} and {warnings}",
        errors=trn("{n} error", "{n} errors", len(errors), n=count(len(errors))),
        warnings=trn("{n} warning", "{n} warnings", len(rest), n=count(len(rest))),
    )
    return framed(el("h3", head), el("ul", *map(_problem, (*errors, *rest))), look="lint")


def _problem(problem: Problem) -> Markup:
    where = tr("line {n}", n=problem.line) if problem.line else problem.file
    wanted = el("span", tr("wanted: {what}", what=problem.wanted), class_="quiet") if problem.wanted else Markup("")
    hint = el("span", problem.hint, class_="quiet") if problem.hint else Markup("")
    return el("li", el("b", where), Markup(" "), problem.got, wanted, hint, class_=problem.level)


def differs(draft: Draft) -> str:
    """In words, what it says differently from the map in force."""
    if draft.plan is None:
        return ""
    if draft.before is None:
        return framed(el("p", tr("No map of this name is in force: it is a new one."), class_="note"))
    changes = diff(draft.before, draft.plan)
    if not changes:
        return framed(el("p", tr("It says the same as the map in force."), class_="note"))
    parts = [part for part in PARTS if any(change.part == part for change in changes)]
    return framed(*(_part(part, changes) for part in parts), look="changes")


def _part(part: str, changes: tuple[Change, ...]) -> Markup:
    mine = [change for change in changes if change.part == part]
    lines = [el("li", el("b", _SIGNS[each.kind]), Markup(" "), each.said, *_example(each)) for each in mine]
    more = [el("li", tr("and {n} more", n=count(len(lines) - MOST_CHANGES)))] if len(lines) > MOST_CHANGES else []
    return el("div", el("h3", PARTS[part]), el("ul", *lines[:MOST_CHANGES], *more))


def _example(change: Change) -> tuple[Markup, ...]:
    return (el("code", " → ".join(change.example)),) if change.example else ()


def designed(draft: Draft) -> str:
    """The map's picture, with nobody on it."""
    if draft.plan is None:
        return ""
    drawings = metro_map(JourneyView(draft.plan, nobody()), "draft")
    return framed(*(el("figure", drawing.svg, style=f"max-width: {drawing.width:.0f}px") for drawing in drawings))


def nobody() -> JourneyData:
    """No journeys."""
    return JourneyData({}, 0, None, None, {}, 0, 0, 0, 0, (), (), (), (), (), (), (), (), ())


def backtested(desk: Desk, draft: Draft) -> str:
    """Old traffic by this map, beside the map in force; the workspace stays as it is.

    Args:
        desk: What is looked into.
        draft: The map.
    """
    from pipelines.maps.backtest import backtest

    try:
        if draft.plan is None:
            raise UsageError(got=tr("a map with errors"), wanted=tr("one that lints without"))
        maps = load_maps(desk.settings.root / "maps")
        found = backtest(desk.settings, draft.plan, maps, desk.as_of, terminal.quiet)
    except TerrengError as error:
        return trouble(error)
    return framed(_sides(found), *_shifts(found, draft), look="part")


def _sides(found: Backtest) -> Markup:
    sides = (*((found.before,) if found.before else ()), found.after)
    heads = ("", *((tr("Map in force"),) if found.before else ()), tr("This map"))
    words = (
        tr("Journeys"),
        tr("Converted"),
        tr("Said no"),
        tr("Fell silent"),
        tr("Still on the way"),
        tr("As the flow has it"),
    )
    rows = [
        (word, *(_count(side.counts[name], side.counts["journeys_n"]) for side in sides))
        for name, word in zip(_LINES, words, strict=True)
    ]
    rows.append((tr("Conversion of those old enough"), *(_conversion(side) for side in sides)))
    rows.append((tr("Events that the map does not know"), *(_count(side.unmapped_n, None) for side in sides)))
    return _table(heads, rows)


def _count(n: int | None, whole: int | None) -> str:
    if n is None:
        return tr("hidden")
    return f"{count(n)} ({share(n / whole)})" if whole and n != whole else count(n)


def _conversion(side: Judgement) -> str:
    low, high = side.share["converted_low"], side.share["converted_high"]
    return share_with(side.share["converted_share"], low, high) if side.share["converted_share"] is not None else "–"


def _shifts(found: Backtest, draft: Draft) -> tuple[Markup, ...]:
    told = ((tr("It finds more of"), found.gained), (tr("It finds less of"), found.lost))
    heads = (tr("Departure"), tr("At"), tr("Map in force"), tr("This map"))
    return tuple(
        part
        for title, shifts in told
        if shifts
        for part in (el("h3", title), _table(heads, [_shift(each, draft) for each in shifts[:MOST_CHANGES]]))
    )


def _shift(shift: Shift, draft: Draft) -> tuple[str, ...]:
    plans = [plan for plan in (draft.plan, draft.before) if plan is not None and shift.target in plan.names]
    named = plans[0].title_of(shift.target) if plans else shift.target
    few = tr("few")
    numbers = (few if n is None else count(n) for n in (shift.before_n, shift.after_n))
    return (kind_title(shift.kind), named, *numbers)


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> Markup:
    head = el("tr", *(el("th", each, scope="col") for each in heads))
    body = (
        el("tr", el("th", row[0], scope="row"), *(el("td", each, class_="num") for each in row[1:])) for row in rows
    )
    return el("table", el("thead", head), el("tbody", *body))
