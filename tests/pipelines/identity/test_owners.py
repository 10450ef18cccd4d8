"""Whose an event is when its first id tells nobody."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipelines import warehouse
from pipelines.identity import resolve_persons
from pipelines.settings import Settings
from schemas.words import Rule
from tests.pipelines.identity.worlds import Row, happen

ANN, BO = {"customer": "ann", "cookie": "tablet"}, {"customer": "bo", "cookie": "tablet"}
TABLET = {"cookie": "tablet"}
OWNERS = """
SELECT event_key, id FROM event_owners JOIN identifiers USING (id_key) ORDER BY event_key
"""


def owners(settings: Settings, rows: Sequence[Row]) -> dict[int, str]:
    """Place of an event to the id that it belongs to, where that is not its first."""
    with warehouse.writer(settings) as connection:
        happen(connection, rows)
        report = resolve_persons(connection, settings)
        found = dict(connection.sql(OWNERS).fetchall())
    assert report.lent_n == len(found)
    return found


def test_a_device_of_one_person_needs_no_owner(settings: Settings) -> None:
    assert owners(settings, [(0, TABLET), (5, ANN), (9, TABLET)]) == {}


def test_events_of_a_shared_device_belong_to_who_logged_in_shortly_before_or_after(settings: Settings) -> None:
    """Thrown together, all of it would be one person; thrown away, nobody's."""
    rows = [(0, TABLET), (10, ANN), (15, TABLET), (300, BO), (320, TABLET), (200, TABLET)]
    assert owners(settings, rows) == {0: "ann", 2: "ann", 4: "bo"}


@pytest.mark.parametrize(("minute", "found"), [(40, {2: "ann"}), (41, {}), (-20, {2: "ann"}), (-21, {})])
def test_a_login_tells_for_half_an_hour(settings: Settings, minute: int, found: dict[int, str]) -> None:
    assert owners(settings, [(10, ANN), (900, BO), (minute, TABLET)]) == found


def test_between_two_people_an_event_is_neithers(settings: Settings) -> None:
    rows = [(0, ANN), (10, TABLET), (20, BO), (60, TABLET), (25, TABLET)]
    assert owners(settings, rows) == {4: "bo"}


def test_at_one_instant_with_two_logins_an_event_is_neithers(settings: Settings) -> None:
    assert owners(settings, [(0, ANN), (0, BO), (0, TABLET), (600, ANN), (601, TABLET)]) == {4: "ann"}


def test_a_visit_that_names_the_device_first_belongs_to_who_is_logged_in(settings: Settings) -> None:
    device_first = {"cookie": "tablet", "customer": "ann"}
    assert owners(settings, [(0, device_first), (600, BO)]) == {0: "ann"}


def test_two_numbers_of_one_person_are_one_person_at_a_device(settings: Settings) -> None:
    """Her contact and her customer number are linked elsewhere."""
    contact = {"contact": "c-ann", "cookie": "tablet"}
    both = {"customer": "ann", "contact": "c-ann"}
    rows = [(0, ANN), (5, TABLET), (9, contact), (600, BO), (700, both)]
    assert owners(settings, rows) == {1: "ann"}


def test_a_kiosks_visits_go_to_each_of_its_visitors_in_turn(settings: Settings) -> None:
    rows: list[Row] = []
    for number in range(30):
        rows += [(number * 120, {"customer": f"c{number}", "cookie": "kiosk"}), (number * 120 + 3, {"cookie": "kiosk"})]
    assert owners(settings, rows) == {place * 2 + 1: f"c{place}" for place in range(30)}


def test_an_event_whose_first_id_is_a_stand_in_belongs_to_another_id_on_its_row(settings: Settings) -> None:
    rows = [(0, {"customer": "guest", "cookie": "a"}), (1, {"customer": "guest", "cookie": "b"}), (2, {"cookie": "a"})]
    assert owners(settings, rows) == {0: "a", 1: "b"}


def test_a_call_from_a_household_phone_belongs_to_the_customer_who_is_named(settings: Settings) -> None:
    phone = "+4722334455"
    rows = [
        (0, {"phone": phone, "customer": "ann"}),
        (1, {"phone": phone, "customer": "bo"}),
        (2, {"phone": phone, "ticket": "t"}),
        (3, {"phone": phone}),
    ]
    assert owners(settings, rows) == {0: "ann", 1: "bo", 2: "t"}


@pytest.mark.parametrize("rule", list(Rule))
def test_owners_are_the_same_in_whatever_order_rows_came(settings: Settings, rule: Rule) -> None:
    rows = [(0, TABLET), (10, ANN), (15, TABLET), (300, BO), (320, TABLET), (200, TABLET)]
    query = (
        "SELECT event_id, occurred_at, person_id FROM events LEFT JOIN event_owners o USING (event_key)"
        " JOIN person_keys k ON k.id_key = coalesce(o.id_key, events.id_key) WHERE rule = $rule"
    )
    found = []
    for turn in (rows, rows[::-1]):
        with warehouse.writer(settings) as connection:
            happen(connection, turn)
            resolve_persons(connection, settings)
            told = connection.sql(query, params={"rule": str(rule)}).fetchall()
            found.append(sorted((at, person) for _, at, person in told))
    assert found[0] == found[1]
    assert {person for _, person in found[0]} == {"p_ann", "p_bo", *(() if rule is Rule.LOOSE else ("p_tablet",))}
