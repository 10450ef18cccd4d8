"""The crowd does what is planted, and the calendar of the example is the one of its settings."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pytest

from pipelines.demo.clockwork import in_office, office_clock, office_later
from pipelines.demo.customer import walk_become_customer
from pipelines.demo.help import walk_get_help
from pipelines.demo.people import People, draw_people, salesforce_ids
from pipelines.demo.story import DAY, DAYS, HOUR, MINUTE, PLANTED, REGIONS, SECOND
from pipelines.demo.walk import Walk


@pytest.fixture(scope="module")
def people() -> People:
    return draw_people(np.random.default_rng(11), 40_000)


@pytest.fixture(scope="module")
def walks(people: People) -> dict[str, Walk]:
    rng = np.random.default_rng(12)
    customers = walk_become_customer(rng, people)
    return {"become_customer": customers, "get_help": walk_get_help(rng, people, customers)}


def leaving_difference(walk: Walk, name: str, among: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """How much more of those who met a signal left from where it bites, and twice its standard error."""
    places = {walk.steps.index(step) for step in PLANTED[name].at.split(" | ")}
    left = np.isin(walk.left_from, list(places))
    shown, others = walk.flags[name] & among, walk.risk[name] & ~walk.flags[name] & among
    shares = [left[group].mean() for group in (shown, others)]
    errors = [share * (1 - share) / group.sum() for share, group in zip(shares, (shown, others), strict=True)]
    return float(shares[0] - shares[1]), 2 * float(np.sqrt(sum(errors)))


@pytest.mark.parametrize("name", [name for name, planted in PLANTED.items() if planted.role != "decoy"])
def test_a_planted_signal_moves_people_as_much_as_it_says(walks: dict[str, Walk], name: str) -> None:
    walk = walks[PLANTED[name].journey]
    difference, margin = leaving_difference(walk, name, np.ones(walk.n, dtype=bool))
    assert difference == pytest.approx(PLANTED[name].effect, abs=margin + 0.015)


@pytest.mark.parametrize("name", ["reads_terms", "pays_early", "chasing_call"])
def test_a_decoy_moves_nobody(walks: dict[str, Walk], name: str) -> None:
    walk = walks[PLANTED[name].journey]
    difference, margin = leaving_difference(walk, name, np.ones(walk.n, dtype=bool))
    assert difference == pytest.approx(0, abs=1.3 * margin)


def test_the_confounded_decoy_looks_harmful_until_the_device_is_known(people: People, walks: dict[str, Walk]) -> None:
    walk = walks["become_customer"]
    is_mobile = (people.frame["device"] == "mobile").to_numpy()[walk.person]
    pooled, margin = leaving_difference(walk, "checks_again", np.ones(walk.n, dtype=bool))
    assert pooled > margin + 0.02
    for stratum in (is_mobile, ~is_mobile):
        difference, margin = leaving_difference(walk, "checks_again", stratum)
        assert difference == pytest.approx(0, abs=1.3 * margin)


def test_the_slow_region_waits_weeks_and_loses_nobody_for_it(people: People, walks: dict[str, Walk]) -> None:
    walk = walks["become_customer"]
    is_rural = (people.frame["region"] == REGIONS[-1]).to_numpy()[walk.person]
    reached = walk.risk["late_technician"] & ~walk.flags["late_technician"]
    lost = walk.goal_at == 0
    shares = [lost[reached & group].mean() for group in (is_rural, ~is_rural)]
    assert shares[0] == pytest.approx(shares[1], abs=0.02)


@pytest.mark.parametrize(
    ("journey", "status", "low", "high"),
    [
        ("become_customer", "converted", 0.30, 0.40),
        ("become_customer", "in_flight", 0.05, 0.12),
        ("become_customer", "exited", 0.05, 0.15),
        ("get_help", "converted", 0.60, 0.80),
    ],
)
def test_the_shares_look_like_those_of_a_real_company(
    walks: dict[str, Walk], journey: str, status: str, low: float, high: float
) -> None:
    assert low < (walks[journey].status() == status).mean() < high  # type: ignore[operator]  # a mean of booleans


def test_an_id_of_18_characters_ends_in_the_three_that_tell_case_apart() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    for whole in salesforce_ids("003", np.arange(0, 5_000, 37), "Id"):
        chunks = [whole[k : k + 5] for k in (0, 5, 10)]
        checks = "".join(letters[sum(1 << k for k, letter in enumerate(chunk) if letter.isupper())] for chunk in chunks)
        assert (len(whole), whole[:3], whole[15:]) == (18, "003", checks)


def _us(*local: int) -> int:
    """Microseconds of a local time in the summer of 2026."""
    return int(datetime(2026, *local, tzinfo=UTC).timestamp()) * SECOND - 2 * HOUR  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("start", "wait", "end"),
    [
        ((6, 1, 9, 0), HOUR, (6, 1, 10, 0)),
        ((6, 1, 15, 30), HOUR, (6, 2, 8, 30)),
        ((6, 5, 15, 30), HOUR, (6, 8, 8, 30)),  # over a weekend
        ((6, 6, 12, 0), 2 * HOUR, (6, 8, 10, 0)),  # from a Saturday
        ((5, 13, 15, 0), 2 * HOUR, (5, 15, 9, 0)),  # over Ascension Day
    ],
)
def test_a_wait_in_office_hours_ends_in_office_hours(start: tuple[int, ...], wait: int, end: tuple[int, ...]) -> None:
    begun = np.array([_us(*start)])
    over = office_later(begun, np.array([wait]))
    assert over.tolist() == [_us(*end)]
    assert (office_clock(over) - office_clock(begun)).tolist() == [wait]


def test_work_is_done_between_eight_and_sixteen_on_working_days() -> None:
    rng = np.random.default_rng(3)
    asked = _us(5, 1, 0, 0) + rng.integers(0, DAYS * DAY, 5_000)
    done = in_office(rng, asked)
    hour = (done + 2 * HOUR) % DAY / HOUR
    weekday = ((done + 2 * HOUR) // DAY + 3) % 7
    assert (done >= asked).all()
    assert (hour >= 8).all()
    assert (hour < 16).all()
    assert (weekday < 5).all()
    assert MINUTE < (done - asked).max() < 5 * DAY
