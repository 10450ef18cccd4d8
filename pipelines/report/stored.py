"""Sentences that stand in the published tables in English, told in the language spoken.

Estimators say in English why they tell no number; they know no language. Here every such sentence stands once more,
with names for what changes in it, so that the catalogues can have it. A sentence that is not found is told as it is.
"""

from __future__ import annotations

import re
from functools import cache

from pipelines.language import all_of, mark, told_number, told_percent, tongue, tr
from pipelines.report.vocabulary import kind_title, word

# In the order in which they are tried: those that say more first.
SENTENCES = (
    # models/outcomes.py, models/cohorts.py, models/differences.py
    mark("too few journeys (worth fewer than {n})"),
    mark("followed too briefly ({days} d < {wanted} d)"),
    mark("waits here outlast the horizon (patience {days} d of {wanted} d)"),
    mark("waits after it outlast the horizon"),
    mark("the week is not over, or was not followed yet"),
    # models/friction
    mark("too few journeys with the signal that can be compared (worth fewer than {n})"),
    mark("too few journeys without the signal to compare with (worth fewer than {n})"),
    mark("the map does not know {share} of the events in its journeys, and at most {most} may be unknown"),
    mark("waits here outlast the horizon of {days} days, and silence has to be told from slowness"),
    mark("it is known only when the goal is reached, where nobody is lost any more"),
    mark("nobody with the signal has been followed until silence is confirmed, and {n} journeys are wanted"),
    mark("journeys are followed for {days} days from here at most, and {wanted} days are wanted"),
    mark("whoever waits for so long is overdue, so there is nobody without it to compare with"),
    mark("it is itself how the journey ends, so it cannot be compared with endings"),
    mark("{share} of those with the signal met it elsewhere; they are not judged here"),
    mark("unadjusted confounding is possible: the interval covers no effect, so no unseen cause is needed to explain it"
         " away"),
    mark("unadjusted confounding is possible: an unseen cause would have to make both the signal and the loss {times}"
         " times as likely to explain the effect away, and {times_low} times to make it uncertain"),
    # pipelines/friction/judge.py, pipelines/compare/frictions.py
    mark("the same journeys as {signal} of {name}, and judged there"),
    mark("it goes together with {signal} of {name}; with that held still, no effect is left"),
    mark("without strata the effect has the other sign (Simpson's paradox)"),
    mark("an upper bound, if every friction were fixed; their losses overlap, so they are not added up"),
    mark("no signal is a friction: nothing to fix"),
    mark("strict and loose identity disagree about the sign of its effect, and it has to be alike whoever is taken for"
         " whom"),
    mark("under {rules} identity it costs less than half as much, and it has to be alike whoever is taken for whom"),
    # pipelines/compare/customers.py
    mark("a journey is a person's whole log (reopens_after: never), so nobody converts again"),
    mark("journeys are per {name}, so nobody knows whose the next one is"),
    mark("fewer than {n} customers can be followed for the whole window of {days} d"),
    # models/redesign, pipelines/compare/proposals.py
    mark("Let journeys pass by “{name}”"),
    mark("Offer “{name}” after “{place}” (it moves from off_map to touchpoints)"),
    mark("Offer “{name}” after “{place}”"),
    mark("Welcome “{name}” anytime in the phase {place} (it moves from off_map to touchpoints)"),
    mark("Welcome “{name}” anytime in the phase {place}"),
    mark("Let journeys go through “{name}” as often as they like"),
    mark("Let “{name}” come again after “{place}”"),
    mark("Let {names} come in any order"),
    mark("Let journeys take “{name}” beside “{place}”"),
    mark("Let journeys begin with “{name}” (they are cut anew then: try it with `terreng map backtest`)"),
    mark("Offer “{name}” by {place}, too"),
    mark("Leave open who begins “{name}” (the line `initiator` goes)"),
    mark("No change is proposed"),
    mark("a map does not design failures: look at what those who met one do next"),
    mark("a map does not design broken promises: see whether the promise is shorter than customers need"),
    mark("it is no way through the map, so no line of the map would allow it: read some of these journeys"),
    mark("no single change of the flow would make these journeys fit: they differ in more than this"),
    # pipelines/compare/tracking.py, pipelines/compare/silences.py
    mark("measure it, and write in the map since when it is seen: observability: [{lines}]"),
    mark("load again what {source} has of that time; then take the outage out of terreng.toml"),
    mark("load again what it has of that time; if nothing is to be had, under source {source} in terreng.toml:"
         " {lines}"),
    mark("mend the tracking; then in the map: {lines}; or, if the step was taken away, a new version of the map without"
         " it"),
    mark("mend the tracking; then in the map: {lines}"),
    mark("nothing at all from source {source}, where about {n} events were due"),
    mark("no {name} from source {source}, where about {n} were due"),
    # schemas/map_constraints.py
    mark("no {second} after {first}"),
    mark("at most {n} {first}"),
    mark("{second} in the channel of the {first} before it"),
    mark("every {first} is followed by {second} within {time} of business hours, in its channel"),
    mark("every {first} is followed by {second} within {time} of business hours"),
    mark("every {first} is followed by {second} within {time}, in its channel"),
    mark("every {first} is followed by {second}, in its channel"),
    mark("every {first} is followed by {second} within {time}"),
    mark("every {first} is followed by {second}"),
    # pipelines/ingest: what is noted of files
    mark("{name}: {note}"),
    mark("read again: its settings changed"),
    mark("there are no rows below the header"),
    mark("the file is empty"),
    mark("no row has {name}"),
    mark("not used: {why}"),
    mark("read the first sheet, {name}"),
    mark("read as {name}"),
    mark("fields end with {name}"),
    mark("numbers have {name}"),
    mark("records are the list {name}"),
    mark("only the first {n} of {most} columns were taken"),
    mark("new column {name}: it becomes an attribute"),
    mark("new column {name}: the settings do not use it"),
    mark("no column {name} any more"),
    mark("other columns than in earlier files: {n} new, {gone} gone; none of them is missed"),
    mark("other columns than in earlier files: {n} new; none of them is missed"),
    mark("other columns than in earlier files: {gone} gone; none of them is missed"),
    mark("1 event has a time after this run: a clock runs ahead, or a zone is missing"),
    mark("{n} events have a time after this run: a clock runs ahead, or a zone is missing"),
    mark("1 file read before is no longer there; its events stay"),
    mark("{n} files read before are no longer there; their events stay"),
    mark("1 file read before with other settings is no longer there; its events stay as they were read"),
    mark("{n} files read before with other settings are no longer there; their events stay as they were read"),
)  # fmt: skip
_NUMBERS = frozenset(("n", "days", "wanted", "share", "most", "times", "times_low", "gone"))
_ENDS = re.compile(r"(?<=[.!?]) (?=[A-Z0-9])")
_PLACE = re.compile(r"\\\{(\w+)\\\}")


