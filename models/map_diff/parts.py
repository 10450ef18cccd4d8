"""What else a map says: who, until when, through which channel, and what it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from models.map_diff.change import Change, Pair, Part, changed
from schemas.durations import duration
from schemas.journey_map import JourneyMap
from schemas.map_constraints import Constraint
from schemas.map_experience import Question
from schemas.map_parts import Budget, Exit, ObservabilitySpan, Promise, Segment, Target, Touchpoint
from schemas.words import Calendar

Said = Mapping[str, str]
"""What a value is called, and the value in words; "" none."""


def part_changes(pair: Pair) -> Iterator[Change]:
    """Every difference that is not one of names, places or the flow."""
    yield from _both("map", "", _of_map(pair.older, pair), _of_map(pair.newer, None))
    for name in pair.newer.names:
        old = next((each for each in pair.older.names if pair.now(each) == name), None)
        if old is not None:
            yield from _of_entry(pair, old, name)
    yield from _both("goals", "", _journey_is(pair.older, pair), _journey_is(pair.newer, None))
    yield from _both("constraints", "", _constraints(pair.older, pair), _constraints(pair.newer, None))
    yield from _both("channels", "", pair.older.channels, pair.newer.channels)
    yield from _both("goals", "", _goals(pair.older, pair), _goals(pair.newer, None))
    yield from _both("experience", "", _experience(pair.older, pair), _experience(pair.newer, None))
    yield from _examples(pair)


def _both(part: Part, name: str, before: Said, after: Said, around: str = "") -> Iterator[Change]:
    """What differs between two mappings of values in words."""
    for what in dict.fromkeys((*before, *after)):
        was, is_ = before.get(what, ""), after.get(what, "")
        if was != is_:
            yield changed(part, name or what, f"{around}{what}", was, is_)


def _of_map(plan: JourneyMap, _: Pair | None) -> Said:
    return {
        "journey": plan.journey,
        "title": plan.title,
        "version": str(plan.version),
        "in force from": str(plan.valid_from or ""),
        "owner, business": plan.owner.business or "",
        "owner, operations": plan.owner.operations or "",
        "persona": plan.persona,
        "customer's goal": plan.customer_goal,
        "reviewed every": _length(plan.review_every_s),
        "last reviewed": str(plan.reviewed_on or ""),
    }


def _length(length_s: int | None) -> str:
    return "" if length_s is None else duration(length_s)


def _now(name: str, pair: Pair | None) -> str:
    """A touchpoint, exit or phase of the older map as the newer one has it; `pair` is None for the newer one."""
    return name if pair is None else pair.phases.get(pair.now(name), pair.now(name))


def _listed(names: Sequence[str], pair: Pair | None = None) -> str:
    return ", ".join(_now(name, pair) for name in names)


# --- touchpoints and exits -----------------------------------------------------------------------------------------


def _of_entry(pair: Pair, old: str, new: str) -> Iterator[Change]:
    before, after = pair.older.entry(old), pair.newer.entry(new)
    around = f"{pair.label(new)}, "
    yield from _both("touchpoints", new, _described(before), _described(after), around)
    yield from _both("promises", new, _promise(before, pair), _promise(after, None), around)
    yield from _both("exits", new, _after(before, pair), _after(after, None), around)
    yield from _both("rules", new, {"rules": _rules(pair.older, old)}, {"rules": _rules(pair.newer, new)}, around)


def _described(entry: Touchpoint | Exit | None) -> Said:
    common = {"title": entry.title, "owner": entry.owner or ""} if entry else {}
    if not isinstance(entry, Touchpoint):
        return common
    return common | {
        "channels": ", ".join(sorted(entry.channels)),
        "begun by": entry.initiator or "",
        "need": entry.need,
        "emotion": "" if entry.emotion is None else f"{entry.emotion:+d}" if entry.emotion else "0",
        "moment of truth": "yes" if entry.moment_of_truth else "",
        "can be seen": "; ".join(map(_span, entry.observability)),
        "who may change it": ", ".join(entry.mandate),
        "effort of a change": entry.effort or "",
    }


def _span(span: ObservabilitySpan) -> str:
    ends = (("from", span.from_), ("until", span.until))
    days = [f"{word} {moment:%Y-%m-%d %H:%M}".removesuffix(" 00:00") for word, moment in ends if moment]
    return " ".join([span.is_, *days])


def _promise(entry: Touchpoint | Exit | None, pair: Pair | None) -> Said:
    promise = entry.promise if isinstance(entry, Touchpoint) else None
    return {"promise": _promised(promise, pair)} if promise else {}


def _promised(promise: Promise, pair: Pair | None) -> str:
    hours = " of business hours" if promise.calendar is Calendar.BUSINESS else ""
    return f"{_now(promise.next, pair)} within {duration(promise.within_s)}{hours}"


def _after(entry: Touchpoint | Exit | None, pair: Pair | None) -> Said:
    return {"meant to be after": _listed(entry.after, pair)} if isinstance(entry, Exit) else {}


def _rules(plan: JourneyMap, name: str) -> str:
    """Rules in words; a name without any has the activity of its name, which is another one when it is renamed."""
    return _in_words(plan.rules_of(name))


def _in_words(rules: Sequence[Mapping[str, Sequence[str]]]) -> str:
    return " or ".join(
        " and ".join(f"{key} {' / '.join(patterns)}" for key, patterns in rule.items()) for rule in rules
    )


# --- what holds for the whole journey ------------------------------------------------------------------------------


def _journey_is(plan: JourneyMap, pair: Pair | None) -> Said:
    is_ = plan.journey_is
    told = {
        "a journey is per": is_.per,
        "opens with": _listed(plan.openings, pair),
        "goal": _listed(plan.goals, pair),
        "next journey after": is_.reopens_after if isinstance(is_.reopens_after, str) else duration(is_.reopens_after),
        "horizon": _length(is_.horizon_s),
        "patience": is_.patience_default if isinstance(is_.patience_default, str) else duration(is_.patience_default),
    }
    return told | {f"patience at {_now(name, pair)}": duration(length) for name, length in is_.patience.items()}


def _constraints(plan: JourneyMap, pair: Pair | None) -> Said:
    return {_rule_name(rule, pair): _rule_said(rule, pair) for rule in plan.constraints}


def _rule_name(rule: Constraint, pair: Pair | None) -> str:
    return rule.name or " ".join((rule.kind, *(_now(name, pair) for name in rule.names)))


def _rule_said(rule: Constraint, pair: Pair | None) -> str:
    told = _renamed(rule, pair).said
    return f"{told}, owner {rule.owner}" if rule.owner else told


def _renamed(rule: Constraint, pair: Pair | None) -> Constraint:
    first, second = (_now(rule.first, pair), _now(rule.second or "", pair))
    names = {"of": first} if rule.second is None else {rule.kind.value: (first, second)}
    return rule.model_copy(update=names)


def _goals(plan: JourneyMap, pair: Pair | None) -> Said:
    told = {f"segment {name}": _segment(segment) for name, segment in plan.segments.items()}
    if plan.value:
        worth = f"{plan.value.per_conversion:g} {plan.value.currency}"
        told["value of a conversion"] = f"{worth}, margin {plan.value.margin:g}"
        told["customers are followed for"] = _length(plan.value.window_s)
    for target in plan.targets:
        told[f"target, {_aim(target, pair)}"] = _bounds(target)
    for line in plan.budget:
        told[f"budget, {_line(line, pair)}"] = _bound(line)
    return told


def _experience(plan: JourneyMap, pair: Pair | None) -> Said:
    """Each question by what it asks of what; of several such the places in the file tell them apart."""
    told: dict[str, str] = {}
    for question in plan.experience:
        about = "the journey" if question.touchpoint is None else _now(question.touchpoint, pair)
        name = f"{question.measure} of {about}"
        told[name if name not in told else f"{name} ({len(told) + 1})"] = _asked(question)
    return told


def _asked(question: Question) -> str:
    worst, best = question.ends
    words = [f"{question.attribute} from {worst:g} to {best:g}", f"low at {question.low_at:g}"]
    words += [] if question.high_at is None else [f"good at {question.high_at:g}"]
    words += [f"answers are {_in_words(question.when)}"] if question.when else []
    words += [f"asked by {_in_words(question.asked)}"] if question.asked else []
    return ", ".join([*words, f"within {duration(question.within_s)}"])


def _segment(segment: Segment) -> str:
    return f"{segment.how} {segment.attribute}"


def _aim(target: Target, pair: Pair | None) -> str:
    place = target.touchpoint or target.phase
    words = [target.measure.replace("_", " "), f"of {_now(place, pair)}" if place else "", _within(target)]
    return " ".join(word for word in words if word)


def _within(target: Target) -> str:
    return f"within {duration(target.within_s)}" if target.within_s else ""


def _bounds(target: Target) -> str:
    ends = (("at least", target.at_least), ("at most", target.at_most))
    return ", ".join(f"{words} {bound:g}" for words, bound in ends if bound is not None)


def _line(line: Budget, pair: Pair | None) -> str:
    measure = "promise kept" if line.promise_kept_at_least is not None else "drop-off"
    return f"{measure} of {_now(line.touchpoint or line.phase or '', pair)}"


def _bound(line: Budget) -> str:
    if line.promise_kept_at_least is not None:
        return f"at least {line.promise_kept_at_least:g}"
    return f"at most {line.drop_off_at_most:g}"


def _examples(pair: Pair) -> Iterator[Change]:
    """Examples that came or went, as many as there are."""
    for what in ("conforming", "deviating"):
        was, is_ = (len(getattr(plan.examples, what)) for plan in (pair.older, pair.newer))
        before, after = _traces(pair.older, what, pair), _traces(pair.newer, what, None)
        if before != after:
            differ = sum(a != b for a, b in zip_longest(before, after))
            said = f"{what} examples: {is_} (before: {was}), {differ} of them changed, new or gone"
            yield Change("examples", "changed", what, said, str(was), str(is_))


def _traces(plan: JourneyMap, what: str, pair: Pair | None) -> list[tuple[str, ...]]:
    found = plan.examples.conforming if what == "conforming" else (each.trace for each in plan.examples.deviating)
    return [tuple(_now(name, pair) for name in trace) for trace in found]
