"""Who is compared with whom: planted truth for every place at which a signal can be known, and for the traps."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from models.friction.compared import Compared
from models.friction.estimate import estimate
from models.friction.journeys import FOREVER_US, FrictionInputs
from models.friction.laying_out import lay_out
from models.friction.parts import Estimates
from models.friction.placement import Placing, evidence_of_time
from models.friction.risk_sets import risk_sets

HOUR = 3_600_000_000
DAY = 24 * HOUR
WINDOW = 120 * DAY
Times = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass
class Crowd:
    """Journeys of three touchpoints: 0, then 1, then the goal 2. In days since the journey began; FOREVER: never.

    Attributes:
        n: journeys, one person each.
        next_d: when 1 is reached, for those not lost at 0.
        lost: at 0.
        lost_after: at 1.
        marks: signal to (when it is known in days, who shows it, stage, whether entry).
    """

    n: int
    next_d: NDArray[np.float64]
    lost: Flags
    lost_after: Flags
    marks: dict[str, tuple[NDArray[np.float64], Flags, int, bool]]
    segment: NDArray[np.str_] | None = None
    seed: int = 0

    def inputs(self) -> FrictionInputs:
        began = np.sort(np.random.default_rng(self.seed).integers(0, WINDOW - 40 * DAY, self.n))
        one = began + (self.next_d * DAY).astype(np.int64)
        goal = one + DAY
        first = _stage(0, 0, began, np.where(self.lost, FOREVER_US, one), self.lost)
        past = ~self.lost
        second = _stage(1, 1, one, np.where(self.lost_after, FOREVER_US, goal), self.lost_after).filter(past)
        kept = past & ~self.lost_after
        third = _stage(2, 2, goal, np.full(self.n, FOREVER_US), ~kept).with_columns(ending=pl.lit("converted"))
        journeys = pl.DataFrame(
            {
                "journey_key": np.arange(self.n),
                "person_hash": np.random.default_rng(7).integers(0, 2**63, self.n).astype(np.uint64),
                "status": np.where(kept, "converted", "abandoned"),
                "ended_us": np.where(kept, goal, began),
            }
        )
        segments = () if self.segment is None else ("kind",)
        if self.segment is not None:
            journeys = journeys.with_columns(pl.Series("segment kind", self.segment))
        return FrictionInputs(
            stages=pl.concat([first, second, third.filter(kept)]),
            marks=pl.concat([self._marks(name, began, one) for name in self.marks]),
            journeys=journeys,
            segments=segments,
            block=np.full(3, -1),
            precedes=np.triu(np.ones((3, 3), dtype=bool), 1),
            patience_us=np.array([10 * DAY, 10 * DAY, DAY]),
            is_unsettled=np.zeros(3, dtype=bool),
            as_of_us=WINDOW,
            horizon_us=30 * DAY,
        )

    def _marks(self, name: str, began: Times, one: Times) -> pl.DataFrame:
        when, who, stage, is_entry = self.marks[name]
        start = began if stage == 0 else one
        chosen = np.flatnonzero(who)
        return pl.DataFrame(
            {
                "journey_key": chosen,
                "signal": [name] * chosen.size,
                "target": np.zeros(chosen.size, dtype=np.int64),
                "known_us": (start + (when * DAY).astype(np.int64))[chosen],
                "stage": np.full(chosen.size, stage),
                "is_entry": np.full(chosen.size, is_entry),
            }
        )


def _stage(stage: int, code: int, reached: Times, after: Times, lost: Flags) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "journey_key": np.arange(reached.size),
            "stage": np.full(reached.size, stage),
            "code": np.full(reached.size, code),
            "reached_us": reached,
            "next_us": pl.Series(after).replace(FOREVER_US, None),
            "next_code": pl.Series(np.full(reached.size, code + 1)),
            "ending": pl.Series(lost).replace_strict({True: "abandoned", False: None}, return_dtype=pl.String),
            "last_us": reached,
        },
    )


def judged(crowd: Crowd) -> tuple[tuple[Compared, ...], Estimates]:
    inputs = crowd.inputs()
    found = risk_sets(inputs)
    return found.compared, estimate([each.units for each in found.compared], inputs.person_hash, resamples_n=50)


def lognormal(rng: np.random.Generator, n: int, median_d: float, spread: float = 0.8) -> NDArray[np.float64]:
    return median_d * np.exp(rng.normal(0, spread, n))


def crowd_of(rng: np.random.Generator, kind: str, effect: float, n: int = 8_000) -> tuple[Crowd, float]:
    """A signal that comes in one of four ways, and makes `effect` more of those who show it leave; and the truth.

    The truth is told by the same crowd without the effect: how many fewer of those who show it would have left.
    """
    base, rate = 0.12, 0.12
    luck, flagged, gap = rng.random(n), rng.random(n) < rate, lognormal(rng, n, 1.0)
    nobody, lost = np.zeros(n, dtype=bool), luck < base
    left = luck < base + effect * flagged
    if kind == "entry":
        return Crowd(n, gap, left, nobody, {"failed": (np.zeros(n), flagged, 0, True)}), effect
    if kind == "lingers":  # it belongs to the stay: what comes next waits for it
        when = lognormal(rng, n, 0.5)
        return Crowd(n, np.where(flagged, when + gap, gap), left, nobody, {"ad_hoc": (when, flagged, 0, False)}), effect
    if kind == "waiting":  # whoever waits may show it at any time: those who go on soon have no time to
        when = rng.exponential(6.0, n)
        shown = (when < gap) | lost
        turned = shown & ~lost & (rng.random(n) < effect)
        crowd = Crowd(n, gap, lost | turned, nobody, {"ad_hoc": (when, shown & (when < 15.0), 0, False)})
        return crowd, float(turned[shown].mean())
    shown = flagged & ~lost  # on the way: only those who go on show it, and then leave more often
    after = ~lost & (rng.random(n) < base + effect * shown)
    return Crowd(n, gap, lost, after, {"ad_hoc": (gap * 0.8, shown, 0, False)}), effect


PLACINGS = {
    "entry": Placing.ENTRY,
    "lingers": Placing.STAY,
    "waiting": Placing.MOMENTS,
    "on the way": Placing.ON_THE_WAY,
}


@pytest.mark.parametrize("kind", PLACINGS)
@pytest.mark.parametrize("effect", [0.0, 0.2])
def test_a_signal_is_placed_where_it_becomes_known_and_its_effect_is_found_there(kind: str, effect: float) -> None:
    misses = []
    for seed in range(4):
        crowd, truth = crowd_of(np.random.default_rng(seed), kind, effect)
        (compared,), found = judged(crowd)
        assert compared.place.placing == PLACINGS[kind]
        assert found.refused == (None,)
        misses.append(found.effect[0] - truth)
    assert abs(np.mean(misses)) < 0.02  # standard error of the mean of four: 0.007


def test_comparing_whole_stays_blames_a_signal_for_the_time_that_its_journeys_waited() -> None:
    crowd, _ = crowd_of(np.random.default_rng(1), "waiting", 0.0)
    inputs = crowd.inputs()
    wrong = risk_sets(inputs, {("ad_hoc", 0): ((0,), Placing.STAY)}).compared[0].units
    assert estimate([wrong], inputs.person_hash, resamples_n=50).effect_low[0] > 0.1


def test_comparing_moments_praises_a_signal_that_what_comes_next_has_to_wait_for() -> None:
    crowd, _ = crowd_of(np.random.default_rng(1), "lingers", 0.0)
    inputs = crowd.inputs()
    wrong = risk_sets(inputs, {("ad_hoc", 0): ((0,), Placing.MOMENTS)}).compared[0].units
    assert estimate([wrong], inputs.person_hash, resamples_n=50).effect_high[0] < -0.02


def test_who_came_further_had_more_time_to_show_a_signal_and_is_not_better_for_it() -> None:
    """Immortal time: ever against never would find that the signal keeps people."""
    rng = np.random.default_rng(2)
    n = 8_000
    lost, later = rng.random(n) < 0.3, rng.random(n) < 0.3
    early, late = rng.random(n) < 0.2, ~lost & (rng.random(n) < 0.2)
    when = np.full(n, 0.1)
    marks = {"ad_hoc": (when, early, 0, False), "failed": (when, late, 1, False)}
    crowd = Crowd(n, lognormal(rng, n, 1.0), lost, ~lost & later, marks)
    _, found = judged(crowd)
    ever = early | late
    gone = lost | (~lost & later)
    assert gone[ever].mean() - gone[~ever].mean() < -0.05
    assert (found.effect_low < 0).all() and (found.effect_high > 0).all()


def test_what_the_end_of_a_journey_tells_does_not_count_as_known_before() -> None:
    """A departure that only the whole alignment knows is marked where it shows: at the goal, where nobody is lost."""
    rng = np.random.default_rng(3)
    n = 2_000
    lost = rng.random(n) < 0.3
    crowd = Crowd(n, np.ones(n), lost, np.zeros(n, dtype=bool), {"missing": (np.full(n, 1.0), ~lost, 2, True)})
    (compared,), found = judged(crowd)
    assert found.refused == ("it is known only when the goal is reached, where nobody is lost any more",)
    assert compared.place.codes == (2,)


def test_segments_are_held_still() -> None:
    rng = np.random.default_rng(4)
    n = 8_000
    is_hard = rng.random(n) < 0.3
    shown = rng.random(n) < np.where(is_hard, 0.5, 0.1)
    lost = rng.random(n) < np.where(is_hard, 0.5, 0.1)
    crowd = Crowd(n, np.ones(n), lost, np.zeros(n, dtype=bool), {"failed": (np.zeros(n), shown, 0, True)})
    assert judged(crowd)[1].effect[0] > 0.1
    crowd.segment = np.where(is_hard, "hard", "easy")
    _, found = judged(crowd)
    assert found.effect_low[0] < 0 < found.effect_high[0]
    assert found.effect_pooled[0] > 0.1


def test_only_journeys_whose_silence_is_confirmed_are_compared() -> None:
    crowd, _ = crowd_of(np.random.default_rng(5), "entry", 0.2, n=2_000)
    inputs = crowd.inputs()
    patient = replace(inputs, patience_us=np.array([60 * DAY, 10 * DAY, DAY]))
    found = risk_sets(patient)
    (compared,) = found.compared
    assert compared.until_us == WINDOW - 60 * DAY - 1
    assert found.stays.reached_us[compared.row].max() <= compared.until_us
    assert compared.units.months == pytest.approx((compared.until_us - (compared.from_us or 0)) / (30.44 * DAY))


def test_the_order_of_rows_does_not_show() -> None:
    crowd, _ = crowd_of(np.random.default_rng(6), "waiting", 0.2, n=2_000)
    inputs = crowd.inputs()
    turned = replace(inputs, stages=inputs.stages[::-1], marks=inputs.marks[::-1])
    first, second = (risk_sets(each).compared[0] for each in (inputs, turned))
    assert all(np.array_equal(getattr(first.units, name), getattr(second.units, name)) for name in ("stratum", "step"))


def test_what_arrives_late_is_no_going_on() -> None:
    """Two touchpoints in the wrong order: the second one's customer has gone, and the first one comes all the same."""
    nobody, all_three = np.zeros(3, dtype=bool), np.ones(3, dtype=bool)
    inputs = Crowd(3, np.ones(3), nobody, nobody, {"failed": (np.zeros(3), all_three, 0, True)}).inputs()
    swapped = inputs.stages.with_columns(
        code=pl.col("stage").replace_strict({0: 1, 1: 0, 2: 2}),
        ending=pl.when(pl.col("stage") == 1).then(pl.lit("abandoned")).otherwise(None),
        next_us=pl.when(pl.col("stage") == 0).then(pl.col("next_us")),
    ).filter(pl.col("stage") < 2)
    stays, _ = lay_out(replace(inputs, stages=swapped))
    assert stays.is_lost.tolist() == [True] * 6
    assert (stays.next_us == FOREVER_US).all()


