"""Constraints: four verdicts on every prefix, what is due when, and what could not be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

import numpy as np
import pytest

from models.calendar import business_days, elapsed_s
from pipelines.settings import Source

Query = Callable[[str], list[tuple[object, ...]]]
World = Callable[..., Query]
Event = tuple[float, str, str]
"""Day, letter, channel."""

MAP = """
journey: shop
title: Shop
version: 1
owner: {operations: Operations}
journey_is: {patience: {default: PATIENCE}}
flow:
  - phase: Find
    steps: [{repeat: visit}]
  - phase: Buy
    steps: [order, deliver]
anytime: [a, b]
touchpoints:
  visit: {owner: Web}
  a: {owner: Shop}
  b: {owner: Care}
off_map: {x: {owner: Support}}
exits: {no: {}}
constraints:
"""


def _pairs(trace: list[Event]) -> list[tuple[Event, Event]]:
    return [(one, two) for i, one in enumerate(trace) for two in trace[i + 1 :] if (one[1], two[1]) == ("a", "b")]


def _latest(trace: list[Event]) -> Iterator[tuple[Event, Event]]:
    """Each b with the last a before it."""
    for place, event in enumerate(trace):
        earlier = [other for other in trace[:place] if other[1] == "a"]
        if event[1] == "b" and earlier:
            yield earlier[-1], event


def _answered(trace: list[Event], within: float = 99.0, same_channel: bool = False) -> bool:
    return all(
        any(a is one and b[0] - a[0] <= within and (not same_channel or a[2] == b[2]) for one, b in _pairs(trace))
        for a in trace
        if a[1] == "a"
    )


RULES: dict[str, tuple[str, Callable[[list[Event]], bool]]] = {
    "answered": ("response: [a, b]", _answered),
    "soon": ("response: [a, b], within: 2d", lambda trace: _answered(trace, within=2.0)),
    "there": ("response: [a, b], same_channel: true", lambda trace: _answered(trace, same_channel=True)),
    "soon_there": (
        "response: [a, b], within: 2d, same_channel: true",
        lambda trace: _answered(trace, within=2.0, same_channel=True),
    ),
    "none_after": ("not_after: [a, b]", lambda trace: not _pairs(trace)),
    "twice": ("at_most: 2, of: a", lambda trace: sum(letter == "a" for _, letter, _ in trace) <= 2),
    "stays": ("same_channel: [a, b]", lambda trace: all(b[2] == a[2] for a, b in _latest(trace))),
}
LETTERS = (("a", "web"), ("a", "chat"), ("b", "web"), ("b", "chat"), ("x", "web"))
AS_OF = 5.25


def rules(*lines: str, patience: str = "20d") -> str:
    return MAP.replace("PATIENCE", patience) + "".join(f"  - {{{line}}}\n" for line in lines)


def expected(name: str, trace: list[Event], is_over: bool) -> str | None:
    """The verdict by definition: final where every way on agrees, else by what is there so far."""
    holds = RULES[name][1]
    is_put = any(True for _ in _latest(trace)) if name == "stays" else any(letter == "a" for _, letter, _ in trace)
    if not is_put:
        return None
    more = LETTERS if not is_over else [letter for letter in LETTERS if letter[0] == "b"] if "soon" in name else ()
    ways = (
        [*trace, *((AS_OF + 0.01 * (i + 1), *letter) for i, letter in enumerate(word))]
        for n in range(3)
        for word in product(more, repeat=n)
    )
    found = {holds(way) for way in ways}
    if len(found) == 1:
        return "satisfied_final" if found.pop() else "violated_final"
    return "satisfied_now" if holds(trace) else "violated_now"


WORDS = [word for n in range(4) for word in product(LETTERS, repeat=n)]


@pytest.mark.parametrize(
    ("status", "patience", "end"),
    [
        ("in_flight", "20d", []),
        ("abandoned", "1h", []),
        ("converted", "20d", ["4.5 order", "4.5 deliver"]),
        ("exited", "20d", ["4.5 no"]),
    ],
)
def test_each_prefix_has_the_verdict_of_the_definition(
    world: World, status: str, patience: str, end: list[str]
) -> None:
    traces = {
        f"w{number:03d}": [(float(day), *letter) for day, letter in enumerate(word, start=2)]
        for number, word in enumerate(WORDS)
    }
    lines = [
        line
        for person, trace in traces.items()
        for line in (
            f"{person} 0 visit",
            *(f"{person} {day} {letter} channel={channel}" for day, letter, channel in trace),
            *(f"{person} {rest}" for rest in end),
        )
    ]
    names = [f"name: {name}, {rule}" for name, (rule, _) in RULES.items()]
    query = world(rules(*names, patience=patience), "\n".join(lines), as_of=str(AS_OF))
    assert query("SELECT DISTINCT status FROM journeys WHERE rule = 'default'") == [(status,)]

    found = query(
        "SELECT person_id[3:], constraint_id, verdict FROM constraint_verdicts verdicts"
        " JOIN journeys ON journeys.journey_id = verdicts.journey_id AND rule = 'default'"
    )
    wanted = [
        (person, name, verdict)
        for person, trace in traces.items()
        for name in RULES
        if (verdict := expected(name, trace, status != "in_flight"))
    ]
    assert sorted(map(str, found)) == sorted(map(str, wanted))
    assert len({verdict for _, _, verdict in wanted}) == 3, "else it shows too little"


def verdicts(query: Query) -> list[tuple[object, ...]]:
    return query(
        "SELECT verdict, activations_n, violations_n, event_id, position,"
        " (epoch(occurred_at) - epoch(TIMESTAMPTZ '2026-01-05 12:00:00Z')) / 86400,"
        " (epoch(due_at) - epoch(TIMESTAMPTZ '2026-01-05 12:00:00Z')) / 86400"
        " FROM constraint_verdicts ORDER BY journey_id, constraint_id"
    )


@pytest.mark.parametrize(
    ("rule", "events", "result"),
    [
        (
            "response: [a, b], within: 2d",
            "p 1 a\np 2 b\np 3 a\np 6 b\np 99 a",
            ("violated_final", 3, 1, "e3", 3, 5, 101),
        ),
        ("response: [a, b], within: 2d", "p 98.5 a\np 99 a", ("violated_now", 2, 0, None, None, None, 100.5)),
        ("response: [a, b]", "p 1 a\np 2 a\np 3 x", ("violated_final", 2, 2, "e1", 1, 3, None)),
        ("response: [a, b]", "p 98 a", ("violated_now", 1, 0, None, None, None, None)),
        ("not_after: [a, b]", "p 1 a\np 2 a\np 3 b\np 4 b", ("violated_final", 2, 2, "e3", 3, 3, None)),
        ("at_most: 1, of: a", "p 1 a\np 2 a\np 3 a", ("violated_final", 3, 2, "e2", 2, 2, None)),
        (
            "same_channel: [a, b]",
            "p 1 b\np 1 a channel=web\np 2 a channel=chat\np 3 b channel=chat\np 4 b channel=web",
            ("violated_final", 2, 1, "e5", 5, 4, None),
        ),
    ],
)
def test_what_broke_it_when_and_what_is_still_due(
    world: World, rule: str, events: str, result: tuple[object, ...]
) -> None:
    assert verdicts(world(rules(rule), "p 0 visit\n" + events)) == [result]


@pytest.mark.parametrize(
    ("rule", "events", "verdict"),
    [
        ("same_channel: [a, b]", "p 1 a channel=web\np 2 b", "unjudged"),
        ("same_channel: [a, b]", "p 1 a\np 2 b channel=web", "unjudged"),
        ("response: [a, b], same_channel: true", "p 1 a channel=web\np 2 b", "unjudged"),
        ("response: [a, b], same_channel: true", "p 1 a\np 2 b channel=web", "unjudged"),
        ("response: [a, b], same_channel: true", "p 1 a channel=web\np 2 b\np 3 b channel=web", "satisfied_final"),
        ("response: [a, b], same_channel: true, within: 1d", "p 1 a channel=web\np 4 b", "violated_final"),
        ("response: [a, b], same_channel: true", "p 1 a", "violated_final"),
        ("response: [a, b], same_channel: true", "p 95 a channel=web\np 96 b\np 99 a channel=chat", "violated_now"),
    ],
)
def test_an_event_that_does_not_tell_its_channel_proves_nothing(
    world: World, rule: str, events: str, verdict: str
) -> None:
    assert [row[0] for row in verdicts(world(rules(rule), "p 0 visit\n" + events))] == [verdict]


@pytest.mark.parametrize(
    ("rule", "blind", "events", "verdict"),
    [
        ("response: [a, b], within: 2d", "b", "p 9 a", "unjudged"),
        ("response: [a, b], within: 2d", "b", "p 9 a\np 10 b", "satisfied_final"),
        ("response: [a, b], within: 2d", "b", "p 2 a", "violated_final"),
        ("response: [a, b], within: 2d", "b", "p 20 a", "violated_final"),
        ("response: [a, b], within: 2d", "a", "p 9 a", "violated_final"),
        ("response: [a, b]", "b", "p 2 a\np 3 x", "unjudged"),
        ("not_after: [a, b]", "b", "p 9 a", "unjudged"),
        ("not_after: [a, b]", "b", "p 9 a\np 14 b", "violated_final"),
        ("at_most: 1, of: a", "a", "p 9 a\np 14 x", "unjudged"),
        ("at_most: 1, of: a", "a", "p 9 a\np 14 a", "violated_final"),
        ("same_channel: [a, b]", "a", "p 9 a channel=web\np 14 b channel=chat", "unjudged"),
        ("same_channel: [a, b]", "b", "p 9 a channel=web\np 14 b channel=chat", "violated_final"),
    ],
)
def test_what_could_not_be_seen_is_not_judged(world: World, rule: str, blind: str, events: str, verdict: str) -> None:
    """Blind from noon of day 10 to noon of day 12."""
    span = "observability: {is: blind, from: 2026-01-15T12:00:00Z, until: 2026-01-17T12:00:00Z}"
    plan = rules(rule).replace(f"  {blind}: {{", f"  {blind}: {{{span}, ")

    assert [row[0] for row in verdicts(world(plan, "p 0 visit\n" + events))] == [verdict]


def test_a_source_that_was_down_may_have_swallowed_the_answer(world: World) -> None:
    outage = {"from": datetime(2026, 1, 6, tzinfo=UTC), "until": datetime(2026, 1, 8, tzinfo=UTC)}
    source = Source.model_validate(
        {"name": "desk", "kind": "table", "path": "x.csv", "outages": (outage,)}
        | {"columns": {"occurred_at": "t", "activity": "a", "identities": {"a": "b"}}}
    )
    plan = rules("response: [a, b], within: 1d").replace("b: {", "b: {when: {source: desk, activity: b}, ")
    query = world(plan, "p 0 visit\np 1 a\nq 0 visit\nq 9 a", sources=(source,))

    assert sorted(str(row[0]) for row in verdicts(query)) == ["unjudged", "violated_final"]


HOURS = {
    "timezone": "Europe/Oslo",
    "business_hours": (time(8), time(16)),
    "business_days": (1, 2, 3, 4, 5),
    "holidays": (date(2026, 4, 2), date(2026, 4, 3), date(2026, 4, 6)),
}


@pytest.mark.parametrize("hours", [3, 8, 40, 200])
def test_an_answer_is_due_when_so_many_business_hours_have_passed(world: World, hours: int) -> None:
    """From before to after the change to summer time and Easter, some of them due long after the snapshot."""
    asked = np.random.default_rng(4).uniform(75, 99, 60)
    lines = "\n".join(f"p{i:02d} 70 visit\np{i:02d} {when:.5f} a" for i, when in enumerate(asked))
    query = world(rules(f"response: [a, b], within: {hours}h, calendar: business", patience="90d"), lines, **HOURS)

    rows = query(
        "SELECT epoch_us(events.occurred_at), epoch_us(coalesce(due_at, verdicts.occurred_at)), verdict"
        " FROM constraint_verdicts verdicts JOIN journey_events events USING (journey_id) WHERE activity = 'a'"
    )
    days = business_days(
        "Europe/Oslo", (time(8), time(16)), range(5), HOURS["holidays"],  # type: ignore[arg-type]  # a mixed dictionary
        from_on=date(2026, 1, 1), to_on=date(2026, 8, 1),
    )  # fmt: skip
    asked_us, due_us = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(2))
    passed = [elapsed_s(days, due_us + more) - elapsed_s(days, asked_us) for more in (-1, 0, 1)]
    assert len(rows) == 60
    np.testing.assert_allclose(passed[1], hours * 3600, atol=1e-6)
    assert (passed[2] > passed[1]).all(), "a moment later it is too late"
    as_of_us = (datetime(2026, 1, 5, 12, tzinfo=UTC) + timedelta(days=100)).timestamp() * 1e6
    assert [row[2] for row in rows] == np.where(due_us < as_of_us, "violated_final", "violated_now").tolist()


def test_an_answer_out_of_hours_is_as_good_as_one_before_they_begin(world: World) -> None:
    events = "p 70 visit\np 70 a\np 70.75 b\nq 70 visit\nq 70 a\nq 71 b"  # a Monday, 13:00 in Oslo
    query = world(rules("response: [a, b], within: 3h, calendar: business"), events, **HOURS)

    assert query(
        "SELECT person_id, verdict FROM constraint_verdicts JOIN journeys USING (journey_id)"
        " WHERE rule = 'default' ORDER BY ALL"
    ) == [("p_p", "satisfied_final"), ("p_q", "violated_final")]


def test_the_share_is_of_journeys_that_have_ended(world: World) -> None:
    """q broke it and goes on: it counts as broken, but not in a share that those who keep it enter at their end."""
    events = "p 0 visit\np 1 a\np 2 b\no 0 visit\no 1 a\nq 90 visit\nq 95 a\nq 99 visit\nr 97 visit\nr 99 a\ns 99 visit"
    query = world(rules("response: [a, b], within: 2d, name: answer, owner: Head of care"), events)

    assert query(
        "SELECT constraint_id, kind, said, activated_by, touchpoint, phase, owner, journeys_n, satisfied_final_n,"
        " satisfied_now_n, violated_now_n, violated_final_n, unjudged_n, ended_n, violated_share FROM constraints"
    ) == [
        ("answer", "response", "every a is followed by b within 2d", "a", "b", None, "Head of care",
         4, 1, 0, 1, 2, 0, 2, 0.5)
    ]  # fmt: skip


def test_a_constraint_that_nobody_came_to_is_there_with_no_journeys(world: World) -> None:
    query = world(rules("at_most: 1, of: x", "not_after: [order, x]"), "p 0 visit")

    assert query("SELECT constraint_id, owner, journeys_n, violated_share, violated_low FROM constraints") == [
        ("at_most x", "Support", 0, None, None),
        ("not_after order x", "Support", 0, None, None),
    ]
    assert query("SELECT count(*) FROM constraint_verdicts") == [(0,)]


def test_each_version_of_a_map_judges_its_own_journeys_and_the_sums_are_of_the_one_in_force(world: World) -> None:
    first = rules("at_most: 1, of: a")
    second = rules("at_most: 2, of: a").replace("version: 1", "version: 2\nvalid_from: 2026-02-01")
    query = world([first, second], "p 0 visit\np 1 a\np 2 a\nq 40 visit\nq 41 a\nq 42 a")

    assert query(
        "SELECT map_version, verdict FROM constraint_verdicts JOIN journeys USING (journey_id) WHERE rule = 'default'"
        " ORDER BY ALL"
    ) == [(1, "violated_final"), (2, "satisfied_final")]
    assert query("SELECT journeys_n, satisfied_final_n, violated_final_n FROM constraints") == [(1, 1, 0)]


def test_an_exit_at_a_place_that_the_map_does_not_allow_is_charged_to_that_place(world: World) -> None:
    plan = (
        MAP.replace("PATIENCE", "20d").replace("constraints:\n", "").replace("no: {}", "no: {}, regret: {after: [Buy]}")
    )
    events = "a 0 visit\na 1 regret channel=phone\n"
    events += "b 0 visit\nb 1 order\nb 2 regret\nc 0 visit\nc 1 no\nd 0 visit\nd 1 regret\nd 2 order"
    query = world(plan, events)

    assert query("SELECT kind, touchpoint, phase, owner, event_id, position, channel FROM deviations") == [
        ("wrong_exit", "visit", "Find", "Web", "e1", 1, "phone")
    ]
    assert query("SELECT kind, touchpoint, owner, journeys_n, opportunities_n FROM deviation_rates") == [
        ("wrong_exit", "visit", "Web", 1, 4)
    ]


def test_an_exit_may_be_meant_for_touchpoints_and_twice_at_one_instant_is_once(world: World) -> None:
    plan = MAP.replace("PATIENCE", "20d").replace("constraints:\n", "").replace("no: {}", "no: {after: order}")
    query = world(plan, "a 0 visit\na 1 no\na 1 no\nb 0 visit\nb 1 order\nb 2 no")

    assert query("SELECT kind, touchpoint, position FROM deviations") == [("wrong_exit", "visit", 2)]
