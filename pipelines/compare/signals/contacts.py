"""Contacts of customers that come again, and those that a touchpoint brings about."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import polars as pl

from models.calendar import DAY_US
from models.contacts import Exposed, Reals, excess_contacts, repeats
from pipelines.engine import Engine
from pipelines.study import Study
from schemas.words import SignalKind

REPEATED_WITHIN_D: Mapping[SignalKind, int] = MappingProxyType(
    {SignalKind.REPEAT_CONTACT_3: 3, SignalKind.REPEAT_CONTACT_7: 7, SignalKind.REPEAT_CONTACT_14: 14}
)
DEMAND_WITHIN_D = 7
"""Days after a touchpoint in which a contact is charged to it, if it brings more than others do."""
_PART = 1 << 20
_SCHEMA = {
    "journey_key": pl.Int64,
    "signal": pl.String,
    "target": pl.Int32,
    "position": pl.Int64,
    "measure": pl.Float64,
}


def contact_marks(engine: Engine, study: Study) -> pl.DataFrame:
    """One row per contact that comes again (per span of days), or that its touchpoint brings about.

    The measure of the latter is the contact's share in the excess: their sum is how many contacts there are too many.

    Args:
        engine: The warehouse; it uses the study's schema, in which `contact_steps` is.
        study: One version of a map.
    """
    steps = engine.frame("SELECT * FROM contact_steps ORDER BY entity_key, reason, at_us, event_key")
    empty = pl.DataFrame(schema=_SCHEMA)
    if steps.is_empty():
        return empty
    return pl.concat([empty, *_repeated(steps), *_demanded(engine, study, steps)], how="vertical_relaxed")


def _repeated(steps: pl.DataFrame) -> list[pl.DataFrame]:
    group = steps.select(pl.struct("entity_key", "reason").rle_id())["entity_key"].to_numpy().astype(np.int64)
    at_us = steps["at_us"].to_numpy()
    return [
        _marks(steps.filter(repeats(group, at_us, days * DAY_US)), signal, pl.lit(None))
        for signal, days in REPEATED_WITHIN_D.items()
    ]


def _demanded(engine: Engine, study: Study, steps: pl.DataFrame) -> list[pl.DataFrame]:
    within_us = DEMAND_WITHIN_D * DAY_US
    engine.hold("staging/contact_exposure", {"within_us": within_us, "as_of_us": study.as_of_us})
    after = _exposed(engine, study)
    engine.drop("contact_exposure")
    found = excess_contacts(after)
    share = np.divide(
        found.contacts - found.expected, found.contacts, out=np.zeros(study.flow_n), where=found.is_beyond
    )
    beyond = pl.DataFrame({"stage_code": np.arange(study.flow_n, dtype=np.int32), "share": share})
    near = pl.col("is_demand") & ~pl.col("is_done") & pl.col("after_us").is_between(0, within_us)
    charged = steps.filter(near).join(beyond.filter(found.is_beyond), on="stage_code", maintain_order="left")
    return [_marks(charged.with_columns(target="stage_code"), SignalKind.FAILURE_DEMAND, pl.col("share"))]


def _exposed(engine: Engine, study: Study) -> Exposed:
    """People's time and contacts after each touchpoint, added up where they are.

    All sums are of whole numbers, so that no order of adding shows; squares of seconds outgrow whole numbers with more
    than ten million people, so they are added in two parts.
    """
    found = engine.frame(
        "WITH times AS (SELECT code, contacts_n, CAST((exposed_us - exposed_us % 1000000) / 1000000 AS BIGINT)"
        f" AS time_s FROM contact_exposure), squares AS (SELECT times.*, time_s * time_s % {_PART} AS low_n,"
        f" CAST((time_s * time_s - time_s * time_s % {_PART}) / {_PART} AS BIGINT) AS high_n FROM times)"
        " SELECT code, CAST(sum(time_s) AS BIGINT) AS time, CAST(sum(contacts_n) AS BIGINT) AS contacts,"
        " CAST(sum(high_n) AS BIGINT) AS high, CAST(sum(low_n) AS BIGINT) AS low,"
        " CAST(sum(contacts_n * contacts_n) AS BIGINT) AS contact_squares,"
        " CAST(sum(contacts_n * time_s) AS BIGINT) AS products FROM squares GROUP BY code ORDER BY code"
    ).cast(pl.Float64)

    def of_all(column: str) -> Reals:
        sums = np.zeros(study.flow_n)
        sums[found["code"].cast(pl.Int64).to_numpy()] = found[column].to_numpy()
        return sums

    squares = of_all("high") * _PART + of_all("low")
    return Exposed(of_all("time"), of_all("contacts"), squares, of_all("contact_squares"), of_all("products"))


def _marks(steps: pl.DataFrame, signal: SignalKind, measure: pl.Expr) -> pl.DataFrame:
    return steps.select(
        "journey_key",
        pl.lit(str(signal)).alias("signal"),
        pl.col("target").cast(pl.Int32),
        "position",
        measure.cast(pl.Float64).alias("measure"),
    )
