"""Two segments, two periods, and where frictions come from: through the whole pipeline, on planted journeys."""

from __future__ import annotations

import numpy as np
import pytest

from tests.spec.conftest import Query, World

MAP = """
journey: buy
title: Buy
version: 1
owner: {operations: Shop}
journey_is: {per: person, opens_with: visit, goal: done, horizon: 20d, patience: {default: 5d}}
flow:
  - phase: Buy
    steps: [visit, pay, done]
off_map:
  chat: {title: Chat, when: {activity: chat}}
segments: {region: region, device: device}
touchpoints:
  visit: {title: Visit, when: {activity: visit}}
  pay: {title: Pay, owner: Billing, when: {activity: pay}, promise: {next: done, within: 2d}}
  done: {title: Done, when: {activity: done}}
"""


def line(person: str, day: float, activity: str, **facts: str) -> str:
    return " ".join([person, f"{day:.4f}", activity, *(f"{name}={value}" for name, value in facts.items())])


def traffic(people_n: int = 1800) -> str:
    """Payments fail on iOS19 from day 30 on, chats come of build b7, visits come again for no reason: all cost people.

    The build is told when they visit, never again; Agder waits longer than Oslo.
    """
    draw = np.random.default_rng(3)
    lines = []
    for number in range(people_n):
        begins, who = draw.uniform(0, 60), f"p{number}"
        region, device = draw.choice(["Oslo", "Agder"]), draw.choice(["iOS19", "iOS18", "Android"], p=[0.3, 0.3, 0.4])
        build = draw.choice(["b6", "b7", "b8"])
        facts = {"region": str(region), "device": str(device)}
        lines.append(line(who, begins, "visit", **facts, build=str(build), order_id=f"o{number % 40}"))
        has_chat, comes_again = draw.random() < (0.5 if build == "b7" else 0.1), draw.random() < 0.2
        if has_chat:
            lines.append(line(who, begins + 0.1, "chat", **facts))
        if comes_again:
            lines.append(line(who, begins + 0.2, "visit", **facts, build=str(build)))
        if draw.random() < 0.1 + 0.3 * has_chat + 0.3 * comes_again:
            continue
        has_failed = draw.random() < (0.6 if device == "iOS19" and begins >= 30 else 0.05)
        lines.append(line(who, begins + 0.5, "pay", **facts, status="failed" if has_failed else "ok"))
        if draw.random() < (0.5 if has_failed else 0.1):
            continue
        wait = draw.exponential(0.8 if region == "Oslo" else 1.6)
        lines.append(line(who, begins + 0.5 + min(wait, 4.5), "done", **facts))
    return "\n".join(lines)


@pytest.fixture
def query(world: World) -> Query:
    return world(MAP, traffic(), as_of="100")


def test_a_run_tells_what_differs_and_where_frictions_come_from(query: Query) -> None:
    assert query("SELECT touchpoint, signal FROM frictions WHERE verdict = 'friction' AND signal <> 'all_fixed'"
                 " AND signal IN ('failed', 'ad_hoc', 'repeated') ORDER BY ALL") == [
        ("chat", "ad_hoc"), ("pay", "failed"), ("visit", "repeated"),
    ]  # fmt: skip
    causes = query("SELECT touchpoint, signal, attribute, value, place FROM root_causes ORDER BY ALL")
    assert set(causes) >= {("chat", "ad_hoc", "build", "b7", 1), ("pay", "failed", "device", "iOS19", 1)}
    assert not [cause for cause in causes if cause[1] in {"repeated", "loop"}], "nothing causes these"
    assert {cause[2:4] for cause in causes} == {("build", "b7"), ("device", "iOS19")}

    ((since_s, said),) = query("SELECT epoch(since_at), said FROM root_causes WHERE touchpoint = 'pay'")
    begun = 1767571200 + 30.5 * 86_400  # day 30.5 after 5 January 2026
    assert isinstance(since_s, float) and abs(since_s - begun) < 3 * 86_400
    assert isinstance(said, str) and "% of failed “Pay” are on iOS19 since " in said and " Feb 2026; it " in said
    assert query("SELECT since_at FROM root_causes WHERE value = 'b7'")[0] == (None,)

    told = query(
        "SELECT measure, touchpoint, signal, share > others_share, difference_low > 0 OR"
        " difference_high < 0, is_simpson"
        " FROM segment_differences WHERE segment = 'region=Agder' ORDER BY ALL"
    )
    assert told == [
        ("deviation", "pay", "late", True, True, False),
        ("promise_kept", "pay", "done", False, True, False),
        ("wait_p50", "pay", "done", True, True, False),
    ]
    ios = query("SELECT measure, touchpoint FROM segment_differences WHERE segment = 'device=iOS19' ORDER BY ALL")
    assert {("conversion", None), ("drop_off", "pay"), ("deviation", "pay")} <= set(ios)
    ((family_n, most_q),) = query("SELECT max(family_n), max(q_value) FROM segment_differences")
    assert isinstance(family_n, int) and family_n >= 30
    assert isinstance(most_q, float) and most_q <= 0.05

    pairs = query(
        "SELECT found.share, CASE found.measure WHEN 'drop_off' THEN known.hazard ELSE known.converted_share END"
        " FROM segment_differences AS found JOIN touchpoint_outcomes AS known"
        " ON known.touchpoint = found.touchpoint AND known.segment = found.segment"
        " WHERE found.measure IN ('conversion', 'drop_off') AND known.horizon_d ="
        " (SELECT max(horizon_d) FROM touchpoint_outcomes)"
    )
    assert pairs
    for share, known in pairs:
        assert share == pytest.approx(known, abs=1e-6)
