"""What the first screen and the cards say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from models.places import target_title
from pipelines.report.quality import identity_range
from pipelines.report.rows import IdentityRow, OutcomeRow
from pipelines.report.sentences import headline, left_in_words, tiles
from pipelines.report.view import JourneyView
from schemas.journey_map import JourneyMap

View = Callable[..., JourneyView]


def under(strict: int, default: int, loose: int) -> tuple[IdentityRow, ...]:
    """Converted of 1,000 journeys old enough, by rule."""
    found = {"strict": strict, "default": default, "loose": loose}
    return tuple(IdentityRow(rule, 2_000, 1_000, converted_n) for rule, converted_n in found.items())


@pytest.mark.parametrize(
    ("identity", "is_same_people", "told"),
    [
        (under(386, 387, 387), False, "38.7% converted in that time under the default identity rule, 38.6% under the"),
        (under(387, 387, 387), False, "38.7% converted in that time under each of the three identity rules"),
        (under(387, 387, 387), True, "all three identity rules make the same people"),
        (under(387, 387, 387)[:2], False, ""),
    ],
)
def test_one_measure_is_told_under_all_three_identity_rules(
    view: View, identity: tuple[IdentityRow, ...], is_same_people: bool, told: str
) -> None:
    shown = view(5)
    sentence = identity_range(
        JourneyView(shown.map, replace(shown.data, identity=identity, is_same_people=is_same_people))
    )
    assert told in sentence
    assert bool(sentence) == bool(told)


def outcome(view: JourneyView, **changed: float | None) -> OutcomeRow:
    found = view.outcomes[view.flow_names[0]]
    return replace(found, refused=None, reached_n=1_000, followed_n=1_000, effective_n=1_000.0, **changed)  # type: ignore[arg-type]  # numbers


@pytest.mark.parametrize(
    ("hazard", "exit_hazard", "told"),
    [
        (0.007, 0.043, "5% (3.8–6.5%) leave here: 0.7% fall silent, 4.3% say no"),
        (0.05, 0.0, "5% (3.8–6.5%) fall silent here"),
        (None, None, "no share is told"),
    ],
)
def test_who_leaves_falls_silent_or_says_no(
    view: View, hazard: float | None, exit_hazard: float | None, told: str
) -> None:
    assert left_in_words(outcome(view(5), hazard=hazard, exit_hazard=exit_hazard)) == told


def asking(journey_map: JourneyMap, horizon_s: int | None) -> JourneyMap:
    journey_is = journey_map.journey_is.model_copy(update={"horizon_s": horizon_s})
    return journey_map.model_copy(update={"journey_is": journey_is})


@pytest.mark.parametrize(
    ("wanted_d", "within"),
    [
        (None, "60 days"),
        (60, "60 days"),
        (90, "60 days (a third of the observed time; the map asks for 90 days)"),
    ],
)
def test_a_horizon_that_was_shortened_says_so_where_it_is_named(view: View, wanted_d: int | None, within: str) -> None:
    shown = view(5)
    drawn = JourneyView(asking(shown.map, wanted_d * 86_400 if wanted_d else None), shown.data)
    assert f"within {within}, " in headline(drawn).detail
    assert any(tile.detail.endswith(f"within {within}") for tile in tiles(drawn, dict.fromkeys(_TABLES, "t")))


_TABLES = ("statuses", "outcomes", "deviations", "waits")


def test_who_is_undecided_at_the_horizon_and_who_is_on_the_way_today_are_told_apart(view: View) -> None:
    shown = view(5)
    assert "are still undecided after 60 days" in headline(shown).detail
    assert "are on their way today" in [tile.label for tile in tiles(shown, dict.fromkeys(_TABLES, "t"))]


def test_what_customers_did_may_have_a_comma_in_its_name_and_is_no_block(view: View) -> None:
    shown = view(5)
    first, second = shown.flow_names[:2]
    assert shown.target_title("Yes, please | now") == "Yes, please | now"
    assert shown.target_title(f"{first} | {second}") == f"{shown.title(first)} or {shown.title(second)}"
    assert target_title(shown.map, "Yes, please | now") == "Yes, please | now"
    assert target_title(shown.map, f"{first}, {second}") == f"{shown.title(first)} and {shown.title(second)}"
