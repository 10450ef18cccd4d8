"""How people become customers in the example, or do not."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.demo.clockwork import Mask, Times, arrivals, by_day, in_office
from pipelines.demo.people import People
from pipelines.demo.story import DAY, HOUR, MINUTE, PLANTED, RURAL
from pipelines.demo.walk import Walk

_SAYS_SO = 0.35  # of those who leave after they ordered
_SOME_SAY_SO = 0.6  # of those who leave while the company already works for them
_LATE_AFTER_US = 10 * DAY  # the technician's promise


def walk_become_customer(rng: np.random.Generator, people: People) -> Walk:
    """All who were not customers before, one journey each, from their first visit on."""
    newcomers = people.frame.filter(~pl.col("is_customer"))
    walk = Walk(rng, newcomers["person"].to_numpy(), arrivals(rng, newcomers.height))
    is_mobile = (newcomers["device"] == "mobile").to_numpy()
    is_rural = (newcomers["region"] == RURAL).to_numpy()
    _discover(walk, (newcomers["medium"] == "cpc").to_numpy())
    _check_address(walk, is_mobile)
    _verify(walk)
    _choose(walk)
    _confirm_and_book(walk, is_rural)
    _deliver(walk, is_rural)
    return walk


def _discover(walk: Walk, is_paid_click: Mask) -> None:
    walk.step("visit", walk.now)
    returns = np.minimum(walk.rng.poisson(0.5, walk.n), 4)
    for nth in range(1, 5):
        walk.step("visit", by_day(walk.now + walk.gap(1.2 * DAY, 1.0)), returns >= nth)
    reads = walk.chance(0.14)
    walk.note("faq", walk.is_here & reads, walk.now + walk.gap(4 * MINUTE))
    walk.leave(np.where(is_paid_click, 0.29, 0.22))
    walk.step("newsletter", walk.now + walk.gap(12 * MINUTE, 0.3), walk.chance(0.11))


def _check_address(walk: Walk, is_mobile: Mask) -> None:
    """People on a phone check twice more often, and leave more often for other reasons."""
    walk.step("check_address", walk.now + walk.gap(25 * MINUTE, 0.6))
    again = walk.show("checks_again", walk.chance(np.where(is_mobile, 0.32, PLANTED["checks_again"].rate)))
    walk.step("check_address", walk.now + walk.gap(3 * MINUTE), again)
    walk.leave(np.where(is_mobile, 0.27, 0.11))
    walk.step("signup", by_day(walk.now + walk.gap(0.7 * DAY, 1.1)))


def _verify(walk: Walk) -> None:
    walk.leave(0.02, _SAYS_SO)
    at = walk.now + walk.gap(2 * MINUTE)
    by_sms = walk.chance(0.45)
    fails = by_sms & walk.chance(PLANTED["sms_fails"].rate)
    walk.step("verify_bankid", at, ~by_sms)
    walk.step("verify_sms", at, by_sms, is_ok=~fails)
    failed = walk.show("sms_fails", fails, among=by_sms)
    walk.leave(0.01 + walk.effect("sms_fails"), _SAYS_SO)
    walk.step("verify_sms", walk.now + walk.gap(4 * MINUTE), failed)


def _choose(walk: Walk) -> None:
    """After proving who they are some meet things that nobody designed: a harmful, a helpful and a harmless one."""
    verified_at = walk.now
    signals = ("manual_id_check", "advisor_call", "reads_terms")
    passport, call, terms = (walk.show(name, walk.chance(PLANTED[name].rate)) for name in signals)
    walk.linger("manual_id_check", passport, verified_at + walk.gap(25 * MINUTE))
    walk.linger("terms", terms, verified_at + walk.gap(6 * MINUTE))
    walk.linger("advisor_call", call, in_office(walk.rng, verified_at + walk.gap(2 * HOUR)))
    walk.leave(0.10 + np.sum([walk.effect(name) for name in signals], axis=0), _SAYS_SO)
    walk.step("choose_plan", by_day(walk.now + walk.gap(30 * MINUTE, 1.2)))
    credit_at = in_office(walk.rng, verified_at + walk.gap(HOUR, 0.6))
    walk.refuse(walk.chance(0.04), np.maximum(credit_at, walk.now + MINUTE))
    _pay(walk, credit_at)


def _pay(walk: Walk, credit_at: Times) -> None:
    """Some pay before their credit was checked: against the design, and no harm done."""
    chosen_at, checked = walk.now, walk.is_here.copy()
    walk.leave(0.05, _SAYS_SO)
    early = walk.show("pays_early", walk.chance(PLANTED["pays_early"].rate))
    early_at = chosen_at + walk.gap(8 * MINUTE)
    credit_at = np.where(early, np.maximum(credit_at, early_at + walk.gap(2 * HOUR)), credit_at)
    walk.note("credit_check", checked, credit_at)
    walk.stand("credit_check", checked & (credit_at > chosen_at) & ~early, credit_at)
    _try_to_pay(walk, np.where(early, early_at, by_day(walk.now + walk.gap(0.8 * DAY, 0.9))))
    walk.now = np.where(walk.is_here, np.maximum(walk.now, credit_at), walk.now)


def _try_to_pay(walk: Walk, at: Times) -> None:
    fails = walk.chance(PLANTED["payment_fails"].rate)
    walk.step("pay", at, is_ok=~fails)
    failed = walk.show("payment_fails", fails)
    walk.leave(0.02 + walk.effect("payment_fails") + walk.effect("pays_early"), _SAYS_SO)
    walk.step("pay", walk.now + walk.gap(15 * MINUTE, 1.2), failed)


def _confirm_and_book(walk: Walk, is_rural: Mask) -> None:
    """Some never get their confirmation. It shows when they book, and they leave before the technician comes."""
    unconfirmed = walk.chance(PLANTED["no_confirmation"].rate)
    walk.step("confirm", walk.now + walk.gap(20 * MINUTE), ~unconfirmed)
    walk.leave(0.03, _SAYS_SO)
    walk.step("book_technician", by_day(walk.now + walk.gap(0.8 * DAY)))
    walk.show("no_confirmation", unconfirmed)
    walk.note(
        "support_chat", walk.is_here & walk.chance(np.where(is_rural, 0.2, 0.07)), walk.now + walk.gap(0.7 * DAY, 0.5)
    )
    walk.leave(0.02 + walk.effect("no_confirmation"), _SOME_SAY_SO)


def _deliver(walk: Walk, is_rural: Mask) -> None:
    """A late technician drives people away. A slow activation, weeks in the far north, does not."""
    booked_at = walk.now
    wait = walk.gap(np.where(is_rural, 7.0, 5.5) * DAY, 0.45)
    walk.step("technician_visit", in_office(walk.rng, booked_at + np.maximum(wait, DAY)))
    walk.show("late_technician", walk.now - booked_at > _LATE_AFTER_US)
    walk.leave(0.01 + walk.effect("late_technician"), _SOME_SAY_SO)
    walk.note("survey", walk.is_here & walk.chance(0.2), by_day(walk.now + walk.gap(0.8 * DAY, 0.3)))
    slow = np.minimum(walk.gap(16 * DAY, 0.3), 34 * DAY)
    walk.step("activate", walk.now + np.where(is_rural, slow, walk.gap(16 * HOUR, 0.6)))
    walk.leave(0.02, _SOME_SAY_SO)
    walk.step("first_value", by_day(walk.now + walk.gap(9 * HOUR, 0.7)))
    walk.reach_goal()
    walk.note("survey", walk.is_here & walk.chance(0.25), by_day(walk.now + walk.gap(3 * DAY, 0.4)))
