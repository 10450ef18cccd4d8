"""What becomes of the journeys that reach a touchpoint, with those still under way counted as such.

Silence is confirmed only when a touchpoint's patience has run out, and is then dated back to the last touch. So the
last stretch before the snapshot shows goals and exits but not yet the silences that belong to it. Journeys are
therefore analysed as of a freeze, before the snapshot by the patience in question; later events only classify.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from models.incidence import Curves, Fates, Shares, curves, shares
from models.intervals import Integers
from models.patience import DAY_US, LEAST_N, patience_ahead
from schemas.words import Status

FOREVER_US = np.iinfo(np.int64).max // 4
UNSETTLED_SHARE = 0.01  # so many visits may stand where patience was cut, before shares are refused: one point

_STATUSES = (Status.CONVERTED, Status.EXITED, Status.ABANDONED, Status.IN_FLIGHT)
_EXITED, _ABANDONED, _IN_FLIGHT = 2, 3, 4
_WORDS = ("converted", "exited", "abandoned", "active")

_COLUMNS: dict[str, pl.DataType] = {
    "code": pl.Int64(),
    "segment": pl.String(),
    "horizon_d": pl.Float64(),
    "reached_n": pl.Int64(),
    **{f"{word}_{end}": pl.Float64() for word in _WORDS for end in ("share", "low", "high")},
    "hazard": pl.Float64(),
    "exit_hazard": pl.Float64(),
    "patience_s": pl.Float64(),
    "effective_n": pl.Float64(),
    "hazard_low": pl.Float64(),
    "hazard_high": pl.Float64(),
    "hazard_half_patience": pl.Float64(),
    "hazard_double_patience": pl.Float64(),
    "followed_n": pl.Int64(),
    "in_flight_n": pl.Int64(),
    "refused": pl.String(),
    "to_goal_p50_s": pl.Float64(),
    "to_goal_p90_s": pl.Float64(),
    "is_mature": pl.Boolean(),
    "reactivations_n": pl.Int64(),
}


@dataclass(frozen=True)
class _Visits:
    """One row per journey at one touchpoint, when it was first reached."""

    person: Integers
    reached_us: Integers
    status: Integers
    end_us: Integers
    last_us: Integers
    stands_at: Integers
    returns_n: Integers

    def where(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> _Visits:
        """Those chosen."""
        return _Visits(*(column[chosen] for column in vars(self).values()))


@dataclass(frozen=True)
class _Study:
    """What all touchpoints share: patience per code (-1: none), where it was cut, the snapshot and the horizon."""

    patience_us: Integers
    is_unsettled: npt.NDArray[np.bool_]
    as_of_us: int
    horizon_us: int

    def freeze(self, patience_us: int) -> int:
        """The last instant whose silences are confirmed: silence must be longer than the patience."""
        return self.as_of_us - max(0, patience_us) - 1


def touchpoint_outcomes(
    reached: pl.DataFrame,
    journeys: pl.DataFrame,
    patience_us: npt.ArrayLike,
    *,
    as_of_us: int,
    horizon_us: int,
    segments: Mapping[str, str] | None = None,
    unsettled: Collection[int] = (),
    returns: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """One row per touchpoint and segment: how many reached it and what became of them by the horizon.

    Args:
        reached: one row per journey and touchpoint of the flow that it reached: `journey_key`, `code`, `reached_us`
            (first time).
        journeys: one row per journey: `journey_key`, `person_key`, `status` (a word of `Status`), `end_us` (goal,
            exit or last touch before the silence; null in flight), `last_us` (its last mapped event), `code` (where it
            stands; for exited ones before the exit), and a column per segment (null: in no segment).
        patience_us: patience per code; negative where nothing is awaited.
        as_of_us: the snapshot.
        horizon_us: the horizon, from reaching the touchpoint.
        segments: name of each segment to its column.
        unsettled: codes where people still go on when the horizon ends (see `unsettled_codes`): silence there cannot
            be told from slowness, and no number is given.
        returns: one row per journey and touchpoint where it came back after confirmed silence: `journey_key`, `code`,
            `returns_n`. None: nobody looked, and no number is given.

    Returns:
        The columns of `touchpoint_outcomes`, with `code` for the touchpoint and without the journey's name; sorted by
        code and segment, all journeys first.
    """
    study = _study(patience_us, unsettled, as_of_us, horizon_us)
    labels, values = _labels(journeys, segments)
    rows: list[dict[str, object]] = []
    visited = _with_returns(reached, returns)
    for code, visits, value_codes in _by_code(visited, journeys, labels, values):
        freeze_us = study.freeze(_patience_ahead(visits, study))
        rows += [
            _row(code, segment, part, study, freeze_us) for segment, part in _by_segment(visits, value_codes, values)
        ]
    return pl.DataFrame(rows, schema=_COLUMNS).sort("code", "segment", nulls_last=False)


def fates(
    reached: pl.DataFrame,
    journeys: pl.DataFrame,
    patience_us: npt.ArrayLike,
    *,
    as_of_us: int,
    horizon_us: int,
    segments: Mapping[str, str] | None = None,
) -> Iterator[Fates]:
    """The curves behind the shares of `touchpoint_outcomes`, whether or not they are refused there; same arguments."""
    study = _study(patience_us, (), as_of_us, horizon_us)
    labels, values = _labels(journeys, segments)
    for code, visits, value_codes in _by_code(_with_returns(reached, None), journeys, labels, values):
        freeze_us = study.freeze(_patience_ahead(visits, study))
        for segment, part in _by_segment(visits, value_codes, values):
            followed = part.where(part.reached_us <= freeze_us)
            found = _curves_of_fates(followed, study, freeze_us)
            if found is not None:
                yield Fates(code, segment, part.person.size, found, followed.person)


def _study(patience_us: npt.ArrayLike, unsettled: Collection[int], as_of_us: int, horizon_us: int) -> _Study:
    waits_for_us = np.asarray(patience_us, dtype=np.int64)
    is_unsettled = np.isin(np.arange(waits_for_us.size), list(unsettled))
    return _Study(waits_for_us, is_unsettled, as_of_us, horizon_us)


def _labels(journeys: pl.DataFrame, segments: Mapping[str, str] | None) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """The value of each segment, one row per journey; and the values that there are, sorted."""
    labels = journeys.select(pl.col(column).cast(pl.String).alias(name) for name, column in (segments or {}).items())
    return labels, {name: labels[name].drop_nulls().unique().sort() for name in labels.columns}


def _by_segment(
    visits: _Visits, value_codes: Mapping[str, Integers], values: Mapping[str, pl.Series]
) -> Iterator[tuple[str | None, _Visits]]:
    """All visits to a touchpoint, then those of each value of each segment."""
    yield None, visits
    for name, of_visit in value_codes.items():
        for value, chosen in _groups(of_visit):
            yield f"{name}={values[name][value]}", visits.where(chosen)


def _with_returns(reached: pl.DataFrame, returns: pl.DataFrame | None) -> pl.DataFrame:
    """Journeys where they came, and how often they came back there after confirmed silence (-1: nobody looked)."""
    visited = reached.select("journey_key", pl.col("code").cast(pl.Int64), "reached_us")
    if returns is None:
        return visited.with_columns(returns_n=pl.lit(-1, pl.Int64))
    counts = returns.select("journey_key", pl.col("code").cast(pl.Int64), pl.col("returns_n").cast(pl.Int64))
    return visited.join(counts, on=["journey_key", "code"], how="left").with_columns(pl.col("returns_n").fill_null(0))


def _by_code(
    reached: pl.DataFrame, journeys: pl.DataFrame, labels: pl.DataFrame, values: Mapping[str, pl.Series]
) -> Iterator[tuple[int, _Visits, dict[str, Integers]]]:
    """Each touchpoint with its visits and, per segment name, the place of each visit's value (-1: none)."""
    number = {word.value: place for place, word in enumerate(_STATUSES, start=1)}
    about = journeys.select(
        "journey_key",
        pl.col("person_key").rank("dense").cast(pl.Int64).alias("person"),
        pl.col("status").replace_strict(number, return_dtype=pl.Int64),
        pl.col("end_us").fill_null(FOREVER_US).cast(pl.Int64),
        pl.col("last_us").cast(pl.Int64),
        pl.col("code").cast(pl.Int64).alias("stands_at"),
        *(  # a segment may be called like one of our columns
            labels[name].cast(pl.Enum(known)).to_physical().cast(pl.Int64).fill_null(-1).alias(f"segment {name}")
            for name, known in values.items()
        ),
    )
    joined = reached.sort("code", "journey_key").join(about, on="journey_key", maintain_order="left")
    columns = ("person", "reached_us", "status", "end_us", "last_us", "stands_at", "returns_n")
    for (code,), part in joined.partition_by("code", as_dict=True, maintain_order=True).items():
        visits = _Visits(*(part[name].to_numpy() for name in columns))
        yield int(code), visits, {name: part[f"segment {name}"].to_numpy() for name in values}


