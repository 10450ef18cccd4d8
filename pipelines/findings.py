"""What is worth an owner's attention, ranked, with a stable id and a state that lives across runs.

The rank is by journeys lost among those that show the signal, an association and no effect; effects need risk sets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from models.intervals import wilson
from pipelines.acceptances import ACCEPTANCES_DDL
from pipelines.engine import DuckDBEngine
from pipelines.study import micros
from schemas.journey_map import JourneyMap
from schemas.words import DeviationKind, FindingState

MIN_JOURNEYS = 5
"""The minimum cell size: fewer journeys could point at a person."""
MAX_FINDINGS = 50
"""A list longer than this is a table, and the table is `deviation_rates`."""
DROP_OFF = "drop_off"
REVIEW_OVERDUE = "review_overdue"

_HISTORY_DDL = (
    "CREATE TABLE IF NOT EXISTS main.finding_history (finding_id VARCHAR, as_of_us BIGINT, first_seen_run VARCHAR,"
    " state VARCHAR, journey VARCHAR, touchpoint VARCHAR, signal VARCHAR, headline VARCHAR, owner VARCHAR,"
    " rate DOUBLE, rate_low DOUBLE, rate_high DOUBLE)"
)
_HEADLINES = {
    DeviationKind.MISSING: "{n} journeys skip {what}",
    DeviationKind.AD_HOC: "{n} journeys turn to {what}, which the map does not have",
    DeviationKind.REPEATED: "{n} journeys go through {what} again",
    DeviationKind.OUT_OF_ORDER: "{n} journeys meet {what} out of its order",
    DeviationKind.FAILED: "{what} fails in {n} journeys",
    DeviationKind.WRONG_CHANNEL: "{n} journeys meet {what} in a channel that was not designed",
    DeviationKind.WRONG_INITIATOR: "{n} journeys see {what} begun by the other side",
    DeviationKind.LATE: "{n} journeys wait after {what} for longer than promised",
    DeviationKind.OVERDUE: "{n} journeys still wait after {what}, already longer than promised",
    DeviationKind.WRONG_ENTRY: "{n} journeys begin at {what} instead of the designed entry",
    DeviationKind.WRONG_EXIT: "{n} journeys say no after {what}, where the map has no such exit",
    DeviationKind.BRANCH_CONFLICT: "{n} journeys take {what} beside another branch",
    DROP_OFF: "{n} journeys end after {what}",
}


@dataclass(frozen=True)
class _Earlier:
    """A finding as it stood before."""

    state: str
    rate: float | None
    rate_high: float | None
    first_seen_run: str


def write_findings(engine: DuckDBEngine, maps: Iterable[JourneyMap], as_of: datetime) -> None:
    """Fill `findings` from the deviation rates and outcomes of this snapshot, and remember them for later ones.

    A run that is repeated for the same snapshot gives the same findings: states compare with earlier snapshots only.
    """
    engine.connection.execute(_HISTORY_DDL)
    engine.connection.execute(ACCEPTANCES_DDL)
    as_of_us = micros(as_of)
    titles = {(plan.journey, name): plan.title_of(name) for plan in maps for name in plan.names}
    owners = {(plan.journey, name): plan.owner_of(name) for plan in maps for name in plan.names}
    found = [_described(row, titles, owners) for row in _candidates(engine).iter_rows(named=True)]
    found += [_overdue(plan) for plan in in_force(maps, as_of) if plan.review_due_at and plan.review_due_at < as_of]
    earlier = _earlier(engine, as_of_us)
    run = _run_id(engine)
    rows = [_with_state(row, earlier.get(str(row["finding_id"])), run) for row in found]
    rows += _fixed(engine, as_of_us, {str(row["finding_id"]) for row in rows})
    _store(engine, rows, as_of_us)


def _candidates(engine: DuckDBEngine) -> pl.DataFrame:
    """Signals with enough journeys, those with the most lost journeys first.

    How many ended somewhere is counted, as the ledger counts it; the rate beside it is estimated on those who can be
    followed.
    """
    return engine.frame(
        "WITH signals AS ("
        " SELECT journey, coalesce(touchpoint, block) AS touchpoint, kind AS signal, owner, journeys_n,"
        "  CAST(NULL AS BIGINT) AS followed_n,"
        "  rate, rate_low, rate_high, journeys_n * coalesce(abandoned_share, 0) AS lost_n"
        " FROM main.deviation_rates WHERE kind <> 'unobservable'"
        " UNION ALL"
        " SELECT o.journey, o.touchpoint, 'drop_off' AS signal, NULL AS owner, s.left_here_n AS journeys_n,"
        "  o.followed_n, o.hazard + o.exit_hazard AS rate, NULL AS rate_low, NULL AS rate_high, s.left_here_n AS lost_n"
        " FROM main.touchpoint_outcomes AS o JOIN main.touchpoint_states AS s"
        "  ON s.journey = o.journey AND s.touchpoint = o.touchpoint AND s.segment IS NULL"
        " WHERE o.segment IS NULL AND o.hazard IS NOT NULL)"
        f" SELECT * FROM signals WHERE journeys_n >= {MIN_JOURNEYS}"
        f" ORDER BY lost_n DESC, journeys_n DESC, journey, signal, touchpoint LIMIT {MAX_FINDINGS}"
    )


def _described(
    row: dict[str, object], titles: dict[tuple[str, str], str], owners: dict[tuple[str, str], str | None]
) -> dict[str, object]:
    journey, target, signal = str(row["journey"]), str(row["touchpoint"]), str(row["signal"])
    what = titles.get((journey, target)) or " or ".join(
        " and ".join(titles.get((journey, name), name) for name in branch.split(", ")) for branch in target.split(" | ")
    )
    digest = hashlib.sha256(f"{journey}|{target}|{signal}".encode()).hexdigest()[:10]
    n = int(str(row["journeys_n"]))
    low, high = row["rate_low"], row["rate_high"]
    if row["followed_n"] is not None:
        followed_n = int(str(row["followed_n"]))
        low, high = (float(end) for end in wilson(round(float(str(row["rate"])) * followed_n), followed_n))
    return {
        "finding_id": f"f{digest}",
        "journey": journey,
        "touchpoint": target,
        "signal": signal,
        "headline": _capital(_HEADLINES[signal].format(n=f"{n:,}", what=what)),
        "owner": row["owner"] or owners.get((journey, target)),
        "journeys_n": n,
        "rate": row["rate"],
        "rate_low": low,
        "rate_high": high,
    }


def in_force(maps: Iterable[JourneyMap], as_of: datetime) -> tuple[JourneyMap, ...]:
    """Of each journey the version that is in force at the snapshot, in the order of the journeys."""
    ordered = sorted(maps, key=lambda plan: (plan.journey, plan.version))
    begun = [plan for plan in ordered if plan.valid_from is None or plan.valid_from <= as_of.date()]
    return tuple({plan.journey: plan for plan in begun}.values())


def _overdue(plan: JourneyMap) -> dict[str, object]:
    """A finding about the map itself: nobody has looked at it in time. It touches no journey and has no rate."""
    digest = hashlib.sha256(f"{plan.journey}|{REVIEW_OVERDUE}".encode()).hexdigest()[:10]
    return {
        "finding_id": f"f{digest}",
        "journey": plan.journey,
        "touchpoint": None,
        "signal": REVIEW_OVERDUE,
        "headline": f"The map was to be reviewed by {plan.review_due_at:%Y-%m-%d}, and nobody has written that it was",
        "owner": plan.owner.operations or plan.owner.business,
        "journeys_n": 0,
        "rate": None,
        "rate_low": None,
        "rate_high": None,
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _earlier(engine: DuckDBEngine, as_of_us: int) -> dict[str, _Earlier]:
    """Every finding as of the last snapshot before this one in which it stood."""
    rows = engine.frame(
        "SELECT finding_id, state, rate, rate_high, first_seen_run FROM main.finding_history"
        f" WHERE as_of_us < {as_of_us} ORDER BY as_of_us"
    ).rows()
    known = {finding: _Earlier(*rest) for finding, *rest in rows}
    again = engine.frame(
        f"SELECT finding_id, first_seen_run FROM main.finding_history WHERE as_of_us = {as_of_us} AND state = 'new'"
    ).rows()
    return known | {finding: _Earlier("", None, None, run) for finding, run in again if finding not in known}


def _with_state(row: dict[str, object], before: _Earlier | None, run: str) -> dict[str, object]:
    first_seen = before.first_seen_run if before else run
    return {**row, "state": str(_state(row, before)), "first_seen_run": first_seen}


def _state(row: dict[str, object], before: _Earlier | None) -> FindingState:
    if before is None or not before.state:
        return FindingState.NEW
    if before.state == FindingState.FIXED:
        return FindingState.RETURNED
    low = row["rate_low"]
    if isinstance(low, float) and before.rate_high is not None and low > before.rate_high:
        return FindingState.WORSE
    return FindingState.PERSISTS


def _fixed(engine: DuckDBEngine, as_of_us: int, standing: set[str]) -> list[dict[str, object]]:
    """Findings of the snapshot before this one that no longer stand."""
    rows = engine.frame(
        "SELECT finding_id, journey, touchpoint, signal, headline, owner, first_seen_run FROM main.finding_history"
        f" WHERE as_of_us = (SELECT max(as_of_us) FROM main.finding_history WHERE as_of_us < {as_of_us})"
        " AND state <> 'fixed' ORDER BY finding_id"
    )
    gone = [row for row in rows.iter_rows(named=True) if row["finding_id"] not in standing]
    nothing = {"journeys_n": 0, "rate": None, "rate_low": None, "rate_high": None}
    return [{**row, **nothing, "state": str(FindingState.FIXED)} for row in gone]


def _run_id(engine: DuckDBEngine) -> str:
    rows = engine.frame("SELECT run_id FROM main.runs ORDER BY started_at DESC, run_id DESC LIMIT 1").rows()
    return str(rows[0][0]) if rows else "none"


_SCHEMA = {
    **dict.fromkeys(("finding_id", "journey", "touchpoint", "signal", "headline", "owner"), pl.String),
    "journeys_n": pl.Int64,
    **dict.fromkeys(("rate", "rate_low", "rate_high"), pl.Float64),
    "state": pl.String,
    "first_seen_run": pl.String,
}


def _store(engine: DuckDBEngine, rows: list[dict[str, object]], as_of_us: int) -> None:
    frame = pl.DataFrame(rows, schema=_SCHEMA).with_row_index("rank", offset=1)
    connection = engine.connection
    connection.register("incoming", frame.to_arrow())
    connection.execute(f"DELETE FROM main.finding_history WHERE as_of_us = {as_of_us}")
    connection.execute(
        f"INSERT INTO main.finding_history BY NAME SELECT * EXCLUDE (rank, journeys_n), {as_of_us} AS as_of_us"
        " FROM incoming"
    )
    connection.execute("DELETE FROM main.findings")
    connection.execute(
        "INSERT INTO main.findings BY NAME"
        " WITH latest AS (SELECT finding_id, arg_max(reason, accepted_at) AS reason,"
        "  arg_max(until, accepted_at) AS until FROM finding_acceptances GROUP BY finding_id)"
        " SELECT found.* EXCLUDE (state, rank), CAST(found.rank AS BIGINT) AS rank, CAST(NULL AS DOUBLE) AS value,"
        f" CASE WHEN found.state <> 'fixed' AND epoch_us(latest.until) > {as_of_us} THEN 'accepted'"
        " ELSE found.state END AS state, latest.until AS accepted_until, latest.reason AS accepted_reason"
        " FROM incoming found LEFT JOIN latest ON latest.finding_id = found.finding_id ORDER BY found.rank"
    )
    connection.unregister("incoming")
