"""Signs of trouble: what was known of a journey at each moment, and in which stage of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Query = Callable[[str], list[tuple[object, ...]]]
World = Callable[..., Query]

MAP = """
journey: shop
title: Shop
version: 1
owner: {operations: Operations}
journey_is: {patience: {default: 20d}}
flow:
  - phase: Find
    steps: [visit]
  - phase: Buy
    steps:
      - order
      - one_of: [card, invoice]
      - deliver
      - thanks
anytime: [faq]
touchpoints:
  visit: {channels: [web], initiator: customer}
  order: {promise: {next: deliver, within: 3d}}
off_map: {chat: {}}
exits: {no: {}}
"""
STAGES = (
    "SELECT stage || ' ' || touchpoint || ' ' || strftime(reached_at, '%d') || ' > '"
    " || coalesce(next_touchpoint, ending) || ' ' || strftime(last_at, '%d')"
    " FROM journey_stages ORDER BY journey_id, stage"
)
SIGNALS = (
    "SELECT signal || ' ' || touchpoint || ' ' || strftime(known_at, '%d') || ' in ' || stage || ' ' || at_touchpoint"
    " || CASE WHEN is_entry THEN ' entry' ELSE '' END || coalesce(' ' || event_id, '')"
    " FROM journey_signals ORDER BY journey_id, known_at, stage, signal"
)


def said(query: Query, sql: str) -> list[object]:
    return [row[0] for row in query(sql)]


@pytest.mark.parametrize(
    ("events", "result"),
    [
        (  # the 5th of January is day 0
            "a 0 visit\na 1 order\na 2 faq\na 3 order\na 4 card",
            ["0 visit 05 > order 05", "1 order 06 > card 08", "2 card 09 > abandoned 09"],
        ),
        ("a 0 order\na 1 chat\na 2 no", ["0 order 05 > exited 07"]),
        ("a 98 visit\na 99 faq", ["0 visit 13 > in_flight 14"]),
    ],
)  # fmt: skip
def test_a_stage_lasts_from_a_touchpoint_to_the_next_new_one(world: World, events: str, result: list[str]) -> None:
    assert said(world(MAP, events), STAGES) == result


def test_what_comes_after_the_goal_is_no_stage(world: World) -> None:
    whole_log = MAP.replace("journey_is: {", "journey_is: {reopens_after: never, ")
    query = world(whole_log, "a 0 faq\na 0 stranger\na 1 visit\na 2 card\na 3 thanks\na 4 invoice")

    assert said(query, STAGES) == ["0 visit 06 > card 06", "1 card 07 > thanks 07", "2 thanks 08 > converted 08"]
    assert said(query, SIGNALS) == [
        "ad_hoc stranger 05 in 0 visit entry e1",  # before the first stage: known when it begins
        "missing order 07 in 1 card entry e3",
        "missing deliver 08 in 2 thanks entry e4",
        "branch_conflict invoice 09 in 2 thanks e5",
    ]


@pytest.mark.parametrize(
    ("events", "result"),
    [
        ("a 0 visit\na 1 order\na 2 card\na 3 deliver\na 4 thanks", []),
        ("a 0 visit\na 1 order\na 2 deliver", ["missing card | invoice 07 in 2 deliver entry e2"]),
        ("a 0 visit\na 1 order\na 2 order", ["repeated order 07 in 1 order e2"]),
        ("a 0 visit\na 1 chat\na 2 stranger", ["ad_hoc chat 06 in 0 visit e1", "ad_hoc stranger 07 in 0 visit e2"]),
        ("a 0 visit status=failed channel=phone", ["failed visit 05 in 0 visit entry e0",
                                                   "wrong_channel visit 05 in 0 visit entry e0"]),
        ("a 0 order", ["missing visit 05 in 0 order entry e0", "wrong_entry order 05 in 0 order entry e0"]),
        (  # late for a day, which shows when the promise falls due, and is known when it is kept
            "a 0 visit\na 1 order\na 2 card\na 5 deliver",
            ["overdue order 09 in 2 card", "late order 10 in 3 deliver entry e3"],
        ),
        ("a 0 visit\na 1 order\na 2 card", []),  # who has left no longer waits
        ("a 94 visit\na 95 order\na 96 card", ["overdue order 13 in 2 card"]),
        (  # two skipped at once read as one that came too early, until what follows tells
            "a 0 visit\na 1 deliver\na 2 thanks",
            ["out_of_order deliver 06 in 1 deliver entry e1", "missing card | invoice 07 in 2 thanks entry e2",
             "missing order 07 in 2 thanks entry e2"],
        ),
    ],
)  # fmt: skip
def test_a_signal_is_there_from_when_it_became_known(world: World, events: str, result: list[str]) -> None:
    assert said(world(MAP, events), SIGNALS) == result


def test_what_came_too_late_was_missing_until_it_came(world: World) -> None:
    query = world(MAP, "a 0 visit\na 1 card\na 2 order\na 3 deliver\na 4 thanks")

    assert said(query, SIGNALS) == [
        "missing order 06 in 1 card entry e1",
        "out_of_order order 07 in 2 order entry e2",
    ]
    assert query("SELECT kind, touchpoint FROM deviations") == [("out_of_order", "order")]


def test_what_the_sources_could_not_see_is_no_signal(world: World) -> None:
    blind = MAP.replace("visit: {", "visit: {observability: {is: blind, why: no tracking}, ")

    assert said(world(blind, "a 0 order"), SIGNALS) == ["wrong_entry order 05 in 0 order entry e0"]


@pytest.mark.parametrize(("since", "is_signal"), [("2026-01-01", False), ("2026-01-07", True)])
def test_what_may_have_been_done_unseen_makes_nothing_come_too_early(
    world: World, since: str, *, is_signal: bool
) -> None:
    """The order, card or invoice of the 6th; the tracking of orders was off until the 6th, or from the 7th on."""
    off = f"from: {since}, until: 2026-01-06" if since < "2026-01-06" else f"from: {since}"
    blind = MAP.replace("order: {promise", f"order: {{observability: [{{is: blind, {off}, why: no tracking}}], promise")

    rows = said(world(blind, "a 0 visit\na 1 deliver"), SIGNALS)

    assert rows == (["out_of_order deliver 06 in 1 deliver entry e1"] if is_signal else [])


def test_a_fault_is_judged_where_its_event_stood_when_it_came(world: World) -> None:
    """The second card looks like the repetition when it comes, whatever the whole journey makes of it."""
    query = world(MAP, "a 0 visit\na 1 order\na 2 card\na 3 card status=failed\na 4 deliver\na 5 thanks")

    assert said(query, SIGNALS) == ["repeated card 08 in 2 card e3"]


WALKS = {  # four ways to and beyond the card; of each, as many are lost at the card as go on
    "order card": 12,
    "order card deliver thanks": 12,
    "card": 6,
    "card order deliver thanks": 6,
}
AT_CARD = """
WITH exposed AS (SELECT DISTINCT journey_id FROM {signals}),
units AS (SELECT journey_id IN (FROM exposed) AS is_exposed, ending IS NOT NULL AS is_lost FROM journey_stages
    WHERE touchpoint = 'card')
