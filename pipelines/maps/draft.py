"""A first map of a workspace: drafted from its events, to be named, corrected and owned by people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.automaton import compile_flow
from models.draft import Drafted, draft, fits, phase_starts, steps_by_share
from pipelines import steps as run_steps
from pipelines.engine import DuckDBEngine, Engine
from pipelines.id_types import kind_of
from pipelines.maps.observed import Variants, cut_journeys, find_steps, gaps_s, likely_goal
from pipelines.maps.scratch import scratch
from pipelines.maps.step_names import StepNames, pattern_of
from pipelines.mining import mine_tree
from pipelines.settings import Settings
from pipelines.snapshot_time import snapshot_time
from pipelines.study import micros
from pipelines.terminal import Tell
from schemas.blocks import Flow, Phase, leaves
from schemas.errors import UsageError, WarehouseError
from schemas.flow_shape import lasts
from schemas.map_file import Path_
from schemas.map_writing import flow_tree
from schemas.words import IdKind

SHARE_RARE = 0.01  # an activity of fewer journeys gets no place: nothing can be learned of where it belongs
SHARE_OF_CASES = 0.9  # so many events with a case's id make a log of cases
FEWEST_WHOLE = 30  # journeys to the goal from which a flow is mined; with fewer, all journeys are
MOST_OFF_MAP = 100
MOST_EXAMPLES = 3


@dataclass(frozen=True)
class Wanted:
    """What the user says of the map to draft; what is empty is guessed.

    Attributes:
        journey: Its short name.
        per: Whose journeys: `person`, or an id type.
        opens: Activities at which a journey opens.
        goals: Activities with which it reaches its goal.
    """

    journey: str = "draft"
    per: str = ""
    opens: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A drafted map.

    Attributes:
        tree: The keys of a map file.
        head: Lines of comment for the top of the file.
        remarks: Comments for keys, by path.
        journeys_n: Journeys that the map judges.
        fitting_n: Of these, journeys that are as the draft has it, wholly or so far.
    """

    tree: dict[str, object]
    head: tuple[str, ...]
    remarks: dict[Path_, str]
    journeys_n: int
    fitting_n: int


def draft_map(settings: Settings, wanted: Wanted, now: datetime, tell: Tell) -> Draft:
    """Drafts a map from everything that the workspace has taken in.

    Args:
        settings: The workspace's.
        wanted: What the user says of it.
        now: The moment; events after it are no events.
        tell: Told what goes on.

    Raises:
        WarehouseError: Nothing has been taken in yet.
        UsageError: An activity or id type that there is not, or too few journeys.
    """
    _prepare(settings, tell)
    with scratch(settings) as (connection, _):
        moment = snapshot_time(connection, now).at
        if moment is None:
            raise _nothing(settings)
        engine = DuckDBEngine(connection)
        per, is_log = _per(engine, settings, wanted)
        engine.use("drafting")
        tell("Look at what happened")
        found = find_steps(engine, per, micros(moment), settings.privacy.minimum_cell)
        names = StepNames(found)
        goals = names.numbers(wanted.goals, "--goal")
        opens = names.numbers(wanted.opens, "--from")
        if not goals and not is_log:
            likely = likely_goal(engine)
            goals = (likely,) if likely is not None else ()
        journeys = cut_journeys(engine, opens, goals)
        tell("Mine the flow")
        sketch = _Sketch(wanted, per, names, opens, goals, journeys, settings.privacy.minimum_cell)
        flow = sketch.drafted()
        known = [[names.number[name] for name in set(leaves(step))] for step in flow.steps]
        return sketch.finished(flow, gaps_s(engine, known))


def _prepare(settings: Settings, tell: Tell) -> None:
    """Persons are needed, and a workspace without a map has had no run that joins them."""
    if not settings.warehouse.is_file():
        raise _nothing(settings)
    with scratch(settings) as (connection, _):
        rows = connection.sql("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM person_keys)").fetchall()
    events_n, persons_n = rows[0]
    if not events_n:
        raise _nothing(settings)
    if not persons_n:
        tell("Join ids into persons")
        run_steps.resolve_persons(settings)


def _nothing(settings: Settings) -> WarehouseError:
    return WarehouseError(
        got="no event has been taken in yet",
        wanted="events to draft a map from",
        hint="run `terreng ingest` first",
        file=str(settings.warehouse),
    )


