"""Tables in Markdown of what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.bench.figures import NOW, Answer, Figures

STAGES = ("ingest", "persons", "reconstruct", "compare", "publish", "report")
JOURNEY_MODELS = ("touches", "episodes_by_goal", "openings", "journey_steps", "journey_marks")
"""From events in any order to journeys in order: what DuckDB's sort of the same rows is compared with."""
AFTER, ANEW = ", day after", ", anew"
MIO = 1_000_000


@dataclass(frozen=True)
class Line:
    """A target: ours and theirs in processor seconds (of one variant: microseconds)."""

    what: str
    ours: float
    theirs: float
    target: str

    @property
    def over(self) -> float:
        """Theirs over ours where more is better, else ours over theirs."""
        above, below = (self.theirs, self.ours) if self.more_is_better else (self.ours, self.theirs)
        return above / below if below else 0.0

    @property
    def more_is_better(self) -> bool:
        """Whether the target is a least one."""
        return self.target.startswith(">=")

    @property
    def is_kept(self) -> bool:
        """Whether the target is reached."""
        limit = float(self.target.strip("<>= x").replace(",", ""))
        return self.over >= limit if self.more_is_better else self.over <= limit

    @property
    def text(self) -> str:
        """A line of the table."""
        kept = "yes" if self.is_kept else "**no**"
        numbers = " | ".join(map(_short, (self.ours, self.theirs, self.over)))
        return f"| {self.what} | {numbers} | {self.target} | {kept} |"


def stages(figures: Figures, label: str = NOW) -> list[str]:
    """A run at every size: processor seconds, seconds on the clock and peak memory of each stage."""
    sizes = figures.sizes("run", label)
    if not sizes:
        return []
    runs = {size: figures.of("run", size, label) or {} for size in sizes}
    head = "| | " + " | ".join(f"{figures.events_of(size, label):,} events" for size in sizes) + " |"
    lines = [head, "|---|" + "---|" * len(sizes)]
    lines += [_row(name, (_stage(runs[size], name) for size in sizes)) for name in STAGES]
    lines.append(_row("**all**", (_whole(runs[size]) for size in sizes)))
    lines.append(_row("CPU s per million events", (f"{per_million(figures, size, label):.1f}" for size in sizes)))
    lines.append(_row("a doubling costs", _doublings(figures, sizes, label)))
    lines.append(_row("DuckDB's memory limit", (str(runs[size]["memory_limit"]) for size in sizes)))
    lines.append(_row("commit; load of the machine", (f"{run['commit']}; {run['load']}" for run in runs.values())))
    return lines


def per_million(figures: Figures, size: int, label: str = NOW, subject: str = "run") -> float:
    """Processor seconds of all stages, for a million events."""
    answer = figures.of(subject, size, label) or {}
    return float(sum(answer["cpu_s"][name] for name in STAGES)) / figures.events_of(size, label) * MIO


def _doublings(figures: Figures, sizes: Sequence[int], label: str) -> Iterator[str]:
    """How many times the processor seconds of half as many events; between sizes that are no doubles: the power."""
    yield ""
    for fewer, more in pairwise(sizes):
        before = per_million(figures, fewer, label) * figures.events_of(fewer, label)
        after = per_million(figures, more, label) * figures.events_of(more, label)
        yield f"{doubling(after / before, figures.events_of(more, label) / figures.events_of(fewer, label)):.2f} x"


def doubling(costs: float, times: float) -> float:
    """What a doubling costs if so many times the events cost so many times as much."""
    from math import log2

    return float(2 ** (log2(costs) / log2(times)))


def _stage(run: Answer, name: str) -> str:
    return f"{run['cpu_s'][name]:.1f} / {run['wall_s'][name]:.0f} s, {run['peak_gb'][name]:.2f} GB"


def _whole(run: Answer) -> str:
    cpu, wall = (sum(run[unit][name] for name in STAGES) for unit in ("cpu_s", "wall_s"))
    return f"**{cpu:.0f} / {wall:.0f} s, {max(run['peak_gb'].values()):.2f} GB**"