SELECT avg(is_lost::INT) FILTER (is_exposed) - avg(is_lost::INT) FILTER (NOT is_exposed) FROM units
"""


def walked() -> str:
    walks = [walk for walk, n in WALKS.items() for _ in range(n)]
    return "\n".join(
        f"p{person} {day} {step}"
        for person, walk in enumerate(walks)
        for day, step in enumerate(f"visit {walk}".split())
    )


def test_exposure_as_it_was_known_finds_nothing_where_there_is_nothing(world: World) -> None:
    query = world(MAP, walked())
    known = "journey_signals WHERE at_touchpoint = 'card' AND is_entry AND signal = 'missing' AND touchpoint = 'order'"

    assert query(AT_CARD.format(signals=known)) == [(0.0,)]


@pytest.mark.parametrize(("kind", "effect"), [("missing", 0.6), ("out_of_order", -0.6)])
def test_exposure_from_the_final_alignment_finds_frictions_that_are_not_there(
    world: World, kind: str, effect: float
) -> None:
    """The mutant: what a whole journey turned out to be says how it ended."""
    query = world(MAP, walked())

    ((found,),) = query(AT_CARD.format(signals=f"deviations WHERE kind = '{kind}' AND touchpoint = 'order'"))

    assert found == pytest.approx(effect)


EFFORT = """
SELECT signal || ' ' || touchpoint || ' ' || strftime(known_at, '%d') || coalesce(' ' || measure::DECIMAL(9, 1), '')
    || ' ' || evidence_grade FROM journey_signals WHERE signal NOT IN ('ad_hoc', 'repeated', 'missing', 'wrong_channel')
