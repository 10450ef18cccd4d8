"""Differences that tell how few people did something are not shown."""

from __future__ import annotations

import numpy as np
import pytest

from models.comparable import Effects, Incidences, Means, Number, Shares
from models.differences import Difference, Group
from models.patience import DAY_US
from models.suppression import Hidden
from pipelines.differences.covering import is_covered
from pipelines.privacy.cover import Cover

ROWS = np.arange(200, dtype=np.int64)
SIDES = (Group("region=Oslo", ROWS < 100), Group("region=Agder", ROWS >= 100))


def covered(number: Number, cover: Cover) -> bool:
    return is_covered(Difference(number, "a", "b", 100, 100), SIDES, cover, "buy")


def shares(oslo_n: int, agder_n: int) -> Shares:
    return Shares("deviation", "pay", "failed", ROWS, (oslo_n > ROWS) | (200 - agder_n <= ROWS))


@pytest.mark.parametrize(
    ("oslo_n", "agder_n", "is_hidden"),
    [(40, 30, False), (40, 3, True), (97, 30, True), (0, 30, False), (100, 30, False)],
)
def test_few_who_do_it_or_do_not_hide_a_share(oslo_n: int, agder_n: int, is_hidden: bool) -> None:
    assert covered(shares(oslo_n, agder_n), Cover(5)) is is_hidden
    assert not covered(shares(oslo_n, agder_n), Cover(1))


def test_few_lost_with_a_signal_hide_its_effect() -> None:
    exposed = ROWS % 2 == 0
    for lost_n, is_hidden in ((2, True), (20, False)):
        lost = np.where(exposed, 2 * lost_n > ROWS % 100, ROWS % 10 < 4)
        assert covered(Effects("effect", "pay", "failed", ROWS, ROWS * 0, exposed, lost), Cover(5)) is is_hidden


def test_what_is_hidden_of_the_outcomes_is_hidden_here() -> None:
    cause = np.where(ROWS % 2 == 0, 1, 0)
    number = Incidences("drop_off", "pay", None, ROWS, ROWS + 1, cause, 1, DAY_US, ROWS + DAY_US, is_whole=False)
    assert not covered(number, Cover(5))
    assert covered(number, Cover(5, Hidden(beside=frozenset({("buy", "silent", "pay", "region=Oslo")}))))


def test_a_mean_of_many_tells_of_nobody() -> None:
    assert not covered(Means("experience", "pay", "nps", ROWS, ROWS.astype(np.float64)), Cover(5))
