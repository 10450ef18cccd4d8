"""What an analytics vendor guesses of the devices: pairs that were seen on one network and look alike, with a score.

Nobody logged in on both, so the vendor can be wrong: it misses pairs, and it takes two people of one home for one.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from pipelines.demo.people import People
from pipelines.demo.rows import ACCEPTED, NO_IDENTITY, Fates, with_copies, write_csv
from pipelines.demo.story import DAY, HOUR, SECOND

WEAK_PAIR = "dropped:weak_pair"  # below the score from which the company takes them
_TAKEN_FROM = 500  # scores are thousandths here
_TOLD_FROM = 300  # the vendor keeps the rest to itself
_SEEN_SHARE = 0.9  # of the pairs of one person's devices, those that ever met on one network
_RIGHT_SCORES, _WRONG_SCORES = (6.0, 2.0), (3.0, 3.0)  # of a beta distribution: wrong pairs look less alike
_HOUSEMATE_SHARE = 0.15  # of the visitors, those who have another visitor in their home
_TOGETHER_US = 3 * DAY  # two of one home look at an offer in the same days


def device_pairs(people: People, hits: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """One row per pair that the vendor tells: device_a, device_b, score, seen_at, and whether it `is_right`."""
    devices = _devices(people, hits)
    pairs = pl.concat([_of_one_person(devices, rng), _of_one_home(devices, rng)])
    pairs = pairs.filter(pl.col("thousandths") >= _TOLD_FROM)
    seen = pairs["at"] + pl.Series(rng.integers(0, 12 * HOUR, size=pairs.height))
    is_swapped = pl.Series(rng.random(pairs.height) < 0.5)  # which of the two stands first says nothing
    return pairs.select(
        pl.when(is_swapped).then("device_right").otherwise("device").alias("device_a"),
        pl.when(is_swapped).then("device").otherwise("device_right").alias("device_b"),
        pl.format("0.{}", pl.col("thousandths").cast(pl.String).str.zfill(3)).alias("score"),
        pl.from_epoch(seen // SECOND, time_unit="s").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("seen_at"),
        "is_right",
    ).sort("seen_at", "device_a", "device_b")


def write_devices(folder: Path, pairs: pl.DataFrame, rng: np.random.Generator) -> Fates:
    """Write the vendor's file: some pairs come twice, and of some one half is missing."""
    is_weak = pl.col("score") < f"0.{_TAKEN_FROM}"
    table = pairs.drop("is_right").with_columns(
        fate=pl.when(is_weak).then(pl.lit(WEAK_PAIR)).otherwise(pl.lit(ACCEPTED))
    )
    good = table.filter(pl.col("fate") == ACCEPTED)
    halves = good[rng.choice(good.height, good.height // 400, replace=False)].with_columns(
        device_b=pl.lit(None, pl.String), fate=pl.lit(f"rejected:{NO_IDENTITY}")
    )
    return write_csv(folder / "device_graph.csv", pl.concat([with_copies(table, rng), halves]), rng)


def pairs_truth(pairs: pl.DataFrame) -> dict[str, int]:
    """How many of the pairs that the company takes are of one person, and how many are not."""
    taken = pairs.filter(pl.col("score") >= f"0.{_TAKEN_FROM}")
    return {"right_n": int(taken["is_right"].sum()), "wrong_n": int((~taken["is_right"]).sum())}


def _devices(people: People, hits: pl.DataFrame) -> pl.DataFrame:
    """Each device that somebody was seen with, since when; machines in shops are nobody's."""
    ids = ("cookie", "other_cookie", "app")
    owners = people.frame.select("person", "region", *ids).unpivot(ids, index=("person", "region"), value_name="device")
    seen = hits.group_by(pl.col("device_key").alias("device")).agg(pl.col("at").min())
    return owners.join(seen, on="device").sort("at", "device").select("person", "region", "device", "at")


def _of_one_person(devices: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    both = devices.join(devices, on="person", maintain_order="left_right")
    both = both.filter(pl.col("device") < pl.col("device_right"))
    both = both.filter(pl.Series(rng.random(both.height) < _SEEN_SHARE))
    return _scored(both, _RIGHT_SCORES, rng).with_columns(is_right=pl.lit(value=True))


def _of_one_home(devices: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Two visitors of one region, about the same days: the first device of each."""
    first = devices.unique("person", keep="first", maintain_order=True)
    first = first.filter(pl.Series(rng.random(first.height) < _HOUSEMATE_SHARE))
    near = pl.col("at") + pl.Series(rng.integers(0, _TOGETHER_US, size=first.height))
    first = first.sort("region", near)
    home = first.with_columns(home=pl.int_range(pl.len()).over("region") // 2)
    both = home.join(home, on=("region", "home"), maintain_order="left_right").filter(
        pl.col("person") < pl.col("person_right")
    )
    return _scored(both, _WRONG_SCORES, rng).with_columns(is_right=pl.lit(value=False))


def _scored(both: pl.DataFrame, shape: tuple[float, float], rng: np.random.Generator) -> pl.DataFrame:
    scores = np.minimum((rng.beta(*shape, size=both.height) * 1_000).astype(np.int64), 999)
    at = pl.max_horizontal("at", "at_right")
    return both.select("device", "device_right", at=at, thousandths=pl.Series(scores))
