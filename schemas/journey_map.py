"""The journey map: the designed journey, one version a file, read from YAML with every mistake reported at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import Field, InstanceOf, PrivateAttr, ValidationError

from schemas import flow_shape
from schemas.blocks import Flow, leaves
from schemas.errors import MapError, Problem
from schemas.map_checks import check_map, check_versions
from schemas.map_constraints import Constraint
from schemas.map_experience import Question
from schemas.map_faults import Faults, without_faults
from schemas.map_file import PAGE, Notes, Path_, Tree, map_error, read_yaml
from schemas.map_flow import read_flow
from schemas.map_parts import (
    Budget,
    Code,
    Day,
    DurationS,
    Examples,
    Exit,
    JourneyIs,
    Owner,
    Part,
    Segments,
    Target,
    Text,
    Touchpoint,
    Value,
)

Role: TypeAlias = Literal["flow", "anytime", "off_map", "exit"]


class JourneyMap(Part):
    """One version of a designed journey.

    Attributes:
        journey: Name, shared by all versions.
        title: Title for people.
        version: From 1.
        valid_from: First day (UTC) on which it is in force; None: since ever.
        owner: Who answers for the whole journey.
        persona: Whom it is designed for.
        customer_goal: What the customer wants.
        review_every_s: Rhythm of reviews, seconds; None: none is set.
        reviewed_on: Day (UTC) of the last review; None: when it came into force.
        journey_is: What counts as one journey.
        channels: Channel to its title; empty: channels are not checked.
        flow: The designed order.
        phase_goals: Phase to what the customer wants in it.
        touchpoints: What is known of touchpoints in the flow or welcome anytime; not every one needs an entry.
        off_map: Known touchpoints that nobody designed in.
        exits: Ways to say no.
        constraints: Rules that a flow cannot say.
        segments: Segment to the attribute behind it.
        experience: What customers are asked.
        value: What a conversion is worth.
        targets: What the journey is meant to reach.
        budget: Lines that must not be crossed.
        examples: The map's own tests.
    """

    journey: Code
    title: Text
    version: int = Field(default=1, ge=1)
    valid_from: Day | None = None
    owner: Owner = Owner()
    persona: str = ""
    customer_goal: str = ""
    review_every_s: DurationS | None = Field(default=None, alias="review_every")
    reviewed_on: Day | None = None
    journey_is: JourneyIs = JourneyIs()
    channels: dict[Text, Text] = Field(default_factory=dict)
    flow: InstanceOf[Flow]
    phase_goals: dict[str, str] = Field(default_factory=dict, alias="phase goals")
    touchpoints: dict[Text, Touchpoint] = Field(default_factory=dict)
    off_map: dict[Text, Touchpoint] = Field(default_factory=dict)
    exits: dict[Text, Exit] = Field(default_factory=dict)
    constraints: tuple[Constraint, ...] = ()
    segments: Segments = Field(default_factory=dict)
    experience: tuple[Question, ...] = ()
    value: Value | None = None
    targets: tuple[Target, ...] = ()
    budget: tuple[Budget, ...] = ()
    examples: Examples = Examples()

    _notes: Notes = PrivateAttr(default_factory=lambda: Notes(""))

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        """Name to role, in the order of the codes."""
        anytime = [name for phase in self.flow.phases for name in phase.anytime] + list(self.flow.anytime)
        named: tuple[tuple[Role, list[str]], ...] = (
            ("flow", list(leaves(self.flow))),
            ("anytime", anytime),
            ("off_map", list(self.off_map)),
            ("exit", list(self.exits)),
        )
        roles: dict[str, Role] = {}
        for role, names in named:
            for name in names:
                roles.setdefault(name, role)
        return roles

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every touchpoint and exit; its place is its code: the flow in designed order, anytime, off the map, exits."""
        return tuple(self.roles)

    def role(self, name: str) -> Role:
        """What part a name plays; a touchpoint both in the flow and welcome anytime elsewhere is the flow's."""
        return self.roles[name]

    @cached_property
    def phases(self) -> Mapping[str, str]:
        """Touchpoint to the first phase in which it stands, as a step before as an anytime one."""
        phases: dict[str, str] = {}
        for phase in self.flow.phases:
            phases = {**dict.fromkeys(leaves(phase), phase.name), **phases}
        for phase in self.flow.phases:
            phases = {**dict.fromkeys(phase.anytime, phase.name), **phases}
        return phases

    def phase_of(self, name: str) -> str | None:
        """The first phase in which a touchpoint stands; None off the flow."""
        return self.phases.get(name)

    def entry(self, name: str) -> Touchpoint | Exit | None:
        """What the map says of a name beyond its place; None: nothing."""
        return self.touchpoints.get(name) or self.off_map.get(name) or self.exits.get(name)

    @cached_property
    def review_due_at(self) -> datetime | None:
        """When it has to be looked at again; None: no rhythm is set, or nobody knows since when."""
        since = self.reviewed_on or self.valid_from
        if since is None or self.review_every_s is None:
            return None
        return datetime.combine(since, time(), UTC) + timedelta(seconds=self.review_every_s)

    def places_before(self, exit_name: str) -> frozenset[str] | None:
        """Touchpoints after which an exit is meant to be, phases as their touchpoints; None: it may be anywhere."""
        after = self.exits[exit_name].after
        inside = [
            name for phase in self.flow.phases if phase.name in after for name in (*leaves(phase), *phase.anytime)
        ]
        return frozenset((*inside, *(name for name in after if name in self.roles))) if after else None

    def owner_of(self, name: str) -> str | None:
        """Owner of a touchpoint, else of the journey (operations before business), else None."""
        entry = self.entry(name)
        return (entry.owner if entry else None) or self.owner.operations or self.owner.business

    def has_mandate(self, name: str) -> bool | None:
        """Whether a touchpoint's owner is among those who may change it; None: the map does not say who may."""
        entry = self.entry(name)
        mandate = entry.mandate if isinstance(entry, Touchpoint) else ()
        return self.owner_of(name) in mandate if mandate else None

    def title_of(self, name: str) -> str:
        """Title for people; without one the name, underscores as spaces."""
        entry = self.entry(name)
        plain = name.replace("_", " ")
        return (entry.title if entry else "") or plain[:1].upper() + plain[1:]

    @cached_property
    def mandatory(self) -> frozenset[str]:
        """Touchpoints that every complete run of the flow has."""
        return flow_shape.mandatory(self.flow)

    def is_optional(self, name: str) -> bool:
        """Whether a complete run of the flow may do without the touchpoint (so also a branch of a one_of)."""
        return name not in self.mandatory

    @cached_property
    def openings(self) -> tuple[str, ...]:
        """Touchpoints that begin a journey: `opens_with`, else those with which the flow may begin."""
        return self.journey_is.opens_with or flow_shape.firsts(self.flow)

    @cached_property
    def goals(self) -> tuple[str, ...]:
        """Touchpoints that reach the goal: `goal`, else those with which the flow may end."""
        return self.journey_is.goal or flow_shape.lasts(self.flow)

    def rules_of(self, name: str) -> tuple[Mapping[str, tuple[str, ...]], ...]:
        """Rules of which one has to match; a name without any matches the activity of that name."""
        entry = self.entry(name)
        return (entry.when if entry else ()) or ({"activity": (name,)},)

    @cached_property
    def rule_order(self) -> tuple[str, ...]:
        """Names in the order in which their rules are tried: that of the file.

        A name without an entry stands where the flow first has it. A map that was not read from a file
        is taken as written in the order touchpoints, flow, off_map, exits.
        """
        return tuple(sorted(self.names, key=self._rule_place))

    def _rule_place(self, name: str) -> tuple[int, int, int]:
        sections = (self.touchpoints, (), self.off_map, self.exits)
        section = next((i for i, names in enumerate(sections) if name in names), 1)
        place = list(sections[section]).index(name) if section != 1 else self.names.index(name)
        return self.line_of(name), section, place

    def line_of(self, name: str, *inside: str | int) -> int:
        """Line of a name's entry (or of what stands inside it), else of its first place in the flow, else 0."""
        for section in ("touchpoints", "off_map", "exits"):
            if (section, name) in self._notes.lines:
                return self._notes.line((section, name, *inside))
        return self._notes.flow_lines.get(name, 0)

    def problem(self, path: Path_, got: str, wanted: str, hint: str = "", level: str = "error") -> Problem:
        """A problem with the value at a path of keys and places, with its file and line."""
        return self._notes.problem(path, got, wanted, hint, level)

    @cached_property
    def content_hash(self) -> str:
        """Hash of what the map says: comments and layout do not count, the order of rules does."""
        return hashlib.sha256(f"{self!r}{self.rule_order}".encode()).hexdigest()[:32]


