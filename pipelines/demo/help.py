"""How customers get help in the example when the line fails."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.demo.clockwork import Times, arrivals, by_day, in_office, office_clock, office_later
from pipelines.demo.people import People
from pipelines.demo.story import DAY, END_US, HOUR, MINUTE, PLANTED
from pipelines.demo.walk import Walk

_FAULT_SHARE = 0.62  # of those who were customers before the window
_NEW_FAULT_SHARE = 0.16  # of those who became customers in it
_SECOND_FAULT_SHARE = 0.12
_PROMISED_US = 4 * HOUR  # to answer, in business hours
_REST_US = 45 * DAY  # between two faults of one line


def walk_get_help(rng: np.random.Generator, people: People, customers: Walk) -> Walk:
    """One journey per fault, from its report on."""
    person, at = _faults(rng, people, customers)
    walk = Walk(rng, person, at)
    _report(walk)
    _diagnose(walk)
    _solve(walk)
    return walk


def _faults(rng: np.random.Generator, people: People, customers: Walk) -> tuple[Times, Times]:
    """Who reports a fault, and when; a second one of the same person comes much later."""
    old = people.frame.filter(pl.col("is_customer"))["person"].to_numpy()
    old = old[rng.random(len(old)) < _FAULT_SHARE]
    is_new = (
        (customers.goal_at > 0) & (customers.goal_at < END_US - 5 * DAY) & (rng.random(customers.n) < _NEW_FAULT_SHARE)
    )
    new_at = customers.goal_at[is_new] + 4 * DAY + rng.integers(0, 40 * DAY, is_new.sum())
    person = np.concatenate([old, customers.person[is_new]])
    at = by_day(np.concatenate([arrivals(rng, len(old)), new_at]))
    again = rng.random(len(person)) < _SECOND_FAULT_SHARE
    person = np.concatenate([person, person[again]])
    at = np.concatenate([at, by_day(at[again] + _REST_US + rng.integers(0, 20 * DAY, again.sum()))])
    return person[at < END_US], at[at < END_US]


def _report(walk: Walk) -> None:
    walk.note("status_page", walk.chance(0.4), walk.now - walk.gap(10 * MINUTE))
    walk.step("fault_reported", walk.now)
    slow = walk.chance(PLANTED["slow_answer"].rate)
    wait = np.where(slow, _PROMISED_US + walk.gap(5 * HOUR), np.minimum(walk.gap(40 * MINUTE, 0.6), _PROMISED_US))
    walk.step("acknowledged", office_later(walk.now, wait))


def _diagnose(walk: Walk) -> None:
    walk.show("slow_answer", office_clock(walk.now) - office_clock(walk.entered_at) > _PROMISED_US)
    called = walk.show("chasing_call", walk.chance(PLANTED["chasing_call"].rate))
    walk.linger("chasing_call", called, by_day(walk.now + walk.gap(2 * HOUR)))
    walk.leave(0.05 + walk.effect("slow_answer") + walk.effect("chasing_call"), 0.3)
    walk.step("self_test", walk.now + walk.gap(20 * MINUTE), walk.chance(0.45))
    needs_visit = walk.chance(0.35)
    walk.step("remote_fix", in_office(walk.rng, walk.now + walk.gap(3 * HOUR)), ~needs_visit)
    walk.step("book_repair", by_day(walk.now + walk.gap(5 * HOUR)), needs_visit)
    walk.leave(0.03, 0.3)
    walk.step("repair_visit", in_office(walk.rng, walk.now + walk.gap(3 * DAY, 0.5)), needs_visit)


def _solve(walk: Walk) -> None:
    walk.step("solved", walk.now + walk.gap(30 * MINUTE))
    reopened = walk.show("reopened", walk.chance(PLANTED["reopened"].rate))
    walk.step("acknowledged", in_office(walk.rng, walk.now + walk.gap(DAY, 0.6)), reopened)
    walk.step("solved", walk.now + walk.gap(4 * HOUR), reopened)
    walk.leave(0.17 + walk.effect("reopened"), 0.2)
    walk.step("confirmed", by_day(walk.now + walk.gap(8 * HOUR, 1.0)))
    walk.reach_goal()
    walk.note("survey", walk.is_here & walk.chance(0.2), by_day(walk.now + walk.gap(DAY, 0.4)))