def _per(engine: Engine, settings: Settings, wanted: Wanted) -> tuple[str, bool]:
    """Whose journeys they are, and whether an entity's whole log is one journey."""
    rows = engine.frame(
        "SELECT i.id_type, count(*) FROM events e JOIN identifiers i ON i.id_key = e.id_key"
        " GROUP BY i.id_type ORDER BY count(*) DESC, i.id_type"
    ).rows()
    types = engine.frame("SELECT DISTINCT id_type FROM identifiers ORDER BY id_type")["id_type"].to_list()
    if wanted.per and wanted.per not in ("person", *types):
        known = ", ".join(("person", *types))
        raise UsageError(
            got=f"--per {wanted.per}", wanted="person, or an id type of the sources", hint=f"known: {known}"
        )
    main, n = rows[0] if rows else ("person", 0)
    is_case = kind_of(settings, main) == IdKind.CASE and n >= SHARE_OF_CASES * sum(count for _, count in rows)
    per = wanted.per or (main if is_case else "person")
    return per, per != "person" and kind_of(settings, per) == IdKind.CASE


@dataclass(frozen=True)
class _Sketch:
    """A map in the making: everything that is known before the flow, and what is written after."""

    wanted: Wanted
    per: str
    names: StepNames
    opens: tuple[int, ...]
    goals: tuple[int, ...]
    journeys: Variants
    minimum: int
    remarks: dict[Path_, str] = field(default_factory=dict)

    def drafted(self) -> Drafted:
        """The flow of the journeys that reached their goal (of all, where none is known or few did)."""
        whole = {trace: n for trace, n in self.journeys.counts.items() if self._is_whole(trace)}
        if sum(whole.values()) < FEWEST_WHOLE:
            whole = dict(self.journeys.counts)
        all_n = sum(whole.values())
        if all_n < max(self.minimum, 2):
            raise UsageError(
                got="fewer journeys than may be told of",
                wanted=f"at least {max(self.minimum, 2)} from their opening to their goal",
                hint="other activities for --from and --goal, or another --per",
            )
        named = self._named(whole)
        fewest = max(SHARE_RARE * all_n, self.minimum)
        common = {name for name, share in steps_by_share(named).items() if name and share * all_n >= fewest}
        traces: dict[tuple[str, ...], int] = {}
        for trace, n in named.items():
            kept = tuple(name for name in trace if name in common)
            if kept:
                traces[kept] = traces.get(kept, 0) + n
        required = [self.names.of[number] for number in (*self.opens, *self.goals) if number in self.names.of]
        return draft(traces, mine_tree, [name for name in required if name in common])

    def _is_whole(self, trace: tuple[int, ...]) -> bool:
        return not self.goals or trace[-1] in self.goals

    def _named(self, counts: Mapping[tuple[int, ...], int]) -> dict[tuple[str, ...], int]:
        found: dict[tuple[str, ...], int] = {}
        for trace, n in counts.items():
            names = tuple(self.names.of.get(number, "") for number in trace)
            found[names] = found.get(names, 0) + n
        return found

    def finished(self, flow: Drafted, gaps: tuple[float | None, ...]) -> Draft:
        """The map as a file has it."""
        phases = self._phases(flow, gaps)
        whole = Flow(phases, flow.anytime)
        placed = {*leaves(whole), *flow.anytime}
        off_map = self._off_map(placed)
        goals = [self.names.of[number] for number in self.goals if self.names.of.get(number) in placed]
        opens = [self.names.of[number] for number in self.opens if self.names.of.get(number) in placed]
        judged = self._judged(whole, goals or list(lasts(whole)))
        first, last = self.names.title(leaves(whole)[0]), self.names.title((goals or list(lasts(whole)))[-1])
        tree: dict[str, object] = {
            "journey": self.wanted.journey,
            "title": f"Draft: {first} to {last}",
            "version": 1,
            "journey_is": self._journey_is(opens, goals),
            "channels": {name: name for name in self._channels(placed | set(off_map))},
            "flow": flow_tree(whole),
            "anytime": list(flow.anytime),
            "touchpoints": {name: self._entry(name) for name in (*dict.fromkeys(leaves(whole)), *flow.anytime)},
            "off_map": {name: self._entry(name) for name in off_map},
            "examples": {"conforming": [list(trace) for trace in judged.examples]},
        }
        if not judged.examples:
            tree.pop("examples")
        tree = {key: told for key, told in tree.items() if told}
        self._remark(tree, bool(goals))
        return Draft(tree, self._head(judged), self.remarks, judged.journeys_n, judged.fitting_n)

    def _phases(self, flow: Drafted, gaps: tuple[float | None, ...]) -> tuple[Phase, ...]:
        starts = phase_starts(gaps)
        ends = (*starts[1:], len(flow.steps))
        phases = []
        for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
            steps = flow.steps[start:end]
            name = (
                f"Phase {number + 1}: {self.names.title(leaves(Phase('', steps))[0])}"
                if len(starts) > 1
                else "All of it"
            )
            phases.append(Phase(name, steps))
            gap = gaps[start - 1] if start else None
            if gap is not None:
                self.remarks["flow", number] = f"guessed: before it, a median of {_in_words(gap)} passes"
        return tuple(phases)

    def _off_map(self, placed: Collection[str]) -> list[str]:
        rest = [step for number, step in self.names.steps.items() if self.names.of[number] not in placed]
        known = [step for step in rest if step.entities_n >= self.minimum]
        ordered = sorted(known, key=lambda step: (-step.events_n, step.number))[:MOST_OFF_MAP]
        return [self.names.of[step.number] for step in ordered]

    def _channels(self, names: Collection[str]) -> list[str]:
        return sorted({channel for name in names for channel in self.names.steps[self.names.number[name]].channels})

    def _entry(self, name: str) -> dict[str, object]:
        step = self.names.steps[self.names.number[name]]
        entry = {
            "title": self.names.title(name),
            "channels": list(step.channels),
            "initiator": step.initiator,
            "when": {"source": pattern_of(step.source), "activity": pattern_of(step.activity)},
        }
        return {key: told for key, told in entry.items() if told}

    def _journey_is(self, opens: list[str], goals: list[str]) -> dict[str, object]:
        said: dict[str, object] = {"per": self.per}
        if opens:
            said["opens_with"] = opens if len(opens) > 1 else opens[0]
        if goals:
            said["goal"] = goals if len(goals) > 1 else goals[0]
        return {**said, "reopens_after": "goal" if goals else "never"}

    def _judged(self, whole: Flow, goals: list[str]) -> _Judged:
        """How many journeys the draft fits, and the most frequent ones that it fits wholly."""
        automaton, steps = compile_flow(whole), set(leaves(whole))
        is_fitting = fits(automaton, goals)
        journeys_n = fitting_n = 0
        examples: list[tuple[str, ...]] = []
        named = sorted(self._named(self.journeys.counts).items(), key=lambda item: (-item[1], item[0]))
        for names, n in named:
            start = next((at for at, name in enumerate(names) if name in steps), None)
            if start is None:
                continue  # nothing of the flow: it opens no journey
            trace = names[start:] if self.goals else names
            journeys_n += n
            if is_fitting(trace):
                fitting_n += n
                is_told = n >= max(self.minimum, 2) and len(examples) < MOST_EXAMPLES and trace not in examples
                if is_told and automaton.accepts(trace):
                    examples.append(trace)
        return _Judged(journeys_n, fitting_n, tuple(examples))

    def _remark(self, tree: Mapping[str, object], has_goal: bool) -> None:
        guessed = (
            "" if self.wanted.goals or not has_goal else "the goal is guessed: it comes once, and after most else; "
        )
        said = {
            "title": "to be named: nobody has designed this journey yet",
            "journey_is": f"{guessed}correct it here, or draft again with --per, --from and --goal",
            "flow": "the flow that fits most journeys and allows least besides; phases are guessed from pauses",
            "anytime": "guessed: many journeys have them, at no place of their own",
            "touchpoints": "titles are the systems' words; each needs an owner, and what customers need there",
            "off_map": "rare, or at no place: are they welcome? are they a sign of trouble?",
            "examples": "the most frequent journeys that go like this",
        }
        self.remarks.update({(key,): text for key, text in said.items() if key in tree})

    def _head(self, judged: _Judged) -> tuple[str, ...]:
        share = judged.fitting_n / max(judged.journeys_n, 1)
        days = f"{self.journeys.from_at:%Y-%m-%d} to {self.journeys.until_at:%Y-%m-%d}"
        unnamed = (
            (f"Left out, for their names look like addresses or long numbers: {self.names.unnamed_n} kinds of events.",)
            if self.names.unnamed_n
            else ()
        )
        return (
            f"A DRAFT by `terreng map draft`, of what happened from {days}: it says what is usual, not what is good.",
            f"It fits {share:.1%} of {judged.journeys_n:,} journeys, wholly or so far.",
            *unnamed,
            "Name it, correct the flow, add owners and promises; then: terreng map lint, terreng map backtest.",
        )


@dataclass(frozen=True)
class _Judged:
    """How many journeys a draft fits, and which."""

    journeys_n: int
    fitting_n: int
    examples: tuple[tuple[str, ...], ...]


def _in_words(seconds: float) -> str:
    for size, word in ((86_400, "days"), (3600, "hours")):
        if seconds >= size:
            return f"{seconds / size:.3g} {word}"
    return f"{seconds / 60:.2g} minutes"
