from __future__ import annotations

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from pipelines.explore.choices import focus_of, month_choices, segment_choices, touchpoint_choices
from pipelines.explore.closer import closer
from pipelines.explore.desk import Desk
from pipelines.explore.focus import Focus, months
from pipelines.explore.focusing import put_part
from pipelines.explore.part import part, refuse_few
from pipelines.explore.process import process
from pipelines.explore.shown import SECTIONS, lead, metro_figures, picture, section
from pipelines.privacy.cover import Cover
from pipelines.privacy.withheld import Withheld
from pipelines.report.rows import JourneyData
from pipelines.report.snapshot import read_map
from pipelines.warehouse import reader
from schemas.errors import UsageError
from tests.notebooks.conftest import JOURNEY

OSLO = Focus(JOURNEY, (("region", "Oslo"),))


def _uncovered(desk: Desk, focus: Focus) -> JourneyData:
    """A part's rows with every number."""
    plan = desk.plans[JOURNEY]
    with reader(desk.settings) as connection:
        put_part(connection, desk.settings, plan, desk.as_of, focus)
        return read_map(connection, plan, Cover(1), desk.as_of)


def _published(desk: Desk) -> JourneyData:
    with reader(desk.settings) as connection:
        return read_map(connection, desk.plans[JOURNEY], Cover(1), desk.as_of)


def test_the_whole_made_again_has_the_published_numbers(desk: Desk) -> None:
    again, known = _uncovered(desk, Focus(JOURNEY)), _published(desk)
    assert again.outcomes == tuple(row for row in known.outcomes if row.segment is None)
    assert again.waits == tuple(row for row in known.waits if row.segment is None)
    for name in ("statuses", "people_n", "versions", "designed_n", "touchpoints", "flows", "sides", "rates"):
        assert getattr(again, name) == getattr(known, name), name
    assert again.events_n == known.events_n
    assert again.travel.legs == known.travel.legs
    assert again.travel.curves == tuple(row for row in known.travel.curves if row["segment"] is None)
    assert again.cost.rows("patience_curves") == known.cost.rows("patience_curves")
    assert [card.examples[0].journey_id for card in again.gap.cards]


def test_parts_that_share_nobody_add_up_to_the_whole(desk: Desk) -> None:
    values = [value for value in segment_choices(desk, JOURNEY)["region"].values() if value]
    parts = [_uncovered(desk, Focus(JOURNEY, (("region", value),))) for value in values]
    whole = _published(desk)
    added = sum((Counter(each.statuses) for each in parts), Counter())
    without = Counter(whole.statuses) - added
    with reader(desk.settings) as connection:
        unknown = connection.execute(
            "SELECT status, count(*) FROM journeys WHERE rule = 'default' AND assignment = 'this' AND journey = ?"
            " AND NOT list_contains(?, coalesce(segments['region'], '')) GROUP BY status",
            [JOURNEY, values],
        ).fetchall()
    assert dict(without) == dict(unknown)


def test_a_part_by_segment_has_the_outcomes_that_are_published_for_it(desk: Desk) -> None:
    published = {row.touchpoint: row for row in _published(desk).outcomes if row.segment == "region=Oslo"}
    alone = {row.touchpoint: row for row in _uncovered(desk, OSLO).outcomes}
    assert alone.keys() == published.keys()
    for name, row in alone.items():
        assert (row.reached_n, row.in_flight_n) == (published[name].reached_n, published[name].in_flight_n)


def test_a_period_counts_its_last_month_as_a_whole(desk: Desk) -> None:
    focus = Focus(JOURNEY, from_on=date(2026, 6, 1), until_on=date(2026, 7, 1))
    data = _uncovered(desk, focus)
    zone = desk.snapshot.zone
    with reader(desk.settings) as connection:
        began = connection.execute(
            "SELECT entered_at FROM journeys WHERE rule = 'default' AND assignment = 'this' AND journey = ?", [JOURNEY]
        ).fetchall()
    assert data.journeys_n == sum((6, 7).__contains__(at.astimezone(zone).month) for (at,) in began)


def test_who_came_to_a_touchpoint_has_touched_it(desk: Desk) -> None:
    data = _uncovered(desk, Focus(JOURNEY, through="pay"))
    touched = next(row.journeys_n for row in _published(desk).touchpoints if row.touchpoint == "pay")
    assert data.journeys_n == touched
    assert next(row.journeys_n for row in data.touchpoints if row.touchpoint == "pay") == touched


