"""What another format has no place for is told, whatever the map says."""

from __future__ import annotations

from pathlib import Path

from pipelines.maps.formats.losses import _OF_MAP, _OF_TOUCHPOINT, lost, words_used
from schemas.blocks import Flow, Phase, Touch
from schemas.journey_map import JourneyMap, load_map
from schemas.map_parts import Touchpoint

FULL = load_map(Path(__file__).resolve().parents[4] / "tests/schemas/full_map.yaml")
# What every format has, or tells by itself: the journey, its steps; and what is told in another way.
EVERYWHERE = {"journey", "title", "flow", "touchpoints", "valid_from"}


def test_no_key_of_a_map_can_be_lost_unsaid() -> None:
    fields = {name.removesuffix("_s") for name in JourneyMap.model_fields}
    assert fields - EVERYWHERE == set(_OF_MAP)
    assert set(Touchpoint.model_fields) == set(_OF_TOUCHPOINT)


def test_a_map_that_says_everything_loses_everything() -> None:
    told = lost(FULL, ())
    assert set(_OF_MAP.values()) <= set(told)
    assert {words for words in _OF_TOUCHPOINT.values() if any(each.startswith(words) for each in told)} == set(
        _OF_TOUCHPOINT.values()
    )
    assert "what is welcome anytime" in told


def test_what_is_held_or_not_said_is_no_loss() -> None:
    bare = JourneyMap(journey="j", title="J", flow=Flow((Phase("One", (Touch("a"),)),)))
    assert lost(bare, ()) == ()
    neutral = bare.model_copy(update={"touchpoints": {"a": Touchpoint(emotion=0)}})
    assert lost(neutral, ()) == ("emotions of a",)
    assert lost(neutral, {"touchpoint.emotion"}) == ()


def test_words_of_the_flow_are_found_at_any_depth() -> None:
    assert words_used(FULL.flow) == {"optional", "one_of", "all_of", "repeat", "at_most"}
