"""Where frictions come from: planted causes are found with their day, what only goes along with them is not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pytest

from models.causes import Attribute, Cause, Exposure, find_causes
from models.intervals import Integers

DEVICES = ("Android 16", "iOS 18", "iOS 19", "Windows")


@dataclass(frozen=True)
class Scene:
    """Journeys with a device, a region that goes along with it, an hour, and a day of half a year."""

    device: Integers
    region: Integers
    hour: Integers
    day: Integers
    person: Integers
    draw: np.random.Generator

    def exposure(self, chance: npt.NDArray[np.float64]) -> Exposure:
        attributes = {
            "device": Attribute(DEVICES, self.device),
            "region": Attribute(("north", "south"), self.region),
            "hour": Attribute(tuple(map(str, range(24))), self.hour),
        }
        return Exposure(self.draw.random(self.day.size) < chance, self.person, self.day, attributes)


def scene(seed: int, n: int = 8000, people_n: int = 4000) -> Scene:
    draw = np.random.default_rng(seed)
    device = draw.choice(4, n, p=[0.4, 0.25, 0.15, 0.2])
    region = (draw.random(n) < np.where(device == 2, 0.8, 0.4)).astype(np.int64)
    return Scene(device, region, draw.integers(0, 24, n), draw.integers(0, 180, n), draw.integers(0, people_n, n), draw)


def causes(exposure: Exposure) -> list[Cause]:
    (found,) = find_causes([exposure])
    return found


def test_a_planted_cause_is_found_with_its_day_and_its_shadow_is_not() -> None:
    for seed in range(10):
        world = scene(seed)
        (found,) = causes(world.exposure(np.where((world.device == 2) & (world.day >= 70), 0.45, 0.02)))
        assert (found.attribute, found.value) == ("device", "iOS 19")
        assert found.since_day is not None and abs(found.since_day - 70) <= 2
        assert found.share_of_exposed == pytest.approx(0.15 * 0.45 / (0.15 * 0.45 + 0.85 * 0.02), abs=0.05)
        assert found.lift is not None and found.lift_high is not None
        assert found.lift_low < 22.5 < found.lift_high


def test_a_cause_that_was_always_there_has_no_day() -> None:
    world = scene(20)
    (found,) = causes(world.exposure(np.where(world.device == 2, 0.3, 0.05)))
    assert (found.value, found.since_day) == ("iOS 19", None)


def test_a_value_that_is_new_is_a_cause_since_it_came() -> None:
    world = scene(21)
    device = np.where((world.device == 2) & (world.day < 90), 1, world.device)
    world = Scene(device, world.region, world.hour, world.day, world.person, world.draw)
    (found,) = causes(world.exposure(np.where(device == 2, 0.3, 0.05)))
    assert (found.value, found.since_day) == ("iOS 19", 90)


def test_a_day_on_which_all_got_worse_is_nobodys() -> None:
    world = scene(22)
    (found,) = causes(world.exposure(np.where(world.device == 2, 0.3, 0.1) * np.where(world.day >= 100, 2, 1)))
    assert (found.value, found.since_day) == ("iOS 19", None)


def test_a_value_that_spread_while_all_got_worse_is_no_cause() -> None:
    flagged = 0
    for seed in range(20):
        world = scene(40 + seed)
        device = np.where(world.draw.random(world.day.size) < world.day / 180, 2, world.device)
        world = Scene(device, world.region * 0, world.hour, world.day, world.person, world.draw)
        flagged += bool(causes(world.exposure(0.02 + 0.2 * world.day / 180)))
    assert flagged <= 2


def test_two_causes_are_both_found_the_stronger_first() -> None:
    world = scene(23, 16000)
    chance = 0.03 + 0.4 * (world.device == 2) + 0.15 * (world.hour == 3)
    found = causes(world.exposure(chance))
    assert [(each.attribute, each.value) for each in found] == [("device", "iOS 19"), ("hour", "3")]


def test_where_nothing_causes_it_nothing_is_told() -> None:
    """People come again and keep their device and their luck; at most 7 % of worlds tell of any cause."""
    told = naive = 0
    for seed in range(150):
        world = scene(100 + seed, 1500, 190)
        people_n = int(world.person.max()) + 1
        luck = world.draw.beta(0.5, 2, people_n)
        device = world.draw.integers(0, 4, people_n)[world.person]
        world = Scene(device, world.region, world.hour, world.day, world.person, world.draw)
        exposure = world.exposure(luck[world.person])
        told += bool(causes(exposure))
        naive += bool(causes(replace(exposure, person=np.arange(world.day.size))))
    assert told / 150 <= 0.07
    assert naive / 150 > 0.07  # the mutant: journeys instead of people


def test_the_signal_in_other_words_is_no_cause() -> None:
    world = scene(24)
    plain = world.exposure(np.full(world.day.size, 0.1))
    status = Attribute(("failed", "ok"), np.where(plain.is_exposed, 0, 1))
    error = Attribute(
        ("declined", "timeout"), np.where(plain.is_exposed, world.draw.integers(0, 2, world.day.size), -1)
    )
    assert causes(Exposure(plain.is_exposed, plain.person, plain.day, {"status": status, "error": error})) == []


def test_an_attribute_of_many_values_is_left_out() -> None:
    world = scene(25, 6000)
    code = world.draw.integers(0, 60, 6000)
    exposed = world.draw.random(6000) < np.where(code == 7, 0.9, 0.05)
    many = Attribute(tuple(map(str, range(60))), code)
    assert causes(Exposure(exposed, world.person, world.day, {"version": many})) == []


def test_when_nobody_else_has_it_the_lift_has_only_a_lower_end() -> None:
    world = scene(26)
    (found,) = causes(world.exposure(np.where(world.device == 2, 0.3, 0.0)))
    assert (found.value, found.lift, found.lift_high, found.share_of_exposed) == ("iOS 19", None, None, 1.0)
    assert found.lift_low > 20


def test_a_bad_day_is_no_weekdays_fault() -> None:
    world = scene(27)
    weekday = Attribute(tuple("MTWTFSS"), world.day % 7)
    plain = world.exposure(np.where(world.day == 93, 0.6, 0.02))
    assert causes(Exposure(plain.is_exposed, plain.person, plain.day, {"weekday": weekday})) == []


def test_what_is_over_did_not_begin() -> None:
    world = scene(28)
    is_bad = (world.device == 2) & (world.day >= 60) & (world.day < 90)
    (found,) = causes(world.exposure(np.where(is_bad, 0.6, 0.05)))
    assert (found.value, found.since_day) == ("iOS 19", None)
