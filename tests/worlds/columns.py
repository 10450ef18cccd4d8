"""A walked world as tables: its events as a source would deliver them, up to the snapshot."""

from __future__ import annotations

import numpy as np
import polars as pl

from tests.worlds.draws import Ints
from tests.worlds.walk import Walked
from tests.worlds.world import World

NOISE = "small_talk"
"""Activity of events that mean nothing."""
_CHANNEL = {"wrong_channel": "phone"}
_INITIATOR = {"wrong_initiator": "company"}
_STATUS = {"failed": "failed"}


def events_of(world: World, walked: Walked) -> pl.DataFrame:
    """One row per event up to the snapshot: `journey`, `person`, `at_us`, `activity`, `channel`, `initiator`, `status`.

    A column per segment has the journey's value; `code` and `plant` say which touchpoint and which plant it is.
    """
    is_seen = walked.at_us <= world.as_of_us
    journey, code, plant = walked.journey[is_seen], walked.code[is_seen], walked.plant[is_seen]
    names = np.array([*world.plan.names, *world.plan.off_map, "declined", NOISE])  # noise is code -1: the last
    columns = {
        "journey": journey,
        "person": walked.people.person[journey],
        "at_us": walked.at_us[is_seen],
        "activity": names[code],
        "channel": _told(world, plant, _CHANNEL, "web"),
        "initiator": _told(world, plant, _INITIATOR, "customer"),
        "status": _told(world, plant, _STATUS, "ok"),
        "code": code,
        "plant": plant,
    }
    for segment, value in zip(world.segments, walked.people.values, strict=True):
        columns[segment.name] = np.array(segment.values)[value[journey]]
    return pl.DataFrame(columns)


def _told(world: World, plant: Ints, by_kind: dict[str, str], usual: str) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """What a column says of each event, by the kind of the plant that it shows."""
    said = np.array([*(by_kind.get(each.kind, usual) for each in world.plants), usual])  # no plant is -1: the last
    return said[plant]
