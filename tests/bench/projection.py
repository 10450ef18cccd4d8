"""What runs of other sizes would cost, reckoned from what was measured: straight lines through measured sizes.

Nothing here is measured. A line is what a stage costs whatever the size, and what each event adds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.figures import Figures
from tests.bench.plot import Curve
from tests.bench.tables import JOURNEY_MODELS, MIO, STAGES

ON_DUCKDB, ON_SPARK = "run", "run_on_spark"
BILLION = 1_000_000_000
BUSY = 0.7
"""Share of all cores that work at any moment: sorts end in merges, and some steps have one thread."""
EVENTS_PER_PART = 500_000
"""Rows are shuffled into so many parts (`pipelines.engine.spark.session`)."""
COMPUTED = ("persons", "reconstruct", "compare")
"""Stages whose SQL models a cluster takes over; the others read files and write them, at home."""
AT_HOME = tuple(name for name in STAGES if name not in COMPUTED)
CORES_OF_ONE = 16
CORES_OF_WORKER = 8
CLUSTERS = (64, 256, 1024)
_CORES_MEASURED = 2


@dataclass(frozen=True)
class Straight:
    """What grows with the events: so much at first, and so much for each."""

    fixed: float
    each: float

    def at(self, events: float) -> float:
        """The value for so many events."""
        return self.fixed + self.each * events


def straight(points: Sequence[tuple[float, float]]) -> Straight:
    """The line through the two largest sizes; through one alone, from nothing. What would fall is level."""
    if len(points) == 1:
        return Straight(0.0, points[0][1] / points[0][0])
    (fewer, before), (more, after) = sorted(points)[-2:]
    each = max(0.0, (after - before) / (more - fewer))
    return Straight(max(0.0, after - each * more), each)


def comparable(figures: Figures, subject: str) -> tuple[int, ...]:
    """Sizes whose runs lie on one line: measured from the first stage to the last, under the memory limit of most.

    A run that was taken up again does not tell what its models cost, and began its last stages in another process. And
    under another limit more is spilled, or less.
    """
    sizes = figures.sizes(subject)
    if subject != ON_DUCKDB:
        return sizes
    limit_of = {size: str(_answer(figures, subject, size)["memory_limit"]) for size in sizes}
    limits = list(limit_of.values())
    whole = [size for size in sizes if {*JOURNEY_MODELS} & {*_answer(figures, subject, size)["cpu_s"]}]
    return tuple(size for size in whole if limits.count(limit_of[size]) == max(map(limits.count, limits)))


def cpu(figures: Figures, subject: str, stages: Sequence[str] = STAGES) -> Straight:
    """Processor seconds of some stages of a run."""
    return straight([
        (_events(figures, subject, size), sum(_answer(figures, subject, size)["cpu_s"][name] for name in stages))
        for size in comparable(figures, subject)
    ])  # fmt: skip


def statistics(figures: Figures) -> Straight:
    """Processor seconds of the stages that are moved to a cluster, beyond their SQL models: Python at home, either way.

    It is reckoned as one thread: some of it has more, none of it is promised them.
    """
    points = []
    for size in comparable(figures, ON_DUCKDB):
        costs = _answer(figures, ON_DUCKDB, size)["cpu_s"]
        models = sum(each for name, each in costs.items() if name not in STAGES)
        beyond = sum(costs[name] for name in COMPUTED) - models
        points.append((_events(figures, ON_DUCKDB, size), max(0.0, beyond)))
    return straight(points)


def number(figures: Figures, name: str, subject: str = ON_SPARK) -> Straight:
    """A number that a run told for each size; sizes at which it did not are left out."""
    told = [(size, _answer(figures, subject, size)["numbers"].get(name)) for size in figures.sizes(subject)]
    points = [(_events(figures, subject, size), value) for size, value in told if value is not None]
    return straight(points) if points else Straight(0.0, 0.0)


@dataclass(frozen=True)
class Compared:
    """What computes the SQL models: one machine or a cluster.

    Attributes:
        name: What it is.
        models: Seconds on the clock for the models of a run.
        whole: The same of the whole run, with what stays at home on one machine.
        pays_from: Events from which the models are sooner done than on one machine; None: never.
    """

    name: str
    models: Straight
    whole: Straight
    pays_from: float | None = None


def plus(one: Straight, other: Straight) -> Straight:
    """Both, one after the other."""
    return Straight(one.fixed + other.fixed, one.each + other.each)


def compared(figures: Figures) -> list[Compared]:
    """One machine, then clusters of several sizes."""
    files, home = cpu(figures, ON_DUCKDB, AT_HOME), statistics(figures)
    at_home = plus(Straight(files.fixed, files.each / BUSY / CORES_OF_ONE), home)
    mine, theirs = cpu(figures, ON_DUCKDB, COMPUTED), cpu(figures, ON_SPARK, COMPUTED)
    alone = Straight(
        *(max(0.0, line) / BUSY / CORES_OF_ONE for line in (mine.fixed - home.fixed, mine.each - home.each))
    )
    found = [Compared(f"one machine, {CORES_OF_ONE} cores", alone, plus(alone, at_home))]
    for cores in CLUSTERS:
        # The fixed part is planning and starting, statement after statement: more cores do not shorten it.
        models = Straight(theirs.fixed / BUSY / _CORES_MEASURED, max(0.0, theirs.each - home.each) / BUSY / cores)
        saved = alone.each - models.each
        pays = max(0.0, models.fixed - alone.fixed) / saved if saved > 0 else None
        found.append(Compared(f"Spark, {cores:,} cores", models, plus(models, at_home), pays))
    return found


def curves(figures: Figures) -> list[Curve]:
    """Lines of the plot: the models on one machine and on clusters, and the statistics at home."""
    ahead = (3 * 10**6, 10**7, 3 * 10**7, 10**8, 3 * 10**8, BILLION)
    found = [Curve(f"models: {each.name}", (), _points(each.models, ahead)) for each in compared(figures)]
    return [*found, Curve("statistics: one thread", (), _points(statistics(figures), ahead))]


def _points(line: Straight, sizes: Sequence[float]) -> tuple[tuple[float, float], ...]:
    return tuple((float(size), line.at(size)) for size in sizes)


def where_it_pays(figures: Figures) -> list[str]:
    """Table: clusters against one machine."""
    lines = [
        "| | models of 10 million | of 100 million | of a billion | pay from | whole run of a billion |",
        "|---|---|---|---|---|---|",
    ]
    for each in compared(figures):
        times = " | ".join(_hours(each.models.at(size)) for size in (10 * MIO, 100 * MIO, BILLION))
        pays = f"{each.pays_from / MIO:,.0f} million" if each.pays_from is not None else "never"
        pays = pays if "Spark" in each.name else ""
        lines.append(f"| {each.name} | {times} | {pays} | {_hours(each.whole.at(BILLION))} |")
    return lines


def billion(figures: Figures) -> list[str]:
    """Table: a run of a billion events, stage by stage, on one machine and on a cluster."""
    lines = [
        "| stage | one machine: core hours | cluster: core hours | shuffled, GB | written to storage, GB |",
        "|---|---|---|---|---|",
    ]
    total = [0.0] * 4
    for name in STAGES:
        row = [
            cpu(figures, ON_DUCKDB, (name,)).at(BILLION) / 3_600,
            cpu(figures, ON_SPARK, (name,)).at(BILLION) / 3_600,
            *(number(figures, f"{what}, {name}").at(BILLION) for what in ("shuffle_gb", "written_gb")),
        ]
        total = [before + more for before, more in zip(total, row, strict=True)]
        lines.append(f"| {name} | " + " | ".join(f"{each:,.1f}" for each in row) + " |")
    return [*lines, "| **all** | " + " | ".join(f"**{each:,.1f}**" for each in total) + " |"]


def layout(figures: Figures) -> list[str]:
    """Table: how a billion events would lie on a cluster."""
    parts_n = BILLION // EVENTS_PER_PART
    largest_gb = number(figures, "largest_shuffle_gb").at(BILLION)
    task_gb = max(_answer(figures, ON_SPARK, size)["numbers"]["largest_task_gb"] for size in figures.sizes(ON_SPARK))
    asked_gb = number(figures, "asked_gb", ON_DUCKDB).at(BILLION)
    peak_gb = straight(
        [
            (_events(figures, ON_DUCKDB, size), _answer(figures, ON_DUCKDB, size)["peak_gb"]["compare"])
            for size in figures.sizes(ON_DUCKDB)
        ]
    )
    part_mb = largest_gb / parts_n * 1_000
    rows = (
        ("parts of 500,000 events into which rows are shuffled", f"{parts_n:,}"),
        ("the largest shuffle of one statement", f"{largest_gb:,.0f} GB, {part_mb:,.0f} MB a part"),
        ("memory of the hungriest task, as measured", f"{task_gb * 1_000:,.0f} MB"),
        (f"memory of a worker of {CORES_OF_WORKER} cores: twice that for each, and as much again for Spark itself",
         f"{4 * CORES_OF_WORKER * task_gb:,.0f} GB"),
        ("rows that statistics at home ask for, in a whole run, not at once", f"{asked_gb:,.0f} GB"),
        ("memory of the machine at home, by the peaks of `compare` above", f"{peak_gb.at(BILLION):,.0f} GB"),
    )  # fmt: skip
    return ["| | |", "|---|---|", *(f"| {what} | {said} |" for what, said in rows)]


def _events(figures: Figures, subject: str, size: int) -> float:
    return float(_answer(figures, subject, size)["numbers"]["events"])


def _answer(figures: Figures, subject: str, size: int) -> dict[str, dict[str, float]]:
    return dict(figures.of(subject, size) or {})


def _hours(seconds: float) -> str:
    return f"{seconds / 3_600:,.1f} h" if seconds >= 3_600 else f"{seconds / 60:,.1f} min"
