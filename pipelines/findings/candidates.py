"""What may become a finding: frictions by their cost, then where journeys end, then what could not be judged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

import polars as pl

from models.friction.ranking import WINDOW, by_cost
from models.intervals import wilson
from pipelines.engine import Engine
from pipelines.findings.headlines import DROP_OFF

MIN_JOURNEYS = 5
"""The minimum cell size: fewer journeys could point at a person."""
NUMBERS = ("effect", "effect_low", "effect_high", "lost_shrunk", "lost_low", "lost_high", "value", "value_low",
           "value_high")  # fmt: skip
"""What a friction is told with; null for all other findings."""
_RATE = ("rate", "rate_low", "rate_high")
COLUMNS = ("finding_id", "journey", "touchpoint", "signal", "owner", "journeys_n", *_RATE, *NUMBERS, "evidence_grade")
_NO_NUMBERS = ", ".join(f"CAST(NULL AS DOUBLE) AS {name}" for name in NUMBERS)
_JUDGED = ("friction", "helpful", "variation")


def finding_id(journey: str, target: str | None, signal: str) -> str:
    """The id of a finding in every run. The windows of one signal share it: which of them leads may change."""
    named = "|".join(part for part in (journey, target, re.sub(WINDOW, "", signal)) if part is not None)
    return f"f{sha256(named.encode()).hexdigest()[:10]}"


def frictions(engine: Engine, currencies: Iterable[str | None]) -> pl.DataFrame:
    """What costs customers, the costliest first."""
    return _shaped(by_cost(_judged(engine), tuple(currencies)))


def undecided(engine: Engine) -> pl.DataFrame:
    """Signals whose effect is not told apart from chance, or cannot be told, with the interval where there is one."""
    rows = _judged(engine).filter(pl.col("verdict").is_in(["variation", "refused"]), pl.col("signal") != "all_fixed")
    return _shaped(rows.sort("journey", "touchpoint", "signal"))


def drop_offs(engine: Engine) -> pl.DataFrame:
    """Where journeys end, the places with most of them first.

    How many ended somewhere is counted, as the ledger counts it; the rate beside it is estimated on those who can be
    followed.
    """
    rows = engine.frame(
        f"SELECT o.journey, o.touchpoint, '{DROP_OFF}' AS signal, CAST(NULL AS VARCHAR) AS owner,"
        " s.left_here_n AS journeys_n, o.followed_n, o.hazard + o.exit_hazard AS rate, s.left_here_n AS lost_n,"
        f" CAST(NULL AS VARCHAR) AS evidence_grade, {_NO_NUMBERS}"
        " FROM main.touchpoint_outcomes AS o JOIN main.touchpoint_states AS s"
        "  ON s.journey = o.journey AND s.touchpoint = o.touchpoint AND s.segment IS NULL"
        f" WHERE o.segment IS NULL AND o.hazard IS NOT NULL AND s.left_here_n >= {MIN_JOURNEYS}"
        " ORDER BY lost_n DESC, journeys_n DESC, o.journey, o.touchpoint"
    )
    low, high = wilson(
        (rows["rate"] * rows["followed_n"]).round().to_numpy(), rows["followed_n"].cast(pl.Float64).to_numpy()
    )
    ends = (pl.Series(name, end, dtype=pl.Float64) for name, end in (("rate_low", low), ("rate_high", high)))
    return _shaped(rows.with_columns(*ends))


def unjudged(engine: Engine) -> pl.DataFrame:
    """Departures whose cost nobody can tell (refused, or not looked at), those with the most lost journeys first."""
    judged = ", ".join(f"'{verdict}'" for verdict in _JUDGED)
    rows = engine.frame(
        "SELECT r.journey, coalesce(r.touchpoint, r.block) AS touchpoint, r.kind AS signal, r.owner, r.journeys_n,"
        " r.rate, r.rate_low, r.rate_high, r.journeys_n * coalesce(r.abandoned_share, 0) AS lost_n,"
        f" CAST(NULL AS VARCHAR) AS evidence_grade, {_NO_NUMBERS}"
        f" FROM main.deviation_rates r WHERE r.kind <> 'unobservable' AND r.journeys_n >= {MIN_JOURNEYS}"
        " AND NOT EXISTS (FROM main.frictions f WHERE f.journey = r.journey AND f.signal = r.kind"
        f"  AND f.touchpoint = coalesce(r.touchpoint, r.block) AND f.verdict IN ({judged}))"
        " ORDER BY lost_n DESC, r.journeys_n DESC, r.journey, signal, touchpoint"
    )
    return _shaped(rows)


def _judged(engine: Engine) -> pl.DataFrame:
    """The frictions with the journeys that they touch: all that show the deviation, else those of the risk set."""
    rows = engine.frame(
        "SELECT f.* EXCLUDE (owner), coalesce(f.owner, r.owner) AS owner,"
        " coalesce(r.journeys_n, f.exposed_n) AS journeys_n, r.rate, r.rate_low, r.rate_high"
        " FROM main.frictions f LEFT JOIN main.deviation_rates r"
        "  ON r.journey = f.journey AND r.kind = f.signal AND coalesce(r.touchpoint, r.block) = f.touchpoint"
        f" WHERE coalesce(r.journeys_n, f.exposed_n) >= {MIN_JOURNEYS}"
    )
    people = pl.col("effective_n").fill_null(pl.col("exposed_n")) / pl.max_horizontal(pl.col("exposed_n"), 1)
    counted = rows.select(
        (pl.col("exposed_n") * people).alias("hits"), (pl.col("reached_n") * people).alias("of")
    ).cast(pl.Float64)  # fmt: skip
    ends = wilson(counted["hits"].to_numpy(), counted["of"].to_numpy())
    share = pl.col("exposed_n") / pl.when(pl.col("reached_n") > 0).then(pl.col("reached_n"))
    found = (share, *(pl.lit(pl.Series("", end, dtype=pl.Float64)).fill_nan(None) for end in ends))
    has_rate = pl.col("rate").is_not_null()
    return rows.with_columns(
        pl.when(has_rate).then(pl.col(name)).otherwise(other).alias(name)
        for name, other in zip(_RATE, found, strict=True)
    )


def _shaped(rows: pl.DataFrame) -> pl.DataFrame:
    """The columns of a finding, with its id."""
    ids = [finding_id(*names) for names in rows.select("journey", "touchpoint", "signal").rows()]
    return rows.with_columns(pl.Series("finding_id", ids, dtype=pl.String)).select(COLUMNS)
