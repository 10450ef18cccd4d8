"""Real journeys that are over, cut off at a date as if they were still under way: the known drop-off must come back."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from lxml import etree

from models.outcomes import touchpoint_outcomes
from models.patience import DAY_US, horizon_us, learn_patience, unsettled_codes

Frames = tuple[pl.DataFrame, pl.DataFrame]
LEAST_FOLLOWED_N = 100


@dataclass(frozen=True)
class Log:
    """One row per event until the journey's first goal or exit, in order: journey, at_us, code (null: an end), fate."""

    events: pl.DataFrame
    names: tuple[str, ...]

    @property
    def codes_n(self) -> int:
        return len(self.names)

    def until(self, as_of_us: int) -> Log:
        """What had happened by then."""
        return Log(self.events.filter(pl.col("at_us") <= as_of_us), self.names)

    def patience_us(self, as_of_us: int, longest_us: int) -> npt.NDArray[np.int64]:
        """Learned patience per touchpoint; -1 where none can be learned."""
        nexts = pl.col("at_us").shift(-1).over("journey").cast(pl.Float64).fill_null(float("nan"))
        touches = self.events.with_columns(next_us=nexts).filter(pl.col("code").is_not_null())
        code, at_us, next_us = (touches[name].to_numpy() for name in ("code", "at_us", "next_us"))
        return learn_patience(code, at_us, next_us, codes_n=self.codes_n, as_of_us=as_of_us, horizon_us=longest_us)

    def journeys(self, as_of_us: int, patience_us: npt.NDArray[np.int64]) -> Frames:
        """First times, and journeys with their status as definitions.md has it."""
        touches = self.events.filter(pl.col("code").is_not_null())
        reached = touches.group_by(journey_key="journey", code="code").agg(reached_us=pl.col("at_us").min())
        last = self.events.group_by(journey_key="journey", person_key="journey").agg(
            last_us=pl.col("at_us").last(), code=pl.col("code").drop_nulls().last(), fate=pl.col("fate").last()
        )
        silent_us = as_of_us - last["last_us"].to_numpy()
        silence = np.where(silent_us > patience_us[last["code"].to_numpy()], "abandoned", "in_flight")
        status = pl.coalesce("fate", pl.Series("silence", silence))
        judged = last.with_columns(status=status)
        return reached, judged.with_columns(end_us=pl.when(pl.col("status") != "in_flight").then("last_us"))


def log_of(rows: pl.DataFrame, goal: str, exits: tuple[str, ...]) -> Log:
    """From case, activity and at_us in the log's order; journeys that begin with an end are none."""
    names = tuple(sorted(set(rows["activity"].to_list()) - {goal, *exits}))
    fates = {goal: "converted", **dict.fromkeys(exits, "exited")}
    events = (
        rows.with_row_index("line")
        .sort("at_us", "line")
        .with_columns(
            journey=pl.col("case").rank("dense").cast(pl.Int64),
            fate=pl.col("activity").replace_strict(fates, default=None, return_dtype=pl.String),
            code=pl.col("activity").replace_strict(
                {n: c for c, n in enumerate(names)}, default=None, return_dtype=pl.Int64
            ),
        )
        .filter(pl.col("fate").is_not_null().cum_sum().over("journey") - pl.col("fate").is_not_null() == 0)
        .filter(pl.col("code").first().over("journey").is_not_null())
        .select("journey", "at_us", "code", "fate")
    )
    return Log(events, names)


def fine_rows(folder: Path) -> pl.DataFrame:
    """One row per event of the fines' log."""
    with gzip.open(folder / "traffic_fines" / "traffic_fines.csv.gz") as file:
        rows = pl.read_csv(file.read(), infer_schema=False)
    at = pl.col("timestamp").str.to_datetime("%Y-%m-%d %H:%M:%S%:z", time_unit="us", time_zone="UTC").dt.epoch("us")
    return rows.select("activity", case="case_id", at_us=at)


def traffic_fines(folder: Path) -> Log:
    """Paying a fine before its penalty is the goal; the penalty ends the chance to."""
    return log_of(fine_rows(folder), "Payment", ("Add penalty",))


def helpdesk(folder: Path) -> Log:
    """A ticket that is closed."""
    with gzip.open(folder / "helpdesk" / "helpdesk.xes.gz") as file:
        root = etree.fromstring(file.read())
    rows = []
    for number, trace in enumerate(root.iter("{*}trace")):
        for event in trace.iter("{*}event"):
            told = {item.get("key"): item.get("value") for item in event}
            rows.append((number, told["concept:name"], told["time:timestamp"]))
    frame = pl.DataFrame(rows, schema=["case", "activity", "at"], orient="row")
    at = pl.col("at").str.to_datetime(time_unit="us", time_zone="UTC").dt.epoch("us")
    return log_of(frame.select("case", "activity", at_us=at), "Closed", ())


