"""Which touchpoints and phases of two maps are the same, under another name perhaps, and where they went."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from models.map_diff.change import Change, Pair
from schemas import flow_shape
from schemas.blocks import leaves
from schemas.journey_map import JourneyMap

_ENOUGH = 2  # signs that a name which went and one which came are one thing
_ALIKE = 0.66
_ROLES = {
    "flow": "a step of the flow",
    "anytime": "welcome anytime",
    "off_map": "off the map",
    "exit": "an exit",
}


def pair_of(older: JourneyMap, newer: JourneyMap) -> Pair:
    """The two maps with the names that changed found out."""
    gone = [name for name in older.names if name not in newer.roles]
    come = [name for name in newer.names if name not in older.roles]
    scored = sorted(
        ((-_signs(older, newer, old, new), i, j) for i, old in enumerate(gone) for j, new in enumerate(come)),
    )
    renamed: dict[str, str] = {}
    for score, i, j in scored:
        if -score >= _ENOUGH and gone[i] not in renamed and come[j] not in renamed.values():
            renamed[gone[i]] = come[j]
    return Pair(older, newer, renamed, _renamed_phases(older, newer, renamed))


def _signs(older: JourneyMap, newer: JourneyMap, old: str, new: str) -> int:
    """How much speaks for it that two names are one thing: rules, title, spelling, neighbours."""
    before, after = older.entry(old), newer.entry(new)
    signs = int(difflib.SequenceMatcher(None, old.casefold(), new.casefold()).ratio() >= _ALIKE)
    if before is not None and after is not None:
        signs += 2 * bool(before.when and before.when == after.when)
        signs += 2 * bool(before.title and before.title == after.title)
    signs += _around(older, old) == _around(newer, new) != ("", "")
    return signs if older.role(old) == newer.role(new) else 0


def _around(plan: JourneyMap, name: str) -> tuple[str, str]:
    """The steps before and after a step as they are written; empty off the flow."""
    steps = ("", *leaves(plan.flow), "")
    at = steps.index(name) if name in steps else 0
    return (steps[at - 1], steps[at + 1]) if at else ("", "")


def _renamed_phases(older: JourneyMap, newer: JourneyMap, renamed: dict[str, str]) -> dict[str, str]:
    """Phases that went whose steps are for the most part those of a phase that came."""
    was = {phase.name: {renamed.get(name, name) for name in leaves(phase)} for phase in older.flow.phases}
    is_ = {phase.name: set(leaves(phase)) for phase in newer.flow.phases}
    found: dict[str, str] = {}
    for old, steps in was.items():
        for new, others in is_.items():
            if old not in is_ and new not in was and new not in found.values() and old not in found:
                found |= {old: new} if 2 * len(steps & others) > len(steps | others) else {}
    return found


def phase_changes(pair: Pair) -> Iterator[Change]:
    """Phases that came, went, have another name, another place, or another goal."""
    was = [pair.phases.get(phase.name, phase.name) for phase in pair.older.flow.phases]
    is_ = [phase.name for phase in pair.newer.flow.phases]
    old_name = {new: old for old, new in pair.phases.items()}
    for name in is_:
        if name not in was:
            yield Change("phases", "added", name, f"the phase {name} {_place(is_, name)}", after=_place(is_, name))
    for phase in pair.older.flow.phases:
        if pair.phases.get(phase.name, phase.name) not in is_:
            yield Change("phases", "removed", phase.name, f"the phase {phase.name}")
    for old, new in pair.phases.items():
        yield Change("phases", "renamed", new, f"the phase {old} is called {new} now", old, new)
    for name in _moved([name for name in was if name in is_], [name for name in is_ if name in was]):
        before, after = _place(was, name), _place(is_, name)
        yield Change("phases", "moved", name, f"the phase {name} is now {after} (before: {before})", before, after)
    for name in is_:
        goals = (pair.older.phase_goals.get(old_name.get(name, name), ""), pair.newer.phase_goals.get(name, ""))
        if name in was and goals[0] != goals[1]:
            said = f"the customer's goal in {name}: {goals[1] or 'none'} (before: {goals[0] or 'none'})"
            yield Change("phases", "changed", name, said, *goals)


def _place(names: Sequence[str], name: str) -> str:
    at = names.index(name)
    return f"after {names[at - 1]}" if at else "at the start"


def touchpoint_changes(pair: Pair) -> Iterator[Change]:
    """Touchpoints and exits that came, went, have another name, or another place."""
    older, newer = pair.older, pair.newer
    was = {pair.now(name): name for name in older.names}
    for name in newer.names:
        if name not in was:
            yield Change("touchpoints", "added", name, f"{pair.label(name)}, {_where(newer, name)}")
    for now, name in was.items():
        if now not in newer.roles:
            yield Change("touchpoints", "removed", name, f"{pair.label(name)}, {_where(older, name)} before")
    for old, new in pair.renamed.items():
        yield Change("touchpoints", "renamed", new, f"{old} is called {pair.label(new)} now", old, new)
    for name in newer.names:
        if name in was:
            yield from _elsewhere(pair, was[name], name)
    yield from _reordered(pair)


def _elsewhere(pair: Pair, old: str, new: str) -> Iterator[Change]:
    """Another part or another phase."""
    before, after = _where(pair.older, old), _where(pair.newer, new)
    is_same_phase = pair.phase_now(pair.older.phase_of(old)) == pair.newer.phase_of(new)
    if pair.older.role(old) != pair.newer.role(new) or not is_same_phase:
        said = f"{pair.label(new)} is now {after} (before: {before})"
        yield Change("touchpoints", "moved", new, said, before, after)


def _where(plan: JourneyMap, name: str) -> str:
    role, phase = plan.role(name), plan.phase_of(name)
    return _ROLES[role] + (f" in {phase}" if phase else " in the whole journey" if role == "anytime" else "")


def _reordered(pair: Pair) -> Iterator[Change]:
    """Steps of one phase, before as after, that changed places with others that were strictly before or after."""
    old_flow = [pair.now(name) for name in dict.fromkeys(leaves(pair.older.flow))]
    new_flow = list(dict.fromkeys(leaves(pair.newer.flow)))
    was, is_ = [name for name in old_flow if name in new_flow], [name for name in new_flow if name in old_flow]
    followed = _strict({(pair.now(a), pair.now(b)) for a, b in flow_shape.before(pair.older.flow)})
    follows = _strict(set(flow_shape.before(pair.newer.flow)))
    old_name = {pair.now(name): name for name in pair.older.names}
    for name in _moved(was, is_):
        is_same_phase = pair.phase_now(pair.older.phase_of(old_name[name])) == pair.newer.phase_of(name)
        swapped = {(a, b) for a, b in followed if (b, a) in follows and name in (a, b)}
        if is_same_phase and swapped:
            before, after = _place(was, name), _place(is_, name)
            said = f"{pair.label(name)} now comes {after} (before: {before})"
            yield Change("touchpoints", "moved", name, said, before, after)


def _strict(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Pairs of which the second never comes before the first."""
    return {(a, b) for a, b in pairs if (b, a) not in pairs}


def _moved(was: Sequence[str], is_: Sequence[str]) -> list[str]:
    """Names that are not in the longest run that both orders have, in the newer order; both have the same names."""
    place = {name: at for at, name in enumerate(was)}
    ends: list[int] = []
    held: list[str] = []
    before: dict[str, str | None] = {}
    for name in is_:
        at = bisect_left(ends, place[name])
        before[name] = held[at - 1] if at else None
        ends[at:] = [place[name], *ends[at + 1 :]]
        held[at:] = [name, *held[at + 1 :]]
    kept: set[str] = set()
    last = held[-1] if held else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return [name for name in is_ if name not in kept]