def retold(text: str) -> str:
    """A text of a table in the language spoken, sentence by sentence."""
    if tongue().code == "en":
        return text
    return " ".join(_retold(part) or part for part in _ENDS.split(text))


def strata(adjusted_for: object) -> str:
    """What was held still for a comparison: "region, device, calendar time"; all, where nothing was."""
    names = str(adjusted_for).split(", ") if adjusted_for else [mark("all")]
    return ", ".join(tr(name) if name in {mark("calendar time"), "all"} else name for name in names)


def _retold(text: str) -> str | None:
    """One sentence; None where nobody has translated it."""
    bare = text.removesuffix(".")
    for pattern, sentence in _patterns():
        found = pattern.fullmatch(bare)
        if found is not None:
            told = tr(sentence, **{name: _value(name, value) for name, value in found.groupdict().items()})
            told = told[:1].upper() + told[1:] if text[:1].isupper() else told
            return told + "." if text.endswith(".") else told
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(text)), re.IGNORECASE | re.DOTALL), text) for text in SENTENCES
    )


def _value(name: str, value: str) -> str:
    """What stands at one of a sentence's places, told in the language, too."""
    if name in _NUMBERS:
        bare = value.removesuffix("%")
        return told_percent(bare) if bare != value else told_number(value)
    if name == "signal":
        return kind_title(value).lower()
    if name in {"names", "rules"}:
        return all_of(map(word, value.split(" and ")))
    return retold(value) if name in {"note", "why"} else value