def day_after(figures: Figures) -> list[str]:
    """The run after one more day against one from the start over the same events."""
    lines = []
    for size in figures.sizes("day_after"):
        answer = figures.of("day_after", size) or {}
        numbers = answer["numbers"]
        lines += [
            "",
            f"{numbers['history_events']:,.0f} events, then a day of {numbers['day_events']:,.0f}, CPU s:",
            "",
            "| stage | from the start | after the day | share |",
            "|---|---|---|---|",
        ]
        both = [(name, answer["cpu_s"][name + ANEW], answer["cpu_s"][name + AFTER]) for name in STAGES]
        both.append(("**all**", sum(anew for _, anew, _ in both), sum(after for *_, after in both)))
        lines += [
            f"| {name} | {anew:.1f} | {after:.1f} | {after / max(anew, 0.01):.0%} |" for name, anew, after in both
        ]
    return lines


def engines(figures: Figures) -> list[str]:
    """Both engines at every size at which both were measured: seconds, and what the cluster shuffled."""
    lines = [
        "| events | stage | DuckDB: CPU / wall s | Spark: CPU / wall s | CPU, times | shuffled, MB | written, MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for size in figures.sizes("run_on_spark"):
        mine, theirs = figures.of("run", size), figures.of("run_on_spark", size) or {}
        for name in (*STAGES, "**all**") if mine else ():
            both = [[_sum(each[unit], name) for unit in ("cpu_s", "wall_s")] for each in (mine or {}, theirs)]
            moved = [_sum(theirs["numbers"], name, f"{what}, ") * 1_000 for what in ("shuffle_gb", "written_gb")]
            seconds = " | ".join(f"{cpu:.1f} / {wall:.0f}" for cpu, wall in both)
            bytes_n = " | ".join(f"{each:,.0f}" for each in moved)
            times = both[1][0] / max(both[0][0], 0.01)
            lines.append(f"| {figures.events_of(size):,} | {name} | {seconds} | {times:.1f} x | {bytes_n} |")
    return lines if len(lines) > 2 else []


def _sum(numbers: Mapping[str, float], stage: str, before: str = "") -> float:
    return sum(numbers.get(before + name, 0.0) for name in ((stage,) if stage in STAGES else STAGES))


def ratios(figures: Figures, size: int) -> list[str]:
    """The targets, each as a ratio, for one size of the log."""
    found = targets(figures, size)
    head = ["| what | ours | theirs | ratio | target | kept |", "|---|---|---|---|---|---|"]
    return [*head, *(line.text for line in found)] if found else []


def targets(figures: Figures, size: int) -> list[Line]:
    """Every target for which both sides were measured at this size."""
    answers = {name: figures.of(name, size) for name in figures.kept.get(NOW, {})}
    have = {name: answer for name, answer in answers.items() if answer}
    return [*_loads(have), *_mined(have), *_explored(have), *_aligned(have), *_joined(have), *_memory(have)]


def _loads(have: Mapping[str, Answer]) -> Iterator[Line]:
    plain = have.get("plain_load", {}).get("cpu_s", {})
    for shape, ours, theirs in (
        ("three columns", "run", "plain_load"),
        ("ten columns", "take_in_wide", "plain_load_wide"),
    ):
        if {ours, theirs} <= set(have):
            for unit, costs in (("CPU s", "cpu_s"), ("wall s", "wall_s")):
                what = f"ingest of {shape} / DuckDB's plain typed load, {unit}"
                yield Line(what, have[ours][costs]["ingest"], have[theirs][costs]["load"], "<= 1.5 x")
    if plain and "run" in have:
        cpu = have["run"]["cpu_s"]
        ours_s = sum(cpu.get(model, 0.0) for model in JOURNEY_MODELS)
        yield Line("journeys from events / DuckDB's sort of the rows, CPU s", ours_s, plain["sort"], "<= 3 x")


def _mined(have: Mapping[str, Answer]) -> Iterator[Line]:
    if {"mine", "mine_with_pm4py"} <= set(have):
        ours, theirs = have["mine"]["cpu_s"], have["mine_with_pm4py"]["cpu_s"]
        for name in theirs:
            yield Line(f"{name} / pm4py on polars, CPU s", ours[name], theirs[name], ">= 10 x")


def _explored(have: Mapping[str, Answer]) -> Iterator[Line]:
    if {"mine", "retentioneering"} <= set(have):
        ours, theirs = have["mine"]["cpu_s"], have["retentioneering"]["cpu_s"]
        for name in ("directly-follows", "directly-follows and waits"):
            yield Line(f"{name} / Retentioneering, CPU s", ours[name], theirs[name], ">= 10 x")


def _aligned(have: Mapping[str, Answer]) -> Iterator[Line]:
    for subject, what in (("alignments", "alignment"), ("many_variants", "alignment of 100,000 distinct variants")):
        if subject in have:
            cpu, numbers = have[subject]["cpu_s"], have[subject]["numbers"]
            ours = cpu["ours"] / numbers["variants"] * MIO
            for name, count, target in (
                ("pm4py", "pm4py_variants", ">= 1,000 x"),
                ("r4pm", "r4pm_aligned", ">= 50 x"),
            ):
                theirs = cpu[name] / numbers[count] * MIO
                yield Line(f"{what} / {name}, microseconds of CPU a variant", ours, theirs, target)


def _joined(have: Mapping[str, Answer]) -> Iterator[Line]:
    if {"persons", "persons_with_networkx"} <= set(have):
        ours, theirs = have["persons"]["cpu_s"], have["persons_with_networkx"]["cpu_s"]["components"]
        yield Line("components under three rules / networkx, CPU s", ours["components"], theirs, ">= 5 x")
        yield Line("links judged, joined and written / networkx, CPU s", ours["persons"], theirs, ">= 1 x")


def _memory(have: Mapping[str, Answer]) -> Iterator[Line]:
    if "run" in have and 9 * MIO < have["run"]["numbers"]["events"] < 11 * MIO:
        yield Line("memory of a run, GB / 4 GB", max(have["run"]["peak_gb"].values()), 4.0, "<= 1 x")


def effects(figures: Figures) -> list[str]:
    """What it costs to say what departures cost, at each number of people that was measured."""
    sizes = figures.sizes("effects")
    if not sizes:
        return []
    lines = ["", "| people | events | CPU s | wall s | a doubling costs | peak GB |", "|---|---|---|---|---|---|"]
    before, last = 0.0, {}
    for size in sizes:
        answer = figures.of("effects", size) or {}
        last, wall = answer["cpu_s"], sum(answer["wall_s"].values())
        cpu = sum(last.values())
        times = f"{cpu / before:.2f} x" if before else ""
        events, peak = answer["numbers"]["events"], answer["process_gb"]
        lines.append(f"| {size:,} | {events:,.0f} | {cpu:.1f} | {wall:.1f} | {times} | {peak:.2f} |")
        before = cpu
    return [*lines, "", "| step | CPU s |", "|---|---|", *(f"| {name} | {cpu:.1f} |" for name, cpu in last.items())]


def profile(figures: Figures, size: int, labels: Sequence[str], most: int = 16) -> list[str]:
    """Where the time of a run goes: its dearest SQL models and stages, under each label."""
    runs = {label: figures.of("run", size, label) for label in labels}
    have = {label: run["cpu_s"] for label, run in runs.items() if run}
    names = {name for cpu in have.values() for name in cpu} - set(STAGES)
    dearest = sorted(names, key=lambda name: (-max(cpu.get(name, 0.0) for cpu in have.values()), name))[:most]
    head = ["| CPU s | " + " | ".join(have) + " |", "|---|" + "---|" * len(have)]
    rows = [*STAGES, *dearest]
    return [*head, *(_row(name, (f"{cpu[name]:.1f}" if name in cpu else "" for cpu in have.values())) for name in rows)]


def _row(name: str, cells: Iterator[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:,.1f}" if number >= 10 else f"{number:,.2f}"