def loan_application(folder: Path) -> Log:
    """A loan that is approved; the bank may refuse it, and the customer may cancel."""
    with gzip.open(folder / "loan_application" / "log.csv.gz") as file:
        rows = pl.read_csv(file.read(), infer_schema=False)
    at = pl.col("end_time").str.to_datetime(time_unit="us").dt.epoch("us")
    exits = ("Reject application", "Cancel application")
    return log_of(rows.select("activity", case="case_id", at_us=at), "Approve application", exits)


def instant_us(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1_000_000


def begun_at_random(log: Log, window_d: int, rng: np.random.Generator) -> Log:
    """The same journeys, each with its own pace and end, begun at any time of the window: no batches, no trend."""
    begins = rng.integers(0, window_d * DAY_US, int(log.events["journey"].to_numpy().max()) + 1)
    since_us = pl.col("at_us") - pl.col("at_us").first().over("journey")
    moved = log.events.with_columns(at_us=since_us + pl.Series(begins[log.events["journey"].to_numpy()]))
    return Log(moved, log.names)


def compared(log: Log, as_of_us: int, wanted_us: int | None) -> pl.DataFrame:
    """One row per touchpoint: what a snapshot estimates, what its journeys really came to, and the naive count."""
    seen = log.until(as_of_us)
    first_us = int(log.events["at_us"].to_numpy().min())
    longest_us = horizon_us(first_us, as_of_us, wanted_us)
    learned = seen.patience_us(as_of_us, longest_us)
    patience_us = np.where(learned < 0, longest_us, learned)
    frames = seen.journeys(as_of_us, patience_us)
    found = touchpoint_outcomes(
        *frames, patience_us, as_of_us=as_of_us, horizon_us=longest_us, unsettled=unsettled_codes(learned, longest_us)
    )
    late_us = int(log.events["at_us"].to_numpy().max()) + DAY_US
    known = counted(log.journeys(late_us, np.zeros(log.codes_n, dtype=np.int64)), as_of_us, longest_us)
    naive = counted(frames, as_of_us, longest_us)
    followed = found.filter(pl.col("followed_n") >= LEAST_FOLLOWED_N)
    return followed.join(known, on="code").join(naive, on="code", suffix="_naive")


def counted(frames: Frames, as_of_us: int, longest_us: int) -> pl.DataFrame:
    """Plain shares of those who reached each touchpoint by then: lost later, and lost here, by counting the unended."""
    reached, journeys = frames
    ended_us = pl.col("last_us") - pl.col("reached_us")
    is_lost = pl.col("status").is_in(["abandoned", "in_flight"]) & (ended_us <= longest_us)
    return (
        reached.filter(pl.col("reached_us") <= as_of_us)
        .join(journeys.rename({"code": "stands_at"}), on="journey_key")
        .group_by("code")
        .agg(lost=is_lost.mean(), lost_here=(is_lost & (pl.col("stands_at") == pl.col("code"))).mean())
    )


def misses(rows: pl.DataFrame, name: str, known: str) -> pl.DataFrame:
    """Points by which each estimate, and each naive count, differs from what is known; and whether it is covered."""
    shown = rows.filter(pl.col(name).is_not_null())
    stem = name.removesuffix("_share")
    return shown.select(
        "code",
        by=(pl.col(name) - pl.col(known)).abs() * 100,
        naive_by=(pl.col(f"{known}_naive") - pl.col(known)).abs() * 100,
        is_covered=pl.col(known).is_between(f"{stem}_low", f"{stem}_high"),
    )


LOGS = {"traffic_fines": traffic_fines, "helpdesk": helpdesk, "loan_application": loan_application}


def missed(found: pl.DataFrame, name: str, known: str, tolerance: float) -> list[tuple[object, ...]]:
    """Estimates neither within so many points of what is known, nor with it inside their interval."""
    rows = misses(found, name, known)
    return rows.filter((pl.col("by") > tolerance) & ~pl.col("is_covered")).rows()


def naive_miss(found: pl.DataFrame) -> float:
    """The naive count's largest error about losing a customer by the horizon, in points."""
    return float(misses(found, "abandoned_share", "lost")["naive_by"].to_numpy().max())


@pytest.mark.parametrize(
    ("log", "as_of", "horizon_d", "naive_is_off_by"),
    [
        ("traffic_fines", "2007-09-30", 240, 50),
        ("traffic_fines", "2007-12-31", 240, 20),
        ("traffic_fines", "2008-03-31", 240, 10),
        ("traffic_fines", "2008-06-30", 240, 3),
        ("helpdesk", "2010-12-31", None, 10),
        ("helpdesk", "2011-06-30", None, 8),
        ("helpdesk", "2012-06-30", None, 5),
        ("loan_application", "2023-02-25", 10, 2),
        ("loan_application", "2023-03-05", 10, 1.5),
    ],
)
def test_drop_off_at_a_cut_recovers_what_the_whole_log_knows(
    shared_data: Path, log: str, as_of: str, horizon_d: int | None, naive_is_off_by: float
) -> None:
    longest_us = None if horizon_d is None else horizon_d * DAY_US
    found = compared(LOGS[log](shared_data), instant_us(as_of), longest_us)
    # Fines come in batches that differ, and the older ones are those that can be followed: hence the tolerance.
    assert missed(found, "abandoned_share", "lost", 5.0) == []
    assert missed(found, "hazard", "lost_here", 3.0) == []
    assert naive_miss(found) > naive_is_off_by


SPANS = {  # dates between which enough can be followed, and enough of the log is still to come; days of the horizon
    "traffic_fines": ("2007-09-30", "2009-12-31", 240),
    "helpdesk": ("2010-12-31", "2012-12-31", None),
    "loan_application": ("2023-02-20", "2023-03-08", 10),
}


def at_random_dates(log: Log, name: str, dates_n: int, seed: int) -> pl.DataFrame:
    """One row per date and touchpoint of one log cut at random dates."""
    first, last, horizon_d = SPANS[name]
    rng = np.random.default_rng(seed)
    dates = rng.integers(instant_us(first), instant_us(last), dates_n)
    longest_us = None if horizon_d is None else horizon_d * DAY_US
    return pl.concat([compared(log, int(date), longest_us).with_columns(date=pl.lit(date)) for date in dates])


def judged(found: pl.DataFrame, most_missed: float) -> None:
    """Batches of fines differ, and the older ones are those that can be followed, so single places may miss."""
    for name, known in (("abandoned_share", "lost"), ("hazard", "lost_here")):
        rows = misses(found, name, known)
        assert float(np.median(rows["by"].to_numpy())) <= 1.0
        assert len(missed(found, name, known, 5.0)) <= most_missed * rows.height
    lost = misses(found, "abandoned_share", "lost")
    assert lost["naive_by"].to_numpy().mean() > 2 * lost["by"].to_numpy().mean()


@pytest.mark.parametrize("log", SPANS)
def test_at_random_dates_the_known_drop_off_comes_back(shared_data: Path, log: str) -> None:
    judged(at_random_dates(LOGS[log](shared_data), log, 5, 1), 0.1)


@pytest.mark.slow
@pytest.mark.parametrize("log", SPANS)
def test_at_many_random_dates_the_known_drop_off_comes_back(shared_data: Path, log: str) -> None:
    judged(at_random_dates(LOGS[log](shared_data), log, 100, 2), 0.02)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("log", "window_d", "horizon_d", "naive_is_off_by"),
    [("traffic_fines", 720, 240, 10), ("helpdesk", 270, 90, 10), ("loan_application", 30, 10, 2)],
)
def test_real_journeys_begun_at_random_dates_come_back_within_half_a_point(
    shared_data: Path, log: str, window_d: int, horizon_d: int, naive_is_off_by: float, seed: int
) -> None:
    restarted = begun_at_random(LOGS[log](shared_data), window_d, np.random.default_rng(seed))
    found = compared(restarted, window_d * DAY_US, horizon_d * DAY_US)
    assert missed(found, "abandoned_share", "lost", 0.5) == []
    assert missed(found, "hazard", "lost_here", 0.5) == []
    assert naive_miss(found) > naive_is_off_by


@pytest.mark.parametrize("as_of", ["2007-12-31", "2008-12-31", "2009-06-30"])
def test_waits_for_a_yearly_batch_are_refused_rather_than_called_lost(shared_data: Path, as_of: str) -> None:
    """Unpaid fines go to credit collection once a year, which a third of this window cannot follow."""
    log = log_of(fine_rows(shared_data), "Payment", ("Send for Credit Collection",))
    found = compared(log, instant_us(as_of), None)
    (penalty,) = found.filter(pl.col("code") == log.names.index("Add penalty")).rows(named=True)
    assert penalty["refused"].startswith("waits here outlast the horizon")
    assert penalty["lost_here_naive"] > penalty["lost_here"] + 0.05
    assert missed(found, "hazard", "lost_here", 3.0) == []
