"""What must hold between the parts of a map: names that exist, a goal within reach, versions that follow each other."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from schemas import flow_shape
from schemas.blocks import leaves
from schemas.errors import Problem
from schemas.map_experience import LATEST
from schemas.map_file import Notes, Path_, did_you_mean
from schemas.map_flow import unfit
from schemas.map_parts import Budget, Target

if TYPE_CHECKING:
    from schemas.journey_map import JourneyMap
    from schemas.map_constraints import Constraint
    from schemas.map_experience import Question


_SHARES = ("conversion", "drop_off", "promise_kept", "csat", "ces")
_SAID = ("csat", "ces")
_OF_A_PLACE = ("drop_off", "promise_kept")
_CLOSE = 0.66  # difflib's ratio: two letters swapped in a word of three are still one word


def check_map(journey_map: JourneyMap, notes: Notes) -> None:
    """Note everything that contradicts itself in one map."""
    for check in _CHECKS:
        check(journey_map, notes)


def _known(name: str, path: Path_, known: Iterable[str], wanted: str, notes: Notes) -> bool:
    """Whether a name is known; else a problem with a hint. A name whose spelling is doubted is told of once."""
    choices = list(known)
    if name in choices:
        return True
    if name in notes.doubted:
        return False
    notes.add(path, f'"{name}"', wanted, did_you_mean(name, choices, "known"))
    return False


def _names(journey_map: JourneyMap, notes: Notes) -> None:
    """Each name is fit to be one, and plays one part."""
    on_map = dict.fromkeys((*leaves(journey_map.flow), *_all_anytime(journey_map)))
    sections: dict[str, Iterable[str]] = {
        "touchpoints": journey_map.touchpoints,
        "off_map": journey_map.off_map,
        "exits": journey_map.exits,
    }
    taken: dict[str, str] = dict.fromkeys(on_map, "touchpoints")
    for section, names in sections.items():
        for name in names:
            if unfit(name):
                notes.add((section, name), f'the name "{name}"', unfit(name))
            if taken.setdefault(name, section) != section:
                where = "the flow" if taken[name] == "touchpoints" else taken[name]
                notes.add((section, name), f'"{name}" under {section} and in {where}', "a name for one thing")


def _all_anytime(journey_map: JourneyMap) -> list[str]:
    flow = journey_map.flow
    return [name for phase in flow.phases for name in phase.anytime] + list(flow.anytime)


def _spelling(journey_map: JourneyMap, notes: Notes) -> None:
    """A step that nobody describes beside a description that no step has: one name, mistyped in one of two places."""
    described = [path[1] for path in notes.lines if len(path) == 2 and path[0] == "touchpoints"]
    used = dict.fromkeys((*leaves(journey_map.flow), *_all_anytime(journey_map)))
    elsewhere = {*described, *journey_map.off_map, *journey_map.exits}
    steps = [name for name in used if name not in elsewhere]
    spare = [name for name in described if isinstance(name, str) and name not in used]
    pairs = ((_closeness(step, name), step, name) for step in steps for name in spare)
    # The closest pair first, each name once: what is left over may well be meant as it is.
    for closeness, step, name in sorted(pairs, key=lambda pair: -pair[0]):
        if closeness >= _CLOSE and not notes.doubted & {step, name}:
            notes.doubted |= {step, name}
            hint = f'did you mean "{name}"? Line {notes.line(("touchpoints", name))} describes it, and no step has it'
            line = notes.flow_lines.get(step, 0)
            notes.problems.append(Problem(notes.file, line, f'"{step}"', "a described touchpoint", hint))


def _closeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


def _phases(journey_map: JourneyMap, notes: Notes) -> None:
    counts = Counter(phase.name for phase in journey_map.flow.phases)
    for i, phase in enumerate(journey_map.flow.phases):
        if counts[phase.name] > 1:
            notes.add(("flow", i, "phase"), f'the phase "{phase.name}" again', "a name of its own for each phase")
            counts[phase.name] = 1


def _anytime(journey_map: JourneyMap, notes: Notes) -> None:
    """A touchpoint is no step of the part where it is welcome anytime: an event could be either."""
    flow = journey_map.flow
    wanted = "a step of the flow or a touchpoint welcome anytime around it, not both"
    for i, name in enumerate(flow.anytime):
        if name in leaves(flow):
            notes.add(("anytime", i), f'"{name}", which is a step of the flow', wanted)
    for at, phase in enumerate(flow.phases):
        for i, name in enumerate(phase.anytime):
            if name in leaves(phase):
                notes.add(("flow", at, "anytime", i), f'"{name}", which is a step of this phase', wanted)


def _journey_is(journey_map: JourneyMap, notes: Notes) -> None:
    is_, steps = journey_map.journey_is, dict.fromkeys(leaves(journey_map.flow))
    if not steps:
        return
    for key, names in (("opens_with", is_.opens_with), ("goal", is_.goal)):
        for i, name in enumerate(names):
            _known(name, ("journey_is", key, i), steps, "a step of the flow", notes)
    for name in is_.patience:
        path = ("journey_is", "patience", name)
        _known(name, path, (*steps, *_all_anytime(journey_map)), "a touchpoint of the flow, or default", notes)
    follows = flow_shape.before(journey_map.flow)
    for i, goal in enumerate(is_.goal):
        starts = [name for name in journey_map.openings if name in steps]
        if goal in steps and starts and goal not in starts and not any((start, goal) in follows for start in starts):
            got = f'the goal "{goal}", which no journey reaches that opens with {", ".join(starts)}'
            notes.add(("journey_is", "goal", i), got, "a goal that the flow has after an opening")


def _promises(journey_map: JourneyMap, notes: Notes) -> None:
    known = (*leaves(journey_map.flow), *_all_anytime(journey_map))
    for section, entries in (("touchpoints", journey_map.touchpoints), ("off_map", journey_map.off_map)):
        for name, entry in entries.items():
            if entry.promise:
                path = (section, name, "promise", "next")
                _known(entry.promise.next, path, dict.fromkeys(known), "a touchpoint of the flow", notes)


def _constraints(journey_map: JourneyMap, notes: Notes) -> None:
    """They name touchpoints, and each has a name of its own in the tables."""
    known = dict.fromkeys((*leaves(journey_map.flow), *_all_anytime(journey_map), *journey_map.off_map))
    places: dict[str, int] = {}
    for i, constraint in enumerate(journey_map.constraints):
        for key, at, name in _named(constraint):
            _known(name, ("constraints", i, key, *at), known, "a touchpoint of the map", notes)
        first = places.setdefault(constraint.constraint_id, i)
        if first != i:
            got = f'the constraint "{constraint.constraint_id}" again'
            line = notes.line(("constraints", first))
            hint = f"the other one is in line {line}: remove one of them, or give it another name"
            notes.add(("constraints", i), got, "a name of its own for each constraint", hint)


def _named(constraint: Constraint) -> Iterator[tuple[str, tuple[int, ...], str]]:
    """The key, the place in its list, and the name of each touchpoint of a constraint."""
    if constraint.second is None:
        yield "of", (), constraint.first
        return
    for at, name in enumerate(constraint.names):
        yield constraint.kind, (at,), name


def _exits(journey_map: JourneyMap, notes: Notes) -> None:
    """Exits are meant to be after what the journey has, and a name there is one thing."""
    touchpoints = dict.fromkeys((*leaves(journey_map.flow), *_all_anytime(journey_map), *journey_map.off_map))
    phases = [phase.name for phase in journey_map.flow.phases]
    for name, entry in journey_map.exits.items():
        for i, place in enumerate(entry.after):
            path = ("exits", name, "after", i)
            _known(place, path, (*touchpoints, *phases), "a touchpoint or a phase of the map", notes)
            if place in touchpoints and place in phases:
                hint = "give the phase another name"
                notes.add(path, f'"{place}", which is a touchpoint and a phase', "a name for one thing", hint)


def _channels(journey_map: JourneyMap, notes: Notes) -> None:
    if not journey_map.channels:
        return
    for section, entries in (("touchpoints", journey_map.touchpoints), ("off_map", journey_map.off_map)):
        for name, entry in entries.items():
            for i, channel in enumerate(entry.channels):
                _known(channel, (section, name, "channels", i), journey_map.channels, "a channel of the map", notes)


def _observability(journey_map: JourneyMap, notes: Notes) -> None:
    """Spans are in order and do not overlap, so that every instant has one answer."""
    for section, entries in (("touchpoints", journey_map.touchpoints), ("off_map", journey_map.off_map)):
        for name, entry in entries.items():
            path: Path_ = (section, name, "observability")
            for i, span in enumerate(entry.observability):
                if span.from_ and span.until and span.from_ >= span.until:
                    notes.add((*path, i), "a span that ends before it begins", "until after from")
            for i, (one, other) in enumerate(pairwise(entry.observability)):
                if one.until is None or other.from_ is None or one.until > other.from_:
                    notes.add(
                        (*path, i + 1), "a span that overlaps the one before", "spans in order, one after the other"
                    )


def _goals_to_keep(journey_map: JourneyMap, notes: Notes) -> None:
    """Targets and budgets name what exists, and promises that were made."""
    known = dict.fromkeys((*leaves(journey_map.flow), *_all_anytime(journey_map)))
    phases = [phase.name for phase in journey_map.flow.phases]
    sections: dict[str, Sequence[Target | Budget]] = {"targets": journey_map.targets, "budget": journey_map.budget}
    for key, items in sections.items():
        for i, item in enumerate(items):
            if item.phase is not None:
                _known(item.phase, (key, i, "phase"), phases, "a phase of the flow", notes)
            if item.touchpoint is not None:
                _known(item.touchpoint, (key, i, "touchpoint"), known, "a touchpoint of the flow", notes)
            if _asks_for_a_promise(item) and item.touchpoint in known and item.touchpoint not in notes.doubted:
                _promised(item.touchpoint, (key, i, "touchpoint"), notes)


def _asks_for_a_promise(item: Target | Budget) -> bool:
    return item.measure == "promise_kept" if isinstance(item, Target) else item.promise_kept_at_least is not None


def _promised(name: str, path: Path_, notes: Notes) -> None:
    if ("touchpoints", name, "promise") not in notes.lines:  # one that is wrong has been told of
        hint = f"add a promise to {name}, or ask for its {'drop_off' if path[0] == 'targets' else 'drop_off_at_most'}"
        notes.add(path, f'"{name}", which promises nothing', "a touchpoint with a promise", hint)


def _aims(journey_map: JourneyMap, notes: Notes) -> None:
    """Targets that somebody could reach: a share is from 0 to 1, and falls silent or is kept somewhere."""
    for i, target in enumerate(journey_map.targets):
        if target.measure not in _SHARES:
            continue
        for key, bound in (("at_least", target.at_least), ("at_most", target.at_most)):
            if bound is not None and not 0 <= bound <= 1:
                hint = f"{bound:g} % is {bound / 100:g}" if 1 < bound <= 100 else ""
                hint = f"{target.measure} is the share of good answers" if target.measure in _SAID else hint
                notes.add(("targets", i, key), f"{key}: {bound:g}", "a share from 0 to 1", hint)
        if target.at_least is not None and target.at_most is not None and target.at_least > target.at_most:
            notes.add(
                ("targets", i), f"at_least {target.at_least:g} and at_most {target.at_most:g}", "room between them"
            )
        if target.measure in _OF_A_PLACE and target.touchpoint is None and target.phase is None:
            notes.add(("targets", i), f"{target.measure} of nothing", "a touchpoint or a phase")


def _experience(journey_map: JourneyMap, notes: Notes) -> None:
    """Questions are about touchpoints, their answers are on their scale, and each counts once."""
    touchpoints = (*leaves(journey_map.flow), *_all_anytime(journey_map), *journey_map.off_map)
    known = dict.fromkeys((*touchpoints, LATEST))
    asked: dict[tuple[object, ...], int] = {}
    for i, question in enumerate(journey_map.experience):
        if question.touchpoint is not None:
            wanted = f"a touchpoint of the map, or {LATEST}"
            _known(question.touchpoint, ("experience", i, "touchpoint"), known, wanted, notes)
        _answers(question, ("experience", i), notes)
        first = asked.setdefault(_counted_once(question), i)
        if first != i:
            got = f"the answers of the {question.measure} question in line {notes.line(('experience', first))} again"
            notes.add(("experience", i), got, "answers that count once", "tell the two apart by when, or by score")


def _counted_once(question: Question) -> tuple[object, ...]:
    """One answer may be about the journey and about a touchpoint of it, but not twice about either."""
    return question.measure, question.attribute, question.touchpoint is None, repr(question.when)


def _answers(question: Question, path: Path_, notes: Notes) -> None:
    worst, best = question.ends
    for key, at in (("low", question.low), ("high", question.high)):
        if at is not None and not min(worst, best) <= at <= max(worst, best):
            notes.add((*path, key), f"{key}: {at:g}", f"an answer from {worst:g} to {best:g}", "scale says which exist")
            return
    high = question.high_at
    if high is not None and (question.low_at - high) * (best - worst) >= 0:
        got = f"low: {question.low_at:g} and high: {high:g} on a scale from {worst:g} to {best:g}"
        notes.add(path, got, "low answers that are worse than good ones", "scale has the worst answer first")


def _examples(journey_map: JourneyMap, notes: Notes) -> None:
    known = dict.fromkeys((*leaves(journey_map.flow), *_all_anytime(journey_map)))
    for i, trace in enumerate(journey_map.examples.conforming):
        for at, name in enumerate(trace):
            _known(name, ("examples", "conforming", i, at), known, "a touchpoint of the flow", notes)


_CHECKS = (
    _spelling,
    _names,
    _phases,
    _anytime,
    _journey_is,
    _promises,
    _exits,
    _constraints,
    _channels,
    _observability,
    _goals_to_keep,
    _aims,
    _experience,
    _examples,
)


def check_versions(maps: Sequence[JourneyMap]) -> Iterator[Problem]:
    """What contradicts between versions of one journey; `maps` is sorted by journey and version."""
    for older, newer in pairwise(maps):
        if older.journey != newer.journey:
            continue
        name = f"{newer.journey} version {newer.version}"
        if older.version == newer.version:
            yield newer.problem(
                ("version",), f"{name} again", "a number of its own for each version", _elsewhere(older)
            )
        elif newer.valid_from is None:
            yield newer.problem(("version",), f"no valid_from in {name}", "the day from which it is in force")
        elif older.valid_from is not None and older.valid_from >= newer.valid_from:
            got = f"{name}, in force from {newer.valid_from}"
            wanted = f"a day after {older.valid_from}, from which version {older.version} is in force"
            yield newer.problem(("valid_from",), got, wanted, _elsewhere(older))


def _elsewhere(journey_map: JourneyMap) -> str:
    return f"the other one is {journey_map.problem((), '', '').file}"
