"""The published waits of one study, of all journeys and per segment, and the patience curves behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from models.calendar import DAY_US, elapsed_s
from models.intervals import Floats, Integers
from models.patience_curve import PatienceCurve, patience_curve
from models.waits import Snapshot, WaitEnd, Waits, WaitSummary, summarise_waits
from pipelines.compare.lookups import business_hours
from pipelines.compare.segments import SegmentValues, segment_values
from pipelines.engine import Engine
from pipelines.study import Study
from schemas.words import Calendar, Status

Row = dict[str, Any]
_LOST = (str(Status.ABANDONED), str(Status.EXITED))
_SETTLED = (str(Status.CONVERTED), str(Status.EXITED))
_WAITS = """
SELECT waits.journey_key, ready_us, end_us, wait_s, age_s, end_kind, states.status, last_us, stands_at, entity_key
FROM timed_waits waits JOIN journey_states states ON states.journey_key = waits.journey_key
WHERE waits.pair_no = {} ORDER BY waits.journey_key, ready_us
"""


@dataclass(frozen=True)
class _Pair:
    """Two touchpoints between which people wait.

    Attributes:
        number: As `timed_waits` has it.
        ready: Code where the customer is ready.
        served: Code of what she waits for.
        calendar: clock or business.
        promised_s: The promise; None: none.
    """

    number: int
    ready: int
    served: int
    calendar: str
    promised_s: float | None


@dataclass(frozen=True)
class _Clock:
    """Seconds of one calendar before an instant; business hours from their table, else by the clock."""

    days: pl.DataFrame | None

    def before_s(self, at_us: Integers) -> Floats:
        if self.days is None:
            return np.asarray(at_us / 1e6, dtype=np.float64)
        return elapsed_s(self.days, np.maximum(at_us, int(self.days["utc_day"][0]) * DAY_US))

    def between_s(self, from_us: Integers, until_us: Integers) -> Floats:
        return np.asarray(self.before_s(until_us) - self.before_s(from_us), dtype=np.float64)

    def snapshot(self, as_of_us: int) -> Snapshot:
        def since_s(at_us: int) -> float:
            return float(self.between_s(np.array([at_us]), np.array([as_of_us]))[0])

        return Snapshot(as_of_us, since_s)


def waits_and_curves(engine: Engine, study: Study) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of `waits` and of `patience_curves`.

    Args:
        engine: With the study's working tables, as the comparison leaves them.
        study: The version in force.
    """
    patience: dict[int, int] = dict(engine.frame("SELECT code, patience_us FROM patience").rows())
    segments = segment_values(engine, study)
    business = business_hours(engine)
    goals = {study.code(name) for name in study.plan.goals}
    rows: list[Row] = []
    spans: list[Row] = []
    for pair in _pairs(engine):
        found = engine.frame(_WAITS.format(pair.number))
        if found.is_empty():
            continue
        clock = _Clock(business if pair.calendar == Calendar.BUSINESS else None)
        waits = _waits(found, pair, clock, patience)
        # At a goal nobody stands, and beside the flow neither: nobody is lost right after being served there. And
        # without a promise it may only be the order of steps that may come in any: the last one is where they stand.
        is_asked = pair.promised_s is not None and pair.served in patience and pair.served not in goals
        known_us = study.as_of_us - patience[pair.served] - 1 if is_asked else None
        told, curve = _told(found, pair, clock.snapshot(study.as_of_us), waits, known_us=known_us, segments=segments)
        told[0]["patience_s"] = patience[pair.ready] / 1e6 if pair.ready in patience else None
        names = {"from_touchpoint": study.plan.names[pair.ready], "to_touchpoint": study.plan.names[pair.served]}
        rows += [names | row for row in told]
        spans += [names | vars(span) for span in curve.spans]
    return pl.DataFrame(rows, infer_schema_length=None), pl.DataFrame(spans, infer_schema_length=None)


@dataclass(frozen=True)
class SeenWaits:
    """The waits of one pair as of their freeze, which is the same for all segments.

    Attributes:
        ready: Code where the customer is ready.
        served: Code of what she waits for.
        promised_s: The promise; None: none.
        journey_key: Of each wait.
        seen: The waits.
    """

    ready: int
    served: int
    promised_s: float | None
    journey_key: Integers
    seen: Waits