def test_refusals_are_sentences_with_the_number_that_was_wanted() -> None:
    inputs = crowd_of(np.random.default_rng(7), "entry", 0.2, n=2_000)[0].inputs()
    said = {
        "map": replace(inputs, unmapped_share=0.25),
        "patience": replace(inputs, is_unsettled=np.ones(3, dtype=bool)),
        "young": replace(inputs, horizon_us=200 * DAY),
        "overdue": replace(inputs, marks=inputs.marks.with_columns(signal=pl.lit("overdue"))),
    }
    refused = {name: str(risk_sets(each).compared[0].units.refused) for name, each in said.items()}
    assert refused == {
        "map": "the map does not know 25% of the events in its journeys, and at most 10% may be unknown",
        "patience": "waits here outlast the horizon of 30.0 days, and silence has to be told from slowness",
        "young": "journeys are followed for 120.0 days from here at most, and 200.0 days are wanted",
        "overdue": "whoever waits for so long is overdue, so there is nobody without it to compare with",
    }


def test_few_marks_just_before_the_next_touchpoint_are_on_the_way_and_not_praised() -> None:
    """Nobody of so few would be lost there anyhow; that none is says nothing, but when they come does."""
    inputs = crowd_of(np.random.default_rng(9), "on_the_way", 0.2, n=600)[0].inputs()
    (only,) = risk_sets(inputs).compared
    assert only.place.placing == "on_the_way"