def _groups(value: Integers) -> Iterator[tuple[int, npt.NDArray[np.intp]]]:
    """Each value that occurs, with the rows that have it."""
    order = np.argsort(value, kind="stable")
    found, first = np.unique(value[order], return_index=True)
    for place, rows in zip(found, np.split(order, first[1:]), strict=True):
        if place >= 0:
            yield int(place), rows


def _patience_ahead(visits: _Visits, study: _Study) -> int:
    is_standing = (visits.status == _ABANDONED) | (visits.status == _IN_FLIGHT)
    return patience_ahead(study.patience_us[visits.stands_at[is_standing]], visits.person.size)


def _row(code: int, segment: str | None, visits: _Visits, study: _Study, freeze_us: int) -> dict[str, object]:
    """One row of the result."""
    patience_us = int(study.patience_us[code])
    person = visits.person[visits.reached_us <= study.freeze(patience_us)]
    is_followed = visits.reached_us <= freeze_us
    found = _curves_of_fates(visits.where(is_followed), study, freeze_us)
    fates = None if found is None else shares(found, visits.person[is_followed])
    widening = 1.0 if fates is None else float(fates.design_effect[np.argmin(np.abs(fates.share - 0.5))])
    refused = _outlasted(code, visits, study) or _refusal(visits.reached_us[is_followed], widening, study, freeze_us)
    row: dict[str, object] = {
        "code": code,
        "segment": segment,
        "horizon_d": study.horizon_us / DAY_US,
        "reached_n": visits.person.size,
        "patience_s": None if patience_us < 0 else patience_us / 1e6,
        "effective_n": _shown(visits.person.size / widening),
        "followed_n": person.size,
        "in_flight_n": int(np.count_nonzero((visits.status == _IN_FLIGHT) & (visits.stands_at == code))),
        "refused": refused,
        "reactivations_n": None if visits.returns_n.min() < 0 else int(visits.returns_n.sum()),
    }
    if found is not None and fates is not None and refused is None:
        row |= _shares(fates) | _to_goal(found)
        mature_n = np.count_nonzero(visits.reached_us <= freeze_us - study.horizon_us)
        row["is_mature"] = bool(mature_n / widening >= LEAST_N)
    if person.size / widening >= LEAST_N and not study.is_unsettled[code]:
        row |= _hazards(code, visits, study)
    return row