@pytest.mark.parametrize(
    ("n", "whole_n", "is_refused"),
    [(4, 100, True), (5, 100, False), (95, 100, False), (96, 100, True), (100, 100, False)],
)
def test_neither_who_is_in_a_part_nor_who_is_left_out_may_be_few(n: int, whole_n: int, is_refused: bool) -> None:
    if not is_refused:
        refuse_few(n, whole_n, 5)
        return
    with pytest.raises(UsageError):
        refuse_few(n, whole_n, 5)


def test_of_a_part_without_journeys_nothing_is_shown(desk: Desk) -> None:
    nobody = part(desk, Focus(JOURNEY, from_on=date(2020, 1, 1), until_on=date(2020, 1, 1)))
    assert nobody.view is None
    assert nobody.trouble is not None
    assert lead(desk, nobody) == ""
    assert section(desk, nobody, "waits") == ""


def test_a_part_hides_small_numbers_and_what_the_rest_would_tell(desk: Desk) -> None:
    minimum = desk.settings.privacy.minimum_cell
    bare, whole = _uncovered(desk, OSLO), _published(desk)
    shown = part(desk, OSLO).view
    assert shown is not None
    hidden_n = 0
    for row, told in zip(bare.touchpoints, shown.data.touchpoints, strict=True):
        all_n = next(each.journeys_n for each in whole.touchpoints if each.touchpoint == row.touchpoint)
        if 0 < row.journeys_n < minimum or 0 < all_n - row.journeys_n < minimum:
            assert isinstance(told.journeys_n, Withheld)
            hidden_n += 1
    rates = {(row.kind, row.touchpoint, row.block): row.journeys_n for row in bare.rates}
    for rate in shown.data.rates:
        n = rates[(rate.kind, rate.touchpoint, rate.block)]
        if 0 < n < minimum:
            assert isinstance(rate.journeys_n, Withheld)
            hidden_n += 1
    assert hidden_n


def test_every_section_and_mode_of_a_part_can_be_shown(desk: Desk) -> None:
    seen = part(desk, OSLO)
    for name in SECTIONS:
        assert "terreng part" in section(desk, seen, name)
    figures = metro_figures(desk, seen)
    assert len(figures) > 1
    assert all("<svg" in picture(figure) for figure in figures.values())
    assert "region is Oslo" in lead(desk, seen)


def test_a_closer_look_has_only_rows_of_its_touchpoint(desk: Desk) -> None:
    told = closer(desk, part(desk, OSLO), "pay")
    assert "Pay the first invoice" in told
    assert "Billing" in told
    assert "<table" in told


def test_what_can_be_chosen_is_there_and_held_by_many(desk: Desk) -> None:
    assert segment_choices(desk, JOURNEY)["region"]["Oslo"] == "Oslo"
    assert date(2026, 6, 1) in month_choices(desk, JOURNEY).values()
    names = touchpoint_choices(desk, JOURNEY)
    assert names["9 Pay the first invoice"] == "pay"
    assert set(names.values()) == {"", *desk.plans[JOURNEY].names}


def test_a_period_that_ends_before_it_begins_is_turned() -> None:
    turned = focus_of("a", {}, date(2026, 7, 1), date(2026, 6, 1), "")
    assert (turned.from_on, turned.until_on) == (date(2026, 6, 1), date(2026, 7, 1))


def test_a_value_with_an_apostrophe_is_a_value() -> None:
    assert "'o''clock'" in Focus("a", (("time", "o'clock"),)).where(ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("UTC", [date(2026, 5, 1)]), ("Europe/Oslo", [date(2026, 5, 1), date(2026, 6, 1)])],
)
def test_months_begin_in_the_workspaces_zone(zone: str, expected: list[date]) -> None:
    from datetime import UTC, datetime

    first, last = datetime(2026, 5, 3, tzinfo=UTC), datetime(2026, 5, 31, 23, tzinfo=UTC)
    assert list(months(first, last, ZoneInfo(zone))) == expected


def test_the_process_of_a_part_has_as_much_as_is_asked_for(desk: Desk) -> None:
    seen = part(desk, OSLO)
    main, all_of_it = process(seen, 0.6, 0.5), process(seen, 1.0, 1.0)
    assert "<svg" in main
    assert main.count("<text") < all_of_it.count("<text")
    assert process(part(desk, Focus(JOURNEY)), 1.0, 1.0) != all_of_it
