"""Maps of four public logs: they lint clean against the log's activities and say what the published nets say."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from models.automaton import Automaton, compile_flow
from models.globs import matches
from models.map_lint import Seen, lint
from models.net import automaton_of, net_of
from pipelines.mining import is_sound, read_bpmn, read_pnml
from schemas.journey_map import JourneyMap, load_map

MAPS = Path(__file__).parent / "maps"
NAMES = ("helpdesk", "loan_application", "receipt_two_systems", "traffic_fines")
AS_OF = datetime(2026, 11, 1, tzinfo=UTC)


@cache
def log(name: str, data: Path) -> pl.DataFrame:
    """One row per event, in order: case, activity."""
    folder = data / name
    match name:
        case "helpdesk":
            return _xes(folder / "helpdesk.xes.gz")
        case "loan_application":
            frame = pl.read_csv(folder / "log.csv.gz").sort("case_id", "start_time", maintain_order=True)
            return frame.select(case="case_id", activity="activity")
        case "receipt_two_systems":
            frame = pl.read_csv(folder / "receipt.csv")
            return frame.select(case="case:concept:name", activity="concept:name", moment="time:timestamp").sort(
                "case", "moment", maintain_order=True
            )
        case _:
            frame = pl.read_csv(folder / "traffic_fines.csv.gz", infer_schema_length=None)
            return frame.sort("case_id", "timestamp", ".order").select(case="case_id", activity="activity")


def _xes(path: Path) -> pl.DataFrame:
    """The order of the file; case and activity are the first `concept:name` of a trace and of an event."""
    rows, case = [], ""
    for block in re.split(r"<(?=trace>|event>)", gzip.decompress(path.read_bytes()).decode()):
        name = re.search(r'key="concept:name" value="([^"]*)"', block)
        if name and block.startswith("trace>"):
            case = name[1]
        elif name and block.startswith("event>"):
            rows.append((case, name[1]))
    return pl.DataFrame(rows, schema=["case", "activity"], orient="row")


def traces(name: str, data: Path) -> pl.DataFrame:
    """One row per variant: its activities, and how many cases took it."""
    cases = log(name, data).group_by("case", maintain_order=True).agg(pl.col("activity"))
    return cases.group_by("activity").agg(cases_n=pl.len())


def named(journey_map: JourneyMap, activity: str) -> str:
    """The touchpoint of an activity, by the first rule that matches; the activity where none does."""
    for name in journey_map.rule_order:
        for rule in journey_map.rules_of(name):
            if all(any(matches(pattern, activity) for pattern in patterns) for patterns in rule.values()):
                return name
    return activity


def fitting(name: str, data: Path) -> tuple[int, int]:
    """How many cases the map accepts, of how many."""
    journey_map = load_map(MAPS / f"{name}.yaml")
    automaton = compile_flow(journey_map.flow)
    rows = traces(name, data).rows()
    fits = sum(n for trace, n in rows if automaton.accepts([named(journey_map, activity) for activity in trace]))
    return fits, sum(n for _, n in rows)


@pytest.mark.parametrize("name", NAMES)
def test_a_map_of_a_real_log_lints_clean_and_knows_every_activity(name: str, shared_data: Path) -> None:
    journey_map = load_map(MAPS / f"{name}.yaml")
    activities = log(name, shared_data)["activity"].unique()
    assert lint(journey_map, Seen(frozenset(("log", activity) for activity in activities)), AS_OF) == ()
    assert [a for a in activities if named(journey_map, a) not in journey_map.names] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_map_of_a_real_log_is_a_sound_net(name: str) -> None:
    assert is_sound(net_of(load_map(MAPS / f"{name}.yaml").flow))


def language(automaton: Automaton) -> tuple[object, ...]:
    """A minimal automaton with numbered states as plain values: equal for equal languages."""
    numbers = (automaton.source, automaton.letter, automaton.target, automaton.accepting)
    return automaton.letters, *(column.tolist() for column in numbers)


def test_the_map_of_fines_says_exactly_what_its_net_says(shared_data: Path) -> None:
    net = read_pnml(shared_data / "traffic_fines" / "data_petri_net.pnml")
    assert language(compile_flow(load_map(MAPS / "traffic_fines.yaml").flow)) == language(automaton_of(net))


def test_the_map_of_loans_says_exactly_what_its_bpmn_says(shared_data: Path) -> None:
    net = read_bpmn(shared_data / "loan_application" / "designed.bpmn")
    assert language(compile_flow(load_map(MAPS / "loan_application.yaml").flow)) == language(automaton_of(net))


@pytest.mark.parametrize(
    ("name", "events_n", "cases_n", "variants_n", "fitting_n"),
    [
        ("traffic_fines", 34_724, 10_000, 44, 9_464),
        ("loan_application", 7_495, 1_000, 42, 1_000),
        ("helpdesk", 21_348, 4_580, 226, 3_375),
        ("receipt_two_systems", 8_577, 1_434, 116, 1_135),
    ],
)
def test_fitting_cases_are_as_many_as_known(
    name: str, events_n: int, cases_n: int, variants_n: int, fitting_n: int, shared_data: Path
) -> None:
    assert (log(name, shared_data).height, traces(name, shared_data).height) == (events_n, variants_n)
    assert fitting(name, shared_data) == (fitting_n, cases_n)