def seen_waits(engine: Engine, study: Study) -> Iterator[SeenWaits]:
    """What the rows of `waits` are told of, wait by wait.

    Args:
        engine: With the study's working tables.
        study: The version in force.
    """
    patience: dict[int, int] = dict(engine.frame("SELECT code, patience_us FROM patience").rows())
    business = business_hours(engine)
    for pair in _pairs(engine):
        found = engine.frame(_WAITS.format(pair.number))
        if not found.is_empty():
            clock = _Clock(business if pair.calendar == Calendar.BUSINESS else None)
            waits, snapshot = _waits(found, pair, clock, patience), clock.snapshot(study.as_of_us)
            freeze_us = snapshot.freeze_us(waits)
            keys = found["journey_key"].to_numpy()[waits.start_us <= freeze_us]
            seen = snapshot.seen_at(waits, freeze_us)
            yield SeenWaits(pair.ready, pair.served, pair.promised_s, keys, seen)


def _pairs(engine: Engine) -> Iterator[_Pair]:
    query = "SELECT pair_no, code, is_ready, calendar, promised_s FROM wait_pairs ORDER BY pair_no, is_ready DESC"
    rows = engine.frame(query).rows()
    for (number, ready, _, calendar, promised_s), (_, served, *_) in zip(rows[::2], rows[1::2], strict=True):
        yield _Pair(number, ready, served, calendar, promised_s)


def _waits(found: pl.DataFrame, pair: _Pair, clock: _Clock, patience: Mapping[int, int]) -> Waits:
    """One element per row found."""
    start_us, last_us = found["ready_us"].to_numpy(), found["last_us"].to_numpy()
    stands_at, status = found["stands_at"], found["status"]
    # Codes follow the design; of a pair that leads back only the touchpoint itself lies before what comes.
    is_beyond = ~stands_at.is_between(pair.ready, max(pair.ready, pair.served - 1))
    is_past = (found["end_kind"] != WaitEnd.SERVED) & (is_beyond | (status == Status.CONVERTED))
    return Waits(
        start_us=start_us,
        wait_s=found["wait_s"].to_numpy(),
        age_s=found["age_s"].to_numpy(),
        end=found["end_kind"].to_numpy().astype(np.int64),
        person=found["entity_key"].to_numpy(),
        last_us=last_us,
        last_s=clock.between_s(start_us, np.maximum(start_us, last_us)),
        patience_us=stands_at.replace_strict(patience, return_dtype=pl.Int64).to_numpy(),
        is_settled=status.is_in(_SETTLED).to_numpy(),
        is_past=is_past.to_numpy(),
    )


def _told(
    found: pl.DataFrame, pair: _Pair, snapshot: Snapshot, waits: Waits, *, known_us: int | None, segments: SegmentValues
) -> tuple[list[Row], PatienceCurve]:
    """The rows of one pair, all journeys first, and its curve."""
    freeze_us = snapshot.freeze_us(waits)
    curve = _curve(found, pair, snapshot.seen_at(waits, freeze_us), freeze_us, known_us)
    of_all = summarise_waits(waits, snapshot, freeze_us=freeze_us, promised_s=pair.promised_s)
    about = {"calendar": pair.calendar, "promised_s": pair.promised_s}
    starts = {"leaves_from_s": curve.leaves_from_s, "lost_from_s": curve.lost_from_s}
    rows: list[Row] = [{"segment": None, **about, **_published(of_all), **starts}]
    for label, chosen in segments.parts(found["journey_key"].to_numpy()):
        part = waits.where(chosen)
        told = summarise_waits(part, snapshot, freeze_us=freeze_us, promised_s=pair.promised_s, patience_too=False)
        rows.append({"segment": label, **about, **_published(told)})
    return rows, curve


def _published(told: WaitSummary) -> Row:
    return {name: value for name, value in vars(told).items() if name != "judged_n"}


def _curve(found: pl.DataFrame, pair: _Pair, seen: Waits, freeze_us: int, known_us: int | None) -> PatienceCurve:
    """The curve of one pair; what becomes of the served is known of those served by `known_us` (None: the goal)."""
    if known_us is None:
        return patience_curve(seen, promised_s=pair.promised_s)
    rows = found.filter(pl.col("ready_us") <= freeze_us)
    is_last = pl.col("journey_key") != pl.col("journey_key").shift(-1, fill_value=-1)
    after = rows.select(
        # Only the last wait of a journey can have been followed by its end.
        is_lost=is_last & pl.col("status").is_in(_LOST) & (pl.col("stands_at") == pair.served),
        is_known=pl.col("end_us") <= known_us,
    )
    is_known = after["is_known"].to_numpy() & (seen.end == WaitEnd.SERVED)
    return patience_curve(
        seen, promised_s=pair.promised_s, is_known_after=is_known, is_lost=after["is_lost"].to_numpy()
    )