@pytest.mark.parametrize("placing", ["entry", "stay", "moments", "on_the_way"])
def test_where_nobody_shows_it_at_the_wanted_place_a_sentence_says_so(placing: str) -> None:
    """Under another rule of identity the journeys are others."""
    inputs = crowd_of(np.random.default_rng(7), "entry", 0.2, n=500)[0].inputs()
    target = int(inputs.marks["target"][0])
    signal = str(inputs.marks["signal"][0])
    (only,) = risk_sets(inputs, {(signal, target): ((2,), placing)}).compared
    assert "nobody with the signal" in str(only.units.refused) or "only when the goal" in str(only.units.refused)


@pytest.mark.parametrize(
    ("delays", "lost", "is_timed"),
    [
        ([1, 2, 3, 4, 5, 6] * 10, [False] * 30 + [True] * 30, False),
        ([1] * 30 + [6] * 30, [False] * 30 + [True] * 30, True),
        ([1, 2, 3], [True, True, True], False),
    ],
)
def test_marks_come_with_the_time_waited_if_the_late_ones_are_of_the_lost(
    delays: list[int], lost: list[bool], is_timed: bool
) -> None:
    went_on = np.arange(1, 8, dtype=np.int64)
    assert (evidence_of_time(np.array(delays), np.array(lost), went_on) > 2.0) is is_timed


def test_what_shows_after_a_second_try_is_not_praised_for_those_who_left_before_it() -> None:
    """Who fails on entering leaves, or tries again; only who is still there comes to show the signal."""
    rng = np.random.default_rng(8)
    n = 12_000
    failed = rng.random(n) < 0.4
    gone = failed & (rng.random(n) < 0.4)
    lost = gone | (rng.random(n) < 0.1)
    shown = ~gone & (rng.random(n) < 0.15)
    marks = {
        "failed": (np.zeros(n), failed, 0, True),
        "ad_hoc": (np.full(n, 0.1), shown, 0, False),
    }
    crowd = Crowd(n, 0.2 + lognormal(rng, n, 1.0), lost, np.zeros(n, dtype=bool), marks)
    compared, found = judged(crowd)
    place = [each.signal for each in compared].index("ad_hoc")
    assert lost[shown].mean() - lost[~shown].mean() < -0.1
    assert found.effect_low[place] < 0 < found.effect_high[place]
