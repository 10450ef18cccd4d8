"""What the map is looked at for: what size, colour and second line of a station stand for, and which lanes follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipelines.language import mark, tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.metro import cells, lanes
from pipelines.report.metro.detours import Detour
from pipelines.report.metro.lanes import Lane
from pipelines.report.metro.layout import Station
from pipelines.report.metro.sides import Side, difference, lanes_of
from pipelines.report.numbers import count, share, wait
from pipelines.report.rows import WaitRow
from pipelines.report.view import JourneyView

# Upper ends of the steps: the same colours in every report, so that two of them can be compared.
FRICTION_STEPS = (0.02, 0.05, 0.10, 0.20)
VOLUME_STEPS = (0.2, 0.4, 0.6, 0.8)
MOOD_STEPS = (-0.75, -0.25, 0.25, 0.75)  # measured beside designed, on the scale of -2 to 2
DIFFERENCE_STEPS = (-0.05, -0.01, 0.01, 0.05)

Told = Callable[[JourneyView, str], str]


@dataclass(frozen=True)
class Mode:
    """One way to look at the map.

    Attributes:
        key: Its name, for people who call it and for anchors.
        title: Its name for people.
        note: How to read it.
        size: What a station's area stands for.
        fill: Its colour, as a class of the style sheet.
        amount: The line under its name.
        lanes: What stands below it.
        arcs: Lines above the stations in place of skips, such as promises.
        has_detours: Whether skips, ways back and stops off the map are drawn.
        has_moods: Whether the curve of feelings is drawn.
        band: The look of the designed ways beside the usual one; "thin": they are lines of one width.
        total: The number where the line begins, and what it counts.
    """

    key: str
    title: str
    note: str
    size: Callable[[JourneyView, str], int]
    fill: Told
    amount: Told
    lanes: tuple[Lane, ...]
    arcs: Callable[[JourneyView], tuple[Detour, ...]] = lambda view: ()
    has_detours: bool = False
    has_moods: bool = False
    band: str = ""
    total: Callable[[JourneyView], tuple[str, str]] = lambda view: (count(view.data.journeys_n), tr("journeys"))


def step(x: float | None, steps: tuple[float, ...], letter: str) -> str:
    """The class of a value: letter and 0 to 4, or `fx` where it cannot be told."""
    return "fx" if x is None else f"{letter}{sum(x >= each for each in steps)}"


def friction_class(leave: float | None) -> str:
    """The style of a station: f0 (hardly anybody leaves) to f4, fx where it cannot be told."""
    return step(leave, FRICTION_STEPS, "f")


def _reached(view: JourneyView, name: str) -> str:
    return count(view.reached_n(name))


def _reached_share(view: JourneyView, name: str) -> str:
    reach = cells.reach(view, name)
    return _reached(view, name) if reach.value is None else f"{_reached(view, name)} · {reach.text}"


def _kept(view: JourneyView, name: str) -> str:
    late = cells.late(view, name)
    return "plain" if late.value is None else step(late.value, FRICTION_STEPS, "f")


def _waited(view: JourneyView, name: str) -> str:
    return cells.median_wait(view, name).text


def _promises(view: JourneyView) -> tuple[Detour, ...]:
    """Every promise as an arc from where it is made to what was promised."""
    stations = view.plan.first_of()
    made = ((stations[name], cells.worst_wait(view, name)) for name in view.flow_names)
    return tuple(
        _promise(view, start, stations[row.to_touchpoint], row)
        for start, row in made
        if row is not None and row.kept_share is not None and row.to_touchpoint in stations
    )


def _promise(view: JourneyView, start: Station, end: Station, row: WaitRow) -> Detour:
    late = 1 - (row.kept_share or 0.0)
    label = tr("{promised}: {share} late", promised=wait(row.promised_s, row.calendar), share=share(late))
    n = 0 if isinstance(row.n, Withheld) else row.n
    kind = "late" if late >= cells.HOT else "kept"
    return Detour(start, end, kind, n, n, label, cells.late(view, start.name).told)


def _mood_gap(view: JourneyView, name: str) -> str:
    felt = cells.experience(view, name).felt
    if felt is None or felt.measured is None:
        return "plain"
    return step(felt.measured - (felt.designed or 0.0), MOOD_STEPS, "e")


def _mood(view: JourneyView, name: str) -> str:
    felt = cells.experience(view, name).felt
    if felt is None:
        return "–"
    if felt.measured is None:
        return tr("planned {mood}", mood=cells.mood(felt.designed or 0.0))
    if felt.designed is None:
        return cells.mood(felt.measured)
    return tr("{measured} ({designed})", measured=cells.mood(felt.measured), designed=cells.mood(felt.designed))


def _here_share(view: JourneyView, name: str) -> str:
    here = view.in_flight_n(name)
    total = sum(view.in_flight_n(each) for each in view.flow_names)
    return step(None if isinstance(here, Withheld) or not total else here / total, (0.02, 0.05, 0.15, 0.3), "v")


FRICTION = Mode(
    "friction",
    mark("Friction"),
    mark("A station is larger with more journeys, and stronger in colour the more of them leave there."),
    lambda view, name: view.reached_n(name),
    lambda view, name: friction_class(view.leave(name)),
    _reached,
    (
        lanes.LEAVE,
        lanes.LATE,
        lanes.REPEAT,
        lanes.SKIPPED,
        lanes.FAILED,
        lanes.HELP,
        lanes.EXPERIENCE,
        lanes.HERE,
    ),
    has_detours=True,
)
VOLUME = Mode(
    "volume",
    mark("Volume"),
    mark(
        "A station is larger and stronger in colour with more journeys; under its name their number and their share of"
        " all."
    ),
    lambda view, name: view.reached_n(name),
    lambda view, name: step(cells.reach(view, name).value, VOLUME_STEPS, "v"),
    _reached_share,
    (lanes.REACH, lanes.CONVERT),
    has_detours=True,
    band="volume",
)
WAIT = Mode(
    "wait",
    mark("Wait against promise"),
    mark("Arcs are promises, with the share of them that came too late. A station that makes one is stronger in"
         " colour the more come late; under its name what half of the customers wait."),
    lambda view, name: view.reached_n(name),
    _kept,
    _waited,
    (lanes.MEDIAN, lanes.SLOW, lanes.PROMISED, lanes.LATE, lanes.OVERDUE),
    arcs=_promises,
)  # fmt: skip
MOOD = Mode(
    "emotion",
    mark("Feeling"),
    mark("Rings are the feeling that the map designs for, dots the one that answers tell of, from −2 to +2. A station"
         " is red where it is worse than designed, blue where it is better, grey where nobody was asked. Under its"
         " name: measured, and designed in brackets."),
    lambda view, name: view.reached_n(name),
    _mood_gap,
    _mood,
    (lanes.SCORE,),
    has_moods=True,
)  # fmt: skip
IN_FLIGHT = Mode(
    "in_flight",
    mark("In flight now"),
    mark("A station is larger and stronger in colour the more journeys stand there now, not yet won and not yet lost."),
    lambda view, name: view.in_flight_n(name),
    _here_share,
    lambda view, name: tr("{n} here", n=count(view.in_flight_n(name))),
    (lanes.HERE, lanes.OVERDUE, lanes.PATIENCE),
    band="thin",
    total=lambda view: (count(view.data.statuses.get("in_flight", 0)), tr("in flight")),
)


def difference_mode(sides: tuple[Side, Side]) -> Mode:
    """The mode that lays two sides beside each other: their shares that leave, and the difference in points."""

    def gap(view: JourneyView, name: str) -> float | None:
        found = difference(sides, name)
        return None if found is None else found.value if found.is_telling else 0.0

    def amount(view: JourneyView, name: str) -> str:
        found = difference(sides, name)
        return "–" if found is None else found.text

    return Mode(
        "difference",
        mark("Difference"),
        tr("“{first}” against “{second}”. Red: more of the first leave there; blue: fewer; white: no telling"
           " difference.", first=sides[0].label, second=sides[1].label),
        lambda view, name: view.reached_n(name),
        lambda view, name: step(gap(view, name), DIFFERENCE_STEPS, "d"),
        amount,
        lanes_of(sides),
    )  # fmt: skip


def modes_of(view: JourneyView, sides: tuple[Side, Side] | None = None) -> Iterator[Mode]:
    """The modes in which the map has anything to show, the default first."""
    yield FRICTION
    if not view.data.journeys_n:
        return
    yield VOLUME
    if _promises(view):
        yield WAIT
    if any((felt := cells.experience(view, name).felt) and felt.measured is not None for name in view.flow_names):
        yield MOOD
    if sides is not None:
        yield difference_mode(sides)
    if any(view.in_flight_n(name) for name in view.flow_names):
        yield IN_FLIGHT
