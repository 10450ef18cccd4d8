"""What happens to events on their way into a source: ids that nobody joins, lost rows, coarse clocks, gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tests.worlds.columns import NOISE, events_of
from tests.worlds.draws import Draws
from tests.worlds.piped import Delivered
from tests.worlds.walk import Walked
from tests.worlds.world import World


@dataclass(frozen=True)
class Level:
    """How noisy identities are.

    Attributes:
        anonymous: Share of journeys whose first part is seen under a cookie.
        unlinked: Of their cookies, those that are never seen with the customer's number.
        shared: Of their cookies, those that belong to somebody else as well.
    """

    anonymous: float
    unlinked: float
    shared: float


LEVELS = {"low": Level(0.3, 0.03, 0.005), "medium": Level(0.5, 0.10, 0.01), "high": Level(0.7, 0.25, 0.03)}


def with_cookies(world: World, walked: Walked, level: Level) -> Delivered:
    """Journeys begin under a cookie; from some event on the customer is logged in."""
    draws = Draws(world.seed + 2, walked.left_slot.size)
    events = events_of(world, walked)
    journey = events["journey"].to_numpy()
    is_anonymous = draws.uniform("anonymous") < level.anonymous
    nth = np.arange(journey.size) - np.searchsorted(journey, journey)
    logs_in = 1 + np.floor(4 * draws.uniform("logs in")).astype(np.int64)
    by_cookie = is_anonymous[journey] & (nth < logs_in[journey])
    is_linked = is_anonymous & (draws.uniform("linked") >= level.unlinked)
    is_shared = is_anonymous & (draws.uniform("shared") < level.shared)
    # Whose cookie it is: the journey's own, or that of the journey before it, which is mostly another person's.
    own = np.arange(walked.left_slot.size)
    cookie = np.where(is_shared, np.maximum(own - 1, 0), own)
    customer, kept = walked.people.person, np.flatnonzero(is_linked)
    told = events.with_columns(
        pl.Series("id_type", np.where(by_cookie, "cookie", "customer")),
        pl.Series("id", _names(by_cookie, cookie[journey], customer[journey])),
    )
    links = pl.DataFrame(
        {
            "left_type": ["cookie"] * kept.size,
            "left": [f"k{number}" for number in cookie[kept]],
            "right_type": ["customer"] * kept.size,
            "right": [f"c{number}" for number in customer[kept]],
        },
        schema=dict.fromkeys(("left_type", "left", "right_type", "right"), pl.String),
    )
    return Delivered(told, links.unique(maintain_order=True))


def _names(
    by_cookie: np.ndarray[tuple[int], np.dtype[np.bool_]],
    cookie: np.ndarray[tuple[int], np.dtype[np.int64]],
    customer: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> list[str]:
    columns = zip(by_cookie.tolist(), cookie.tolist(), customer.tolist(), strict=True)
    return [f"k{own}" if is_cookie else f"c{theirs}" for is_cookie, own, theirs in columns]


def dirty(world: World, delivered: Delivered) -> Delivered:
    """Some rows never arrive, columns have gaps, clocks show whole minutes, and there is small talk in between."""
    events = delivered.events
    draws = Draws(world.seed + 3, events.height)
    is_first = np.append(True, np.diff(events["journey"].to_numpy()) != 0)
    is_kept = is_first | (draws.uniform("arrives") >= 0.01)
    gaps = {
        name: pl.when(pl.Series(draws.uniform(f"has {name}") >= 0.1)).then(pl.col(name)).alias(name)
        for name in ("initiator", "channel")
    }
    minute = 60_000_000
    told = events.with_columns(*gaps.values(), (pl.col("at_us") // minute * minute).alias("at_us"))
    talk = told.filter(pl.Series(draws.uniform("small talk") < 0.04)).with_columns(
        pl.lit(NOISE).alias("activity"), pl.lit(-1, pl.Int64).alias("code"), pl.lit(-1, pl.Int64).alias("plant"),
        pl.lit(None, pl.String).alias("status"), pl.lit(None, pl.String).alias("channel"),
    )  # fmt: skip
    rows = pl.concat([told.filter(pl.Series(is_kept)), talk], how="vertical_relaxed")
    return Delivered(rows.sort("journey", "at_us", maintain_order=True), delivered.links)
