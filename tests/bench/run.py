"""Speed and memory against what others do on the same log: `python -m tests.bench.run --events 1e6`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import effects, people, synthetic
from tests.bench.subjects import JOURNEY_MODELS, SUBJECTS

ROOT = Path(__file__).resolve().parents[2]
Answers = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Line:
    """One line of the result: ours and theirs in processor seconds (of one variant: microseconds), and the target."""

    what: str
    ours: float
    theirs: float
    target: str

    @property
    def text(self) -> str:
        """The line of the table: theirs over ours where more is better, else ours over theirs."""
        more_is_better = self.target.startswith(">=")
        over = (self.theirs / self.ours if more_is_better else self.ours / self.theirs) if self.ours else 0.0
        limit = float(self.target.strip("<>= x").replace(",", ""))
        kept = over >= limit if more_is_better else over <= limit
        return f"| {self.what} | {self.ours:,.2f} | {self.theirs:,.2f} | {over:,.1f} | {self.target} | {_word(kept)} |"


def _word(kept: bool) -> str:
    return "yes" if kept else "**no**"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=float, default=1e6, help="how many events the log has (default: one million)")
    parser.add_argument("--memory", default="2.5GB", help="DuckDB's memory limit (default: 2.5GB)")
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    parser.add_argument("--only", choices=SUBJECTS, nargs="*", default=list(SUBJECTS), help="measure these alone")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="terreng-bench-") as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "log.csv").exists():
            synthetic.write_csv(folder / "log.csv", int(chosen.events))
        if not (folder / "wide.csv").exists():
            synthetic.write_wide_csv(folder / "wide.csv", int(chosen.events))
        if not (folder / "links.duckdb").exists() and any("persons" in name for name in chosen.only):
            people.write_links(folder / "links.duckdb", int(chosen.events))
        answers: Answers = {}
        for name in chosen.only:
            answers[name] = (_doubled if name == "effects" else _measured)(name, folder, chosen.memory)
            _say(f"{name}: {json.dumps(answers[name])}")
    _say("\n".join(["", *_steps(answers), *_effects(answers), "", *_ratios(answers)]))


def _measured(name: str, folder: Path, memory: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.subjects", name, str(folder), memory]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _doubled(name: str, folder: Path, memory: str) -> dict[str, Any]:
    """The same for twice as many people each time."""
    doublings = []
    for people_n in effects.PEOPLE:
        (folder / "people.txt").write_text(str(people_n), encoding="utf-8")
        doublings.append(_measured(name, folder, memory))
    return {"doublings": doublings}


def _steps(answers: Answers) -> list[str]:
    """What a run costs, step by step."""
    lines = ["| step | CPU s | peak GB of its process |", "|---|---|---|"]
    for subject, names in {"take_in": ("ingest",), "run": ("persons", "reconstruct", "compare", "publish")}.items():
        if subject in answers:
            cpu, peak = answers[subject]["cpu_s"], answers[subject]["peak_gb"]
            lines += [f"| {name} | {cpu[name]:.1f} | {peak:.2f} |" for name in names]
    return lines


def _effects(answers: Answers) -> list[str]:
    """What it costs to say what departures cost, at each number of people that was measured."""
    if "effects" not in answers:
        return []
    lines = ["", "| people | events | CPU s | wall s | a doubling costs | peak GB |", "|---|---|---|---|---|---|"]
    before = 0.0
    for answer in answers["effects"]["doublings"]:
        numbers, cpu = answer["numbers"], sum(answer["cpu_s"].values())
        times = f"{cpu / before:.2f} x" if before else ""
        wall, peak = sum(answer["wall_s"].values()), answer["peak_gb"]
        lines.append(
            f"| {numbers['people']:,} | {numbers['events']:,} | {cpu:.1f} | {wall:.1f} | {times} | {peak:.2f} |"
        )
        before = cpu
    last = answers["effects"]["doublings"][-1]["cpu_s"]
    return [*lines, "", "| step | CPU s |", "|---|---|", *(f"| {name} | {cpu:.1f} |" for name, cpu in last.items())]


def _ratios(answers: Answers) -> list[str]:
    head = ["| what | ours | theirs | ratio | target | kept |", "|---|---|---|---|---|---|"]
    return head + [line.text for line in (*_loads(answers), *_mined(answers), *_aligned(answers), *_joined(answers))]


def _loads(answers: Answers) -> list[Line]:
    lines = []
    plain = answers.get("plain_load", {}).get("cpu_s", {})
    for shape, suffix in (("three columns", ""), ("ten columns", "_wide")):
        if {f"take_in{suffix}", f"plain_load{suffix}"} <= set(answers):
            for unit, costs in (("CPU s", "cpu_s"), ("wall s", "wall_s")):
                ours, theirs = (
                    answers[f"take_in{suffix}"][costs]["ingest"],
                    answers[f"plain_load{suffix}"][costs]["load"],
                )
                lines.append(Line(f"ingest of {shape} / DuckDB's plain typed load, {unit}", ours, theirs, "<= 1.5 x"))
    if plain and "run" in answers:
        ours = sum(answers["run"]["cpu_s"][model] for model in JOURNEY_MODELS)
        lines.append(Line("journeys from events / DuckDB's sort of the rows, CPU s", ours, plain["sort"], "<= 3 x"))
    return lines


def _mined(answers: Answers) -> list[Line]:
    if not {"mine", "mine_with_pm4py"} <= set(answers):
        return []
    ours, theirs = answers["mine"]["cpu_s"], answers["mine_with_pm4py"]["cpu_s"]
    return [Line(f"{name} / pm4py on polars, CPU s", ours[name], theirs[name], ">= 10 x") for name in ours]


def _aligned(answers: Answers) -> list[Line]:
    lines = []
    for subject, what in (("alignments", "alignment"), ("many_variants", "alignment of 100,000 distinct variants")):
        if subject not in answers:
            continue
        cpu, numbers = answers[subject]["cpu_s"], answers[subject]["numbers"]
        ours = cpu["ours"] / numbers["variants"] * 1e6
        lines += [
            Line(f"{what} / {name}, microseconds of CPU a variant", ours, cpu[name] / numbers[count] * 1e6, target)
            for name, count, target in (
                ("pm4py", "pm4py_variants", ">= 1,000 x"),
                ("r4pm", "r4pm_aligned", ">= 50 x"),
            )
        ]
    return lines


def _joined(answers: Answers) -> list[Line]:
    if not {"persons", "persons_with_networkx"} <= set(answers):
        return []
    ours, theirs = answers["persons"]["cpu_s"], answers["persons_with_networkx"]["cpu_s"]["components"]
    return [
        Line("components under three rules / networkx, CPU s", ours["components"], theirs, ">= 5 x"),
        Line("links judged, joined and written / networkx, CPU s", ours["persons"], theirs, ">= 1 x"),
    ]


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