ORDER BY journey_id, known_at, event_id, signal
"""


@pytest.mark.parametrize(
    ("events", "result"),
    [
        ("a 0 visit\na 1 order\na 2 visit", []),  # she came back once, and `repeated` says so
        ("a 0 visit\na 1 order\na 2 visit\na 3 order\na 4 visit\na 5 order",
         ["loop order 08 1.0 B", "loop visit 09 1.0 B", "overdue order 09 86400.0 A", "loop order 10 2.0 B"]),
        ("a 0 visit\na 1 order\na 2 order", []),  # it comes twice, but nobody went round
        ("a 0 visit session_id=s page_path=/\na 0.1 x session_id=s page_path=/help\na 0.2 x session_id=s page_path=/",
         ["backtracking visit 05 1.0 B"]),
        ("a 0 visit session_id=s page_path=/\na 0.1 x session_id=s page_path=/help\na 0.2 x session_id=t page_path=/",
         []),
        ("a 0 visit session_id=s page_path=/\na 0.1 x session_id=s page_path=/\na 0.2 x session_id=s page_path=/", []),
        ("a 0 visit session_id=s\na 0.1 search session_id=s\na 0.2 view_search_results session_id=s",
         ["backtracking visit 05 1.0 B"]),
        ("a 0 visit session_id=s\na 0.1 form_error session_id=s\na 0.2 $exception session_id=s",
         ["error visit 05 B", "error visit 05 B"]),
        ("a 0 visit session_id=s\na 0.1 upload session_id=s status=failed", ["error visit 05 B"]),
        ("a 0 visit\na 0.1 order status=failed", ["failed order 05 B"]),  # what the map knows is judged by the map
        ("a 0 visit session_id=s\na 0.1 $rageclick session_id=s\na 0.2 dead_click session_id=s",
         ["rage_click visit 05 C", "dead_click visit 05 C"]),
        ("a 0 visit session_id=s\n" + "\n".join(f"a 0.{n:06} click session_id=s element_id=pay" for n in (1, 5, 9)),
         ["rage_click visit 05 C"]),
        ("a 0 visit session_id=s\n" + "\n".join(f"a 0.{n:06} click session_id=s element_id=pay" for n in (1, 5, 99)),
         []),
    ],
)  # fmt: skip
def test_effort_shows_in_what_people_come_back_to_and_what_goes_wrong(
    world: World, events: str, result: list[str]
) -> None:
    assert said(world(MAP, events), EFFORT) == result


CHANNELS = MAP.replace("  order: {promise", "  order: {channels: [web, app], initiator: customer, promise").replace(
    "off_map:", "  card: {channels: [phone], initiator: customer}\noff_map:"
)


@pytest.mark.parametrize(
    ("events", "result"),
    [
        ("a 0 visit channel=web\na 1 order channel=web\na 2 card channel=phone", []),  # the map changes the channel
        ("a 0 visit channel=web\na 1 order channel=app", ["channel_switch visit 06 B"]),  # she could have stayed
        ("a 0 visit channel=web\na 1 order channel=phone", ["channel_switch visit 06 B"]),
        ("a 0 visit channel=web\na 1 deliver channel=store initiator=customer", ["out_of_order deliver 06 B"]),
        ("a 0 visit channel=web\na 1 mail channel=email initiator=company\na 2 order channel=web", []),
        ("a 0 visit channel=web\na 1 chat channel=chat initiator=customer\na 2 faq channel=web initiator=customer",
         ["channel_switch visit 06 B", "ping_pong visit 07 B"]),
        ("a 0 visit channel=web\na 1 chat channel=chat initiator=customer\na 2 order channel=web",
         ["channel_switch visit 06 B"]),  # the way back is the designed one
    ],
)  # fmt: skip
def test_a_change_of_channel_counts_where_the_map_has_none(world: World, events: str, result: list[str]) -> None:
    assert said(world(CHANNELS, events), EFFORT) == result


@pytest.mark.parametrize(
    ("events", "result"),
    [
        (["1", "3"], ["3d", "7d", "14d"]),
        (["1", "5"], ["7d", "14d"]),
        (["1", "9"], ["14d"]),
        (["1", "17"], []),
        (["1", "3", "5"], ["3d", "7d", "14d", "7d", "14d"]),  # forward from the first: after three days it begins anew
    ],
)
def test_a_contact_comes_again_within_days_of_the_first(world: World, events: list[str], result: list[str]) -> None:
    contacts = "\n".join(f"a {when} chat channel=chat initiator=customer topic=bill" for when in events)
    other = "a 2 chat channel=chat initiator=customer topic=move\nb 2 visit\nb 2 chat initiator=customer topic=bill"
    query = world(MAP, f"a 0 visit\n{contacts}\n{other}", as_of="60")

    rows = said(
        query,
        "SELECT signal FROM journey_signals WHERE signal LIKE 'repeat%' ORDER BY known_at, length(signal), signal",
    )

    assert [str(row).removeprefix("repeat_contact_") for row in rows] == result


def test_contacts_in_excess_are_charged_to_the_touchpoint_that_brings_them_about(world: World) -> None:
    """Forty who order write within the week, and four who only visit; nobody who has paid."""
    lines = []
    for person in range(100):
        lines += [
            f"p{person} {day} {step} initiator=customer" for day, step in ((0, "visit"), (8, "order"), (16, "card"))
        ]
        lines += [f"p{person} 10 write channel=email initiator=customer"] if person < 40 else []
        lines += [f"p{person} 1 write channel=email initiator=customer"] if person < 4 else []
        lines += [f"p{person} 15.5 write channel=email initiator=customer"] if person > 95 else []  # more than a week
    query = world(MAP, "\n".join(lines))

    ((touchpoint, contacts_n, excess),) = query(
        "SELECT touchpoint, count(*), sum(measure) FROM journey_signals WHERE signal = 'failure_demand' GROUP BY ALL"
    )

    assert (touchpoint, contacts_n) == ("order", 40)
    assert excess == pytest.approx(40 - 4 / 2)  # the others stood for 7 days after the visit, and 7 after the card


ASKED = """
experience:
  - {measure: nps, touchpoint: order, score: nps, when: {activity: survey}}
"""


def test_a_low_score_is_a_signal_of_what_it_is_about(world: World) -> None:
    events = "a 0 visit\na 1 order\na 2 card\na 3 survey nps=3\nb 0 visit\nb 1 order\nb 3 survey nps=10"
    query = world(MAP + ASKED, events)

    rows = said(
        query,
        "SELECT touchpoint || ' in ' || at_touchpoint || ' ' || measure FROM journey_signals WHERE signal = 'low_nps'",
    )

    assert rows == ["order in card 3.0"]
