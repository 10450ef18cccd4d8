"""Worlds with planted deviations: random maps, journeys that follow them, and in some of them one known departure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

STEP_D = 0.2
"""Days between designed steps; promises are a day."""
LATE_D = 3.0
Label = tuple[str, str]


@dataclass(frozen=True)
class Element:
    """A piece of the flow and the touchpoints in it."""

    word: str
    names: tuple[str, ...]

    @property
    def yaml(self) -> str:
        """As the map says it."""
        listed = f"[{', '.join(self.names)}]"
        shapes = {
            "touch": self.names[0],
            "one_of": f"{{one_of: {listed}}}",
            "all_of": f"{{all_of: {listed}}}",
            "optional": f"{{optional: {self.names[0]}}}",
            "repeat": f"{{repeat: {self.names[0]}, at_most: 2}}",
        }
        return shapes[self.word]

    def walked(self, rng: np.random.Generator) -> list[str]:
        """One way through it."""
        match self.word:
            case "one_of":
                return [str(rng.choice(self.names))]
            case "all_of":
                return [str(name) for name in rng.permutation(self.names)]
            case "optional":
                return list(self.names) if rng.random() < 0.5 else []
            case "repeat":
                return list(self.names) * int(rng.integers(1, 3))
            case _:
                return list(self.names)


@dataclass
class Walk:
    """One journey in the making: for each element its steps; what is told of single events; what was planted."""

    steps: list[list[str]]
    facts: dict[str, str] = field(default_factory=dict)
    delay_after: str = ""
    labels: set[Label] = field(default_factory=set)
    is_cut: bool = False

    @property
    def trace(self) -> list[str]:
        """Touchpoints in order."""
        return [name for part in self.steps for name in part]


@dataclass(frozen=True)
class Planted:
    """A world: its map, its events as lines for `world`, and what was planted in which journey."""

    map_text: str
    events: str
    labels: dict[str, set[Label]]


def random_elements(rng: np.random.Generator) -> list[Element]:
    """Pieces between a beginning and an end; plain touchpoints come in pairs, so that they can be swapped."""
    elements = [Element("touch", ("begin",)), Element("touch", ("blind",))]
    for i in range(int(rng.integers(4, 7))):
        word = str(rng.choice(["one_of", "all_of", "optional", "repeat"]))
        size = {"one_of": 2, "all_of": int(rng.integers(2, 4))}.get(word, 1)
        elements += [Element("touch", (f"s{i}",)), Element("touch", (f"t{i}",))]
        elements.append(Element(word, tuple(f"{word[0]}{i}{letter}" for letter in "abc"[:size])))
    # One of each that the plants need.
    return [*elements, Element("one_of", ("left", "right")), Element("touch", ("late",)), Element("touch", ("finish",))]


def map_of(elements: Sequence[Element]) -> str:
    """The map of the elements, in two phases, with everything that can be departed from."""
    half = len(elements) // 2
    phases = [elements[:half], elements[half:]]
    flow = "".join(
        f"  - phase: P{i}\n    steps: [{', '.join(element.yaml for element in phase)}]\n"
        for i, phase in enumerate(phases)
    )
    names = [name for element in elements for name in element.names]
    touchpoints = "".join(
        f"  {name}: {{channels: [web], initiator: customer"
        + (", promise: {next: finish, within: 1d}" if name == "late" else "")
        + (", observability: blind" if name == "blind" else "")
        + "}\n"
        for name in names
    )
    return (
        "journey: planted\ntitle: Planted\nowner: Us\n"
        "journey_is: {opens_with: begin, goal: finish, patience: {default: 20d}}\n"
        f"flow:\n{flow}touchpoints:\n{touchpoints}off_map: {{beside: {{}}}}\nexits: {{no: {{after: [late]}}}}\n"
    )


def planted(rng: np.random.Generator, people_n: int, kinds: Sequence[str] = (), as_of_d: float = 400) -> Planted:
    """A world of finished journeys, or, where only `missing_in_flight` is planted, of open ones.

    Args:
        rng: Source of chance.
        people_n: Journeys, one a person.
        kinds: What is planted, one in each of six journeys in ten; empty: everything of finished journeys.
        as_of_d: The snapshot, in days.
    """
    elements = random_elements(rng)
    plants = {name: PLANTS[name] for name in kinds or [name for name in PLANTS if name != "missing_in_flight"]}
    lines, labels = [], {}
    for i in range(people_n):
        walk = Walk([element.walked(rng) for element in elements])
        if rng.random() < 0.6:
            plants[str(rng.choice(list(plants)))](walk, elements, rng)
        elif kinds:
            _cut(walk, rng)
        person = f"p{i}"
        labels[person] = walk.labels
        lines += _lines(
            person, walk, as_of_d - float(rng.uniform(0.1, 15)) if walk.is_cut else float(rng.uniform(0, 300))
        )
    return Planted(map_of(elements), "\n".join(lines), labels)


def _lines(person: str, walk: Walk, at_d: float) -> list[str]:
    """Events of one journey that begins at a time; one that is cut has its last event then."""
    times: list[float] = []
    now = 0.0
    for name in walk.trace:
        times.append(now)
        now += LATE_D if name == walk.delay_after else STEP_D
    if walk.is_cut:
        at_d -= times[-1]
    return [
        f"{person} {at_d + time:.3f} {name} {walk.facts.get(name, 'channel=web')}"
        for time, name in zip(times, walk.trace, strict=True)
    ]


def _touches(elements: Sequence[Element], word: str = "touch") -> list[int]:
    """Places of pieces of a kind that may be left out or put elsewhere."""
    kept = {"begin", "blind", "late", "finish"}
    return [i for i, element in enumerate(elements) if element.word == word and not kept & set(element.names)]


def _missing(walk: Walk, elements: Sequence[Element], rng: np.random.Generator) -> None:
    place = int(rng.choice(_touches(elements)))
    walk.steps[place] = []
    walk.labels.add(("missing", elements[place].names[0]))


def _missing_block(walk: Walk, elements: Sequence[Element], rng: np.random.Generator) -> None:
    place = int(rng.choice(_touches(elements, "one_of")))
    walk.steps[place] = []
    walk.labels.add(("missing", " | ".join(elements[place].names)))


def _repeated(walk: Walk, elements: Sequence[Element], rng: np.random.Generator) -> None:
    place = int(rng.choice(_touches(elements)))
    walk.steps[place] *= 2
    walk.labels.add(("repeated", elements[place].names[0]))


def _out_of_order(walk: Walk, elements: Sequence[Element], rng: np.random.Generator) -> None:
    pairs = [i for i in _touches(elements) if elements[i].names[0].startswith("s")]
    place = int(rng.choice(pairs))
    walk.steps[place], walk.steps[place + 1] = walk.steps[place + 1], walk.steps[place]
    walk.labels.add(("out_of_order", elements[place].names[0]))


def _ad_hoc(walk: Walk, elements: Sequence[Element], rng: np.random.Generator) -> None:
    del elements
    name = str(rng.choice(["beside", "stranger"]))
    place = int(rng.integers(len(walk.steps) - 2)) + 1
    walk.steps[place] = [name, *walk.steps[place]]
    walk.labels.add(("ad_hoc", name))


def _told(kind: str, fact: str) -> Callable[[Walk, Sequence[Element], np.random.Generator], None]:
    """A fault of one event."""

    def plant(walk: Walk, elements: Sequence[Element], rng: np.random.Generator) -> None:
        name = elements[int(rng.choice(_touches(elements)))].names[0]
        walk.facts[name] = fact
        walk.labels.add((kind, name))

    return plant


def _late(walk: Walk, elements: Sequence[Element], rng: np.random.Generator) -> None:
    del elements, rng
    walk.delay_after = "late"
    walk.labels.add(("late", "late"))


def _wrong_entry(walk: Walk, elements: Sequence[Element], rng: np.random.Generator) -> None:
    del elements, rng
    walk.steps[0] = []
    walk.labels |= {("wrong_entry", walk.trace[0]), ("missing", "begin")}


def _wrong_exit(walk: Walk, elements: Sequence[Element], rng: np.random.Generator) -> None:
    place = int(rng.choice(_touches(elements)))
    walk.steps = [*walk.steps[: place + 1], ["no"]]
    walk.labels.add(("wrong_exit", elements[place].names[0]))


def _branch_conflict(walk: Walk, elements: Sequence[Element], rng: np.random.Generator) -> None:
    del rng
    place = next(i for i, element in enumerate(elements) if element.names == ("left", "right"))
    walk.steps[place] = ["left", "right"]
    walk.labels.add(("branch_conflict", "right"))


def _unobservable(walk: Walk, elements: Sequence[Element], rng: np.random.Generator) -> None:
    del elements, rng
    walk.steps[1] = []
    walk.labels.add(("unobservable", "blind"))


def _cut(walk: Walk, rng: np.random.Generator, at_least: int = 1) -> None:
    """Let the journey go on beyond the snapshot: keep so many pieces or more, but for the goal."""
    walk.steps = walk.steps[: int(rng.integers(at_least, len(walk.steps)))]
    walk.is_cut = True


def _missing_in_flight(walk: Walk, elements: Sequence[Element], rng: np.random.Generator) -> None:
    place = int(rng.choice(_touches(elements)))
    walk.steps[place] = []
    walk.labels.add(("missing", elements[place].names[0]))
    # What comes next must be seen, for until then nothing tells a skip from a step that lies ahead; every plain
    # touchpoint is followed by another one or by at most one piece that may be passed by.
    _cut(walk, rng, min(place + 4, len(walk.steps) - 1))


PLANTS: dict[str, Callable[[Walk, Sequence[Element], np.random.Generator], None]] = {
    "missing": _missing,
    "missing_block": _missing_block,
    "repeated": _repeated,
    "out_of_order": _out_of_order,
    "ad_hoc": _ad_hoc,
    "failed": _told("failed", "channel=web status=failed"),
    "wrong_channel": _told("wrong_channel", "channel=phone"),
    "wrong_initiator": _told("wrong_initiator", "channel=web initiator=company"),
    "late": _late,
    "wrong_entry": _wrong_entry,
    "wrong_exit": _wrong_exit,
    "branch_conflict": _branch_conflict,
    "unobservable": _unobservable,
    "missing_in_flight": _missing_in_flight,
}
