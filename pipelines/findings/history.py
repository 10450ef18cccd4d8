"""The state of a finding across runs: new, standing, worse, gone, or back; and the published list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.engine import Engine
from pipelines.findings.candidates import COLUMNS, NUMBERS
from schemas.words import FindingState

Row = dict[str, object]
_EFFECT = ("effect", "effect_low", "effect_high")
_KEPT = (
    "finding_id",
    "journey",
    "touchpoint",
    "signal",
    "headline",
    "owner",
    "rate",
    "rate_low",
    "rate_high",
    *_EFFECT,
)
_DDL = (
    "CREATE TABLE IF NOT EXISTS main.finding_history (finding_id VARCHAR, as_of_us BIGINT, first_seen_run VARCHAR,"
    " state VARCHAR, journey VARCHAR, touchpoint VARCHAR, signal VARCHAR, headline VARCHAR, owner VARCHAR,"
    " rate DOUBLE, rate_low DOUBLE, rate_high DOUBLE)",
    # A history from before effects were estimated goes on.
    *(f"ALTER TABLE main.finding_history ADD COLUMN IF NOT EXISTS {name} DOUBLE" for name in _EFFECT),
)


@dataclass(frozen=True)
class Earlier:
    """A finding as it stood before; `state` "": only in this snapshot, in a run that this one repeats."""

    state: str
    first_seen_run: str
    rate_high: float | None = None
    effect: float | None = None
    effect_low: float | None = None
    effect_high: float | None = None

    @property
    def is_friction(self) -> bool:
        """Whether it stood, and with an effect."""
        return self.state not in {"", FindingState.FIXED} and self.effect is not None

    def overlaps(self, low: float | None, high: float | None) -> bool:
        """Whether an effect's interval does not lie below that of then: what may be the same has not been mended."""
        return low is None or high is None or self.effect_low is None or high >= self.effect_low


def prepare(engine: Engine) -> None:
    """Make the history, or renew it."""
    for ddl in _DDL:
        engine.connection.execute(ddl)


def earlier(engine: Engine, as_of_us: int) -> Mapping[str, Earlier]:
    """Every finding as of the last snapshot before this one in which it stood."""
    rows = engine.frame(
        "SELECT finding_id, state, first_seen_run, rate_high, effect, effect_low, effect_high"
        f" FROM main.finding_history WHERE as_of_us < {as_of_us} ORDER BY as_of_us"
    ).rows()
    known = {finding: Earlier(*rest) for finding, *rest in rows}
    again = engine.frame(
        f"SELECT finding_id, first_seen_run FROM main.finding_history WHERE as_of_us = {as_of_us} AND state = 'new'"
    ).rows()
    return known | {finding: Earlier("", run) for finding, run in again if finding not in known}


def state_of(row: Row, before: Earlier | None) -> FindingState:
    """What became of a finding: worse where its effect or its rate lies beyond the interval of then."""
    if before is None or not before.state:
        return FindingState.NEW
    if before.state == FindingState.FIXED:
        return FindingState.RETURNED
    is_worse = _beyond(row["effect_low"], before.effect_high) or _beyond(row["rate_low"], before.rate_high)
    return FindingState.WORSE if is_worse else FindingState.PERSISTS


def _beyond(low: object, high: float | None) -> bool:
    return isinstance(low, float) and high is not None and low > high


def gone(engine: Engine, as_of_us: int, standing: set[str]) -> list[Row]:
    """Findings of the snapshot before this one that no longer stand."""
    rows = engine.frame(
        "SELECT finding_id, journey, touchpoint, signal, headline, owner, first_seen_run FROM main.finding_history"
        f" WHERE as_of_us = (SELECT max(as_of_us) FROM main.finding_history WHERE as_of_us < {as_of_us})"
        " AND state <> 'fixed' ORDER BY finding_id"
    )
    left = [row for row in rows.iter_rows(named=True) if row["finding_id"] not in standing]
    return [{**row, "journeys_n": 0, "state": str(FindingState.FIXED)} for row in left]


_SCHEMA = {
    **dict.fromkeys(COLUMNS, pl.String),
    "headline": pl.String,
    "journeys_n": pl.Int64,
    **dict.fromkeys(("rate", "rate_low", "rate_high", *NUMBERS), pl.Float64),
    "state": pl.String,
    "first_seen_run": pl.String,
}


def store(engine: Engine, rows: Sequence[Row], as_of_us: int) -> None:
    """Publish the findings in their order, and remember them for later snapshots."""
    frame = pl.DataFrame([{name: row.get(name) for name in _SCHEMA} for row in rows], schema=_SCHEMA)
    connection = engine.connection
    connection.register("incoming", frame.with_row_index("rank", offset=1).to_arrow())
    connection.execute(f"DELETE FROM main.finding_history WHERE as_of_us = {as_of_us}")
    connection.execute(
        f"INSERT INTO main.finding_history BY NAME SELECT {', '.join(_KEPT)}, state, first_seen_run,"
        f" {as_of_us} AS as_of_us FROM incoming"
    )
    connection.execute("DELETE FROM main.findings")
    connection.execute(
        "INSERT INTO main.findings BY NAME"
        " WITH latest AS (SELECT finding_id, arg_max(reason, accepted_at) AS reason,"
        "  arg_max(until, accepted_at) AS until FROM finding_acceptances GROUP BY finding_id)"
        " SELECT found.* EXCLUDE (state, rank), CAST(found.rank AS BIGINT) AS rank,"
        f" CASE WHEN found.state <> 'fixed' AND epoch_us(latest.until) > {as_of_us} THEN 'accepted'"
        " ELSE found.state END AS state, latest.until AS accepted_until, latest.reason AS accepted_reason"
        " FROM incoming found LEFT JOIN latest ON latest.finding_id = found.finding_id ORDER BY found.rank"
    )
    connection.unregister("incoming")