def _shares(fates: Shares) -> dict[str, object]:
    """Shares by the horizon with the ends of their intervals."""
    return {
        f"{word}_{end}": _shown(numbers[place])
        for place, word in enumerate(_WORDS)
        for end, numbers in (("share", fates.share), ("low", fates.low), ("high", fates.high))
    }


def _to_goal(found: Curves) -> dict[str, object]:
    """Median and ninth decile of the time to the goal, of those who get there by the horizon, some still on the way."""
    times_us = (found.quantile_us(1, part) for part in (0.5, 0.9))
    names = ("to_goal_p50_s", "to_goal_p90_s")
    return {name: None if at_us is None else at_us / 1e6 for name, at_us in zip(names, times_us, strict=True)}


def _shown(number: float) -> float:
    """Rounded to where the order of summation no longer shows, so that equal input gives equal bytes."""
    return round(float(number), 12)


def _refusal(reached_us: Integers, widening: float, study: _Study, freeze_us: int) -> str | None:
    """Why no share can be given for those reached by the freeze; None: it can."""
    worth = reached_us.size / widening
    if worth < LEAST_N:
        return f"too few journeys (worth fewer than {LEAST_N})"  # how many they are, `minimum_cell` may hide
    followed_us = freeze_us - int(reached_us.min())
    if followed_us < study.horizon_us:
        return f"followed too briefly ({followed_us / DAY_US:.1f} d < {study.horizon_us / DAY_US:.1f} d)"
    return None