def load_map(path: Path, shown_as: str = "") -> JourneyMap:
    """One map.

    Args:
        path: The YAML file.
        shown_as: The path as the user knows it; default: `path`.

    Raises:
        MapError: anything is wrong with it; carries every mistake with its line.
    """
    tree, notes = read_yaml(path, shown_as)
    journey_map = _build(tree, notes)
    if journey_map is not None:
        check_map(journey_map, notes)
    if notes.problems or journey_map is None:
        raise map_error(notes.problems)
    return journey_map


def _build(tree: dict[str, Tree], notes: Notes) -> JourneyMap | None:
    """The map; where parts are wrong they are noted and left out, so that the checks see the rest."""
    flow, phase_goals = read_flow(tree, notes)
    data = {**_as_modelled(tree, notes), "flow": flow, "phase goals": phase_goals}
    found = Faults(JourneyMap, notes)
    for _ in range(5):  # what one round leaves out may uncover something in the next
        try:
            journey_map = JourneyMap.model_validate(data, by_name=False, by_alias=True)
        except ValidationError as error:
            found.add(error)
            data = without_faults(data, error, notes)
        else:
            journey_map._notes = notes
            return journey_map
    return None


def _as_modelled(tree: dict[str, Tree], notes: Notes) -> dict[str, object]:
    """The file's keys as the model has them."""
    data: dict[str, object] = {key: value for key, value in tree.items() if key not in ("flow", "anytime")}
    if isinstance(data.get("owner"), str):
        data["owner"] = {"business": data["owner"]}
    journey_is = tree.get("journey_is")
    patience = journey_is.get("patience") if isinstance(journey_is, dict) else None
    if isinstance(journey_is, dict) and isinstance(patience, dict) and "default" in patience:
        rest = {name: length for name, length in patience.items() if name != "default"}
        data["journey_is"] = {**journey_is, "patience": rest, "patience.default": patience["default"]}
        notes.lines[("journey_is", "patience.default")] = notes.line(("journey_is", "patience", "default"))
    return data


def load_maps(folder: Path) -> tuple[JourneyMap, ...]:
    """Every version of every journey in a folder, sorted by journey and version.

    Raises:
        MapError: there is no folder or no map in it, a map is wrong, or versions contradict each other; carries every
            mistake.
    """
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in (".yaml", ".yml"))
    if not paths:
        got = "no map (*.yaml)" if folder.is_dir() else "no such folder"
        raise map_error(
            [Problem(folder.name, 0, got, "a folder with journey maps", f"`terreng init` makes one, {PAGE} tells how")]
        )
    maps: list[JourneyMap] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            maps.append(load_map(path, f"{folder.name}/{path.name}"))
        except MapError as error:
            problems.extend(error.problems)
    maps.sort(key=lambda journey_map: (journey_map.journey, journey_map.version))
    problems.extend(check_versions(maps))
    if problems:
        raise map_error(problems)
    return tuple(maps)
