"""Where deviations show on the two lines, and what became of promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.journeys.laid import Column, Departure, LaidJourney, charged_to, promises_of, with_departures

START = datetime(2026, 1, 5, tzinfo=UTC)


def columns(line: str) -> tuple[Column, ...]:
    """Moves such as "=visit -order +chat !no@5": sync, model, log, exit; the moment in hours after an @."""
    found: list[Column] = []
    events = 0
    for word in line.split():
        name, _, hour = word[1:].partition("@")
        move = {"=": "sync", "-": "model", "+": "log", "!": None}[word[0]]
        is_event = move != "model"
        found.append(
            Column(
                planned=name if move in {"sync", "model"} else None,
                actual=name if is_event else None,
                move=move,
                position=events if is_event else None,
                occurred_at=START + timedelta(hours=float(hour or events)) if is_event else None,
            )
        )
        events += is_event
    return tuple(found)


def departure(text: str) -> Departure:
    """Such as "missing order 2", "missing [a | b] 0", "overdue order -"."""
    kind, rest = text.split(" ", 1)
    charged, position = rest.rsplit(" ", 1)
    block = charged.strip("[]") if charged.startswith("[") else None
    where = None if position == "-" else int(position)
    return Departure(kind, None if block else charged, block, None, where, 9.0, 3.0)


def laid(line: str, *departures: str) -> LaidJourney:
    found = with_departures(columns(line), map(departure, departures))
    return LaidJourney(
        journey="shop",
        title="Shop",
        map_version=1,
        journey_id="j1",
        person_id="p_1",
        variant_id="v1",
        assignment="this",
        status="converted",
        exit_kind=None,
        entered_at=START,
        last_at=START + timedelta(hours=5),
        ended_at=START + timedelta(hours=5),
        touchpoint="deliver",
        phase="Buy",
        owner="Logistics",
        segments={},
        cost=1.0,
        columns=found,
        promises=(),
        verdicts=(),
        titles={"card": "Pay by card", "deliver": "Kredittvurderingsgodkjenningsbekreftelse"},
    )


@pytest.mark.parametrize(
    ("line", "departures", "differs"),
    [
        ("=a =b", [], ["", ""]),
        ("=a -b =c", ["missing b 1"], ["", "missing", ""]),
        ("=a -b -c =d", ["missing c 1", "unobservable b 1"], ["", "unobservable", "missing", ""]),
        ("=a -b", ["missing b 0"], ["", "missing"]),
        ("-b =a -b", ["missing b 0", "missing b 0"], ["missing", "", "missing"]),
        ("=a -x -y =d", ["missing [x, y | z] 1"], ["", "missing", "missing", ""]),
        ("=a +chat =b", ["ad_hoc chat 1"], ["", "ad hoc", ""]),
        ("=a -b =c +b", ["out_of_order b 2"], ["", "moved", "", "out of order"]),
        ("=a -b =c +d", ["branch_conflict d 2"], ["", "passed by", "", "branch conflict"]),
        ("=a =b =c", ["late a 1", "failed b 1"], ["", "late, failed", ""]),
        ("=a =b", ["overdue a -"], ["overdue", ""]),
        ("=a =a =b", ["overdue a -"], ["", "overdue", ""]),
        ("=a !no", ["wrong_exit no 1"], ["", "wrong exit"]),
    ],
)
def test_a_deviation_shows_at_its_column(line: str, departures: list[str], differs: list[str]) -> None:
    journey = laid(line, *departures)

    assert [", ".join(journey.differs(column)) for column in journey.columns] == differs
    assert sorted(each.kind for each in journey.departures) == sorted(text.split()[0] for text in departures)


@pytest.mark.parametrize(
    ("line", "departures", "is_open", "outcomes"),
    [
        ("=pay@0 =confirm@2", [], False, [("kept", 7200.0)]),
        ("=pay@0 =confirm@2", ["late pay 1"], False, [("late", 9.0)]),
        ("=pay@0 +pay@1 =confirm@2", [], False, [("kept", 7200.0)]),
        ("=pay@0 =confirm@2 +pay@3 +confirm@4", [], False, [("kept", 7200.0), ("kept", 3600.0)]),
        ("=confirm@0", [], True, []),
        ("=pay@0", [], True, [("waiting", None)]),
        ("=pay@0", ["overdue pay -"], True, [("overdue", 9.0)]),
        ("=pay@0", [], False, [("left", None)]),
    ],
)
def test_a_promise_is_kept_late_overdue_or_open(
    line: str, departures: list[str], is_open: bool, outcomes: list[tuple[str, float | None]]
) -> None:
    found = promises_of(
        columns(line), [("pay", "confirm", 10_800.0, "clock")], [departure(each) for each in departures], is_open
    )

    assert [(each.outcome, each.wait_s) for each in found] == outcomes


def test_business_hours_of_a_kept_promise_are_not_told() -> None:
    (kept,) = promises_of(columns("=pay@0 =confirm@2"), [("pay", "confirm", 3600.0, "business")], [], is_open=False)

    assert (kept.outcome, kept.wait_s) == ("kept", None)


def test_a_block_is_told_by_titles() -> None:
    assert charged_to(None, "card | book, visit", {"card": "Pay by card"}) == "Pay by card or book and visit"
    assert charged_to("card", None, {"card": "Pay by card"}) == "Pay by card"
