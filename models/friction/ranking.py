"""Where to start: the frictions by what they cost, as many as a meeting can take in."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from schemas.words import EvidenceGrade, FrictionVerdict

ALL_FIXED = "all_fixed"
"""The signal of the row in which all frictions of a journey are fixed together: an upper bound, and no sum."""
MOST = 10
"""A longer list is read by nobody in a meeting."""
LEAST_PART = 0.01
"""What costs less than this part of the costliest is no place to start."""
WINDOW = r"_\d+d$"
"""The end of a signal's name that tells its window: contacts again within 3, 7 and 14 days are the same contacts."""


def by_cost(frictions: pl.DataFrame, currencies: Collection[str | None]) -> pl.DataFrame:
    """The frictions that may be ranked, the costliest first.

    Only what the verdict calls a friction and what rests on more than a claim (grade A or B); of one signal with
    several windows the costliest alone, because they are the same contacts. Rows overlap: their order means something,
    their sum nothing.

    Args:
        frictions: Rows of the table of that name, of all journeys.
        currencies: In what each map counts a conversion's worth; None: it gives no worth.

    Returns:
        The rows in order: by money where all maps count in one currency, else by customers, both after shrinkage.
    """
    ranked = frictions.filter(
        pl.col("verdict") == FrictionVerdict.FRICTION,
        pl.col("evidence_grade") != EvidenceGrade.C,
        pl.col("signal") != ALL_FIXED,
        pl.col("lost_shrunk") > 0,
    )
    cost = pl.col("value" if _is_money(ranked, currencies) else "lost_shrunk")
    ordered = ranked.sort([-cost, -pl.col("lost_shrunk"), "journey", "touchpoint", "signal"])
    same = ["journey", "touchpoint", "_family"]
    of_family = ordered.with_columns(pl.col("signal").str.replace(WINDOW, "").alias("_family"))
    return of_family.unique(same, keep="first", maintain_order=True).drop("_family")


def where_to_start(frictions: pl.DataFrame, currencies: Collection[str | None]) -> pl.DataFrame:
    """One row per place in the list where to start: journey, touchpoint, signal and place, from 1 to 10."""
    ranked = by_cost(frictions, currencies)
    cost = pl.col("value" if _is_money(ranked, currencies) else "lost_shrunk")
    first = ranked.filter(cost >= LEAST_PART * cost.max()).head(MOST).select("journey", "touchpoint", "signal")
    return first.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("place"))


def _is_money(ranked: pl.DataFrame, currencies: Collection[str | None]) -> bool:
    return len(set(currencies)) == 1 and None not in currencies and ranked["value"].null_count() == 0
