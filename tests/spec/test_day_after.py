"""What is made of the journeys that changed, with the rows of the others that stand, is what is made of all of them."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from pipelines.incremental import since
from pipelines.incremental.prints import STATE, prints_of
from schemas.tables import TABLES
from tests.spec.conftest import Query, World

Tables = dict[str, set[tuple[object, ...]]]

MAP = """
journey: buy
title: Buy
journey_is: {horizon: 20d}
flow: [{phase: Buy, steps: [visit, {optional: pay}]}, {phase: Get, steps: [{one_of: [ship, fetch]}, done]}]
anytime: [ask]
touchpoints:
  pay: {owner: Billing, channels: [web], promise: {next: ship, within: 1d, calendar: business}}
  ship: {initiator: company, promise: {next: done, within: 1d}}
off_map: {letter: {}}
exits: {leave: {}}
segments: {kind: kind}
value: {per_conversion: 100, currency: EUR}
experience: [{measure: nps, touchpoint: done}]
constraints: [{response: [visit, ask]}, {at_most: 1, of: pay}]
"""
NOT_COMPARED = {"runs", "findings", "finding_history"}
"""What tells of the runs that there were, too."""
CHANGES = (("visit", "fetch"), ("pay", "ship"), ("letter", "visit"), ("done", "gone"))


def life(who: int, rng: random.Random) -> Iterator[str]:
    """Lines of one person, who walks about as designed, but skips, repeats, fails, asks and leaves."""
    at = rng.uniform(0, 30)
    for what in ("visit", "pay", rng.choice(["ship", "fetch"]), "done"):
        at += rng.expovariate(1.2)
        for _ in range(rng.choice([0, 1, 1, 1, 1, 1, 2])):
            more = rng.choice(["", "", "channel=web", "channel=shop", "status=failed", "initiator=customer", "kind=a"])
            yield f"p{who} {at:.4f} {what} {more}"
            at += 0.01
        if rng.random() < 0.3:
            asked = rng.choice(["ask reason=why", "letter", f"done nps={rng.randrange(11)}", f"a{rng.randrange(9)}"])
            yield f"p{who} {at + 0.1:.4f} {asked}"
        if rng.random() < 0.1:
            yield f"p{who} {at + 0.2:.4f} leave"
            return


def days(seed: int, people_n: int, days_n: int) -> Iterator[tuple[str, str]]:
    """A day's as-of and all events by then; some come late, change, go to somebody else, or are taken out."""
    rng = random.Random(seed)  # noqa: S311 -- rows for a test, no secret
    lines = sorted(
        (line for who in range(people_n) for line in life(who, rng)), key=lambda line: float(line.split()[1])
    )
    known: list[str] = []
    late: list[str] = []
    for day in range(days_n):
        until = 22 + 2 * day
        due = [line for line in lines if float(line.split()[1]) < until] + late
        lines = [line for line in lines if float(line.split()[1]) >= until]
        late = [line for line in due if rng.random() < 0.05]
        known += [line for line in due if line not in late]
        for _ in range(4 if day else 0):
            place = rng.randrange(len(known))
            known[place] = _changed(known[place], rng)
        yield str(until), "\n".join(known)


def _changed(line: str, rng: random.Random) -> str:
    person, at, what, *more = line.split()
    return rng.choice([
        f"nobody {at} nothing",
        f"p{rng.randrange(40)} {at} {what} {' '.join(more)}",
        f"{person} {at} {dict(CHANGES).get(what, 'pay')} {' '.join(more)}",
        f"{person} {at} {what} status=failed channel=post",
        f"{person} {float(at) - 0.7:.4f} {what}",
    ])  # fmt: skip


def all_rows(query: Query) -> Tables:
    """The rows of every published table, as a set of texts with how often each is there."""
    names = sorted(set(TABLES) - NOT_COMPARED)
    texts = (f"SELECT '{name}', CAST(found AS VARCHAR), count(*) FROM main.{name} found GROUP BY 2" for name in names)
    found: Tables = {name: set() for name in names}
    for name, *row in query(" UNION ALL ".join(texts)):
        found[str(name)].add(tuple(row))
    return found


def unlike(world: World, *arguments: str) -> tuple[int | None, list[str]]:
    """How many journeys a run found changed (None: did not ask), and tables of which one of everything has others."""
    query = world(*arguments)
    ((changed_n,),) = query("SELECT changed_n FROM work_buy_v1.kept_world")
    found = all_rows(query)
    query("UPDATE work_buy_v1.kept_world SET world = 'another'")
    expected = all_rows(world(*arguments))
    return changed_n, [name for name in found if found[name] != expected[name]]  # type: ignore[return-value] # a number


@pytest.fixture(autouse=True)
def _any_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many journeys changed, the others stand."""
    monkeypatch.setattr(since, "MOST_CHANGED", 1.0)
    monkeypatch.setattr(since, "MOST_GAPS", 100.0)


@pytest.mark.parametrize(
    ("seed", "people_n", "days_n"),
    [(1, 60, 3), *(pytest.param(seed, 150, 9, marks=pytest.mark.slow) for seed in (2, 3, 4))],
)
def test_each_day_gives_what_a_run_of_everything_gives(world: World, seed: int, people_n: int, days_n: int) -> None:
    told = [unlike(world, MAP, events, as_of) for as_of, events in days(seed, people_n, days_n)]

    assert [names for _, names in told] == [[]] * days_n
    first, *later = (changed_n for changed_n, _ in told)
    assert first is None
    assert all(0 < (changed_n or 0) < people_n / 2 for changed_n in later)


def test_rows_of_a_journey_that_did_not_change_are_those_that_were_made_before(world: World) -> None:
    (first, before), (second, after) = days(1, 60, 2)
    query = world(MAP, before, first)
    query("UPDATE journey_events SET source = 'made before'")
    query = world(MAP, after, second)

    ((changed_n, journeys_n),) = query(
        "SELECT (SELECT changed_n FROM work_buy_v1.kept_world), count(*) FROM work_buy_v1.journey_states"
    )
    ((stand_n,),) = query("SELECT count(DISTINCT journey_id) FROM journey_events WHERE source = 'made before'")
    assert stand_n == int(str(journeys_n)) - int(str(changed_n)) > 20


def test_another_version_of_the_map_makes_everything_anew(world: World) -> None:
    (first, before), (second, after) = days(1, 30, 2)
    world(MAP, before, first)
    query = world(MAP.replace("channels: [web]", "channels: [shop]"), after, second)
    assert query("SELECT changed_n FROM work_buy_v1.kept_world") == [(None,)]


@pytest.mark.parametrize(
    ("forgotten", "changed"),
    [
        ({"sum(hash(steps.position": "count(DISTINCT (steps.journey_key"}, "events"),
        ({"= 'in_flight' AS": "= '' AS", STATE: "entered_us"}, "snapshot"),
    ],
    ids=["what events say", "where journeys stand"],
)
def test_a_change_that_is_not_seen_shows_in_the_tables(
    world: World, monkeypatch: pytest.MonkeyPatch, forgotten: dict[str, str], changed: str
) -> None:
    *_, (first, before), (second, after) = days(1, 60, 3)
    print_sql = prints_of("work_buy_v1")
    for part, instead in forgotten.items():
        assert part in print_sql
        print_sql = print_sql.replace(part, instead)
    monkeypatch.setattr(since, "prints_of", lambda _schema: print_sql)
    world(MAP, before, first)

    later = (after, second) if changed == "events" else (before, "70")
    assert "journey_stages" in unlike(world, MAP, *later)[1]