def _outlasted(code: int, visits: _Visits, study: _Study) -> str | None:
    """Why no share can be given: waits here, or where these journeys went, outlast the horizon; None: they do not."""
    if study.is_unsettled[code]:
        patience_d, horizon_d = int(study.patience_us[code]) / DAY_US, study.horizon_us / DAY_US
        return f"waits here outlast the horizon (patience {patience_d:.1f} d of {horizon_d:.1f} d)"
    is_standing = (visits.status == _ABANDONED) | (visits.status == _IN_FLIGHT)
    share = np.count_nonzero(study.is_unsettled[visits.stands_at[is_standing]]) / visits.person.size
    return "waits after it outlast the horizon" if share > UNSETTLED_SHARE else None


def _curves_of_fates(visits: _Visits, study: _Study, freeze_us: int) -> Curves | None:
    """Curves of converted, exited and abandoned by the horizon; None where nobody was reached by the freeze."""
    if visits.person.size == 0:
        return None
    return _until_freeze(visits, visits.status, visits.end_us, study, freeze_us)


def _hazards(code: int, visits: _Visits, study: _Study) -> dict[str, object]:
    """Abandoned and exited while standing here, and how the first moves with the patience."""
    patience_us = int(study.patience_us[code])
    followed = visits.where(visits.reached_us <= study.freeze(patience_us))
    here = shares(_left_here(code, followed, study, 1.0), followed.person)
    half = visits.where(visits.reached_us <= study.freeze(patience_us // 2))
    double = visits.where(visits.reached_us <= study.freeze(patience_us * 2))
    return {
        "hazard": _shown(here.share[0]),
        "hazard_low": _shown(here.low[0]),
        "hazard_high": _shown(here.high[0]),
        "exit_hazard": _shown(here.share[1]),
        "hazard_half_patience": _shown(_left_here(code, half, study, 0.5).shares[0]),
        "hazard_double_patience": None
        if double.person.size < LEAST_N
        else _shown(_left_here(code, double, study, 2.0).shares[0]),
    }


def _left_here(code: int, visits: _Visits, study: _Study, times: float) -> Curves:
    """Curves of abandoned here, exited here, ended elsewhere, had every patience been multiplied."""
    freeze_us = study.freeze(int(study.patience_us[code] * times))
    status, end_us = (visits.status, visits.end_us) if times == 1.0 else _judged_again(visits, study, times)
    is_here = visits.stands_at == code
    cause = np.select([is_here & (status == _ABANDONED), is_here & (status == _EXITED)], [1, 2], default=3)
    return _until_freeze(visits, cause, end_us, study, freeze_us)


def _judged_again(visits: _Visits, study: _Study, times: float) -> tuple[Integers, Integers]:
    """Status and end, had every patience been multiplied."""
    patience_us = study.patience_us[visits.stands_at]
    is_silent = (patience_us >= 0) & (study.as_of_us - visits.last_us > patience_us * times)
    is_open = (visits.status == _ABANDONED) | (visits.status == _IN_FLIGHT)
    status = np.where(is_open, np.where(is_silent, _ABANDONED, _IN_FLIGHT), visits.status)
    return status, np.where(is_open, np.where(is_silent, visits.last_us, FOREVER_US), visits.end_us)


def _until_freeze(visits: _Visits, cause: Integers, end_us: Integers, study: _Study, freeze_us: int) -> Curves:
    """Curves of the ends dated by the freeze; whoever ends later, or not, is open when the view closes."""
    until_us = np.maximum(np.minimum(end_us, freeze_us) - visits.reached_us, 0)
    return curves(until_us, np.where(end_us <= freeze_us, cause, 0), 3, study.horizon_us)
