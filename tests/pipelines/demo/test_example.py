"""The example workspace: the same bytes for the same seed, rows that add up, and nobody's edits overwritten."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.connectors import tables_of
from pipelines.demo import ExampleReport, make_example
from pipelines.demo.story import END_US, OUTAGE_US, PLANTED, START_US
from pipelines.settings import load_settings
from schemas.errors import UsageError
from schemas.journey_map import load_maps

PEOPLE = 400
HEADER_ROWS = {"survey": 3}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> ExampleReport:
    return make_example(tmp_path_factory.mktemp("made") / "example", PEOPLE, seed=1)


@pytest.fixture(scope="module")
def truth(made: ExampleReport) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((made.root / "truth.json").read_text(encoding="utf-8"))
    return read


def digests(root: Path) -> dict[str, str]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def web_lines(root: Path) -> list[str]:
    files = sorted((root / "exports" / "web").iterdir())
    return [line for path in files for line in gzip.decompress(path.read_bytes()).decode().splitlines()]


def test_the_same_seed_gives_the_same_bytes(made: ExampleReport, tmp_path: Path) -> None:
    make_example(tmp_path / "again", PEOPLE, seed=1)
    assert digests(tmp_path / "again") == digests(made.root)


def test_another_seed_gives_other_people(made: ExampleReport, tmp_path: Path) -> None:
    make_example(tmp_path / "other", PEOPLE, seed=2)
    same = digests(tmp_path / "other").items() & digests(made.root).items()
    assert {name for name, _ in same} == {
        "README.md",
        "terreng.toml",
        "maps/become_customer.yaml",
        "maps/get_help.yaml",
    }


def test_every_row_of_every_source_has_one_fate(made: ExampleReport, truth: dict[str, Any]) -> None:
    for source in load_settings(made.root).sources:
        fates = truth["sources"][source.name]
        parts = [fates["accepted_n"], fates["duplicate_n"], *fates["dropped"].values(), *fates["rejected"].values()]
        files = [path for pattern in source.path for path in made.root.glob(pattern)]
        lines_n = sum(len(_text(path).splitlines()) for path in files)
        headers_n = 0 if source.name == "web" else HEADER_ROWS.get(source.name, 1) * len(files)
        assert lines_n - headers_n == fates["rows_n"] == sum(parts)
    assert sum(fates["rows_n"] for fates in truth["sources"].values()) == made.rows_n


def _text(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()


def test_every_drop_rule_of_the_settings_meets_rows(made: ExampleReport, truth: dict[str, Any]) -> None:
    settings = load_settings(made.root)
    for source in settings.sources:
        ours = {rule.reason for rule in source.drop}
        ours |= {rule.reason for changes in source.tables.values() for rule in changes.drop}
        known = {rule.reason for table in tables_of(settings, source) for rule in table.drop}
        assert ours <= set(truth["sources"][source.name]["dropped"]) <= known


def test_refused_rows_stay_within_the_tolerance_of_their_source(made: ExampleReport, truth: dict[str, Any]) -> None:
    for source in load_settings(made.root).sources:
        fates = truth["sources"][source.name]
        if source.name != "web":  # a small example has the same few broken lines as a large one
            assert sum(fates["rejected"].values()) <= source.tolerance * fates["rows_n"]


def test_what_was_delivered_lies_within_the_window_and_outside_the_outage(made: ExampleReport) -> None:
    readable = [json.loads(line) for line in web_lines(made.root) if line.endswith("}") and "(not set)" not in line]
    times = sorted(int(hit["event_timestamp"]) for hit in readable if hit["event_name"] != "user_engagement")
    people = [at for at in times if OUTAGE_US[0] <= at < OUTAGE_US[1]]
    assert times[0] >= START_US
    assert times[-1] < END_US
    assert len(people) < len(times) / 500  # bots and testers are not ours to switch off


def test_the_truth_counts_what_it_lists(truth: dict[str, Any]) -> None:
    assert truth["people_n"] == PEOPLE
    assert set(truth["planted"]) == set(PLANTED)
    for journey in truth["journeys"].values():
        assert sum(journey["by_status"].values()) == journey["journeys_n"] == len(journey["person"])
    for planted in truth["planted"].values():
        assert 0 < planted["exposed_n"] < planted["reached_n"]
        assert planted["exposed_lost_n"] <= planted["exposed_n"]


def test_the_vendors_pairs_are_told_right_and_wrong(made: ExampleReport, truth: dict[str, Any]) -> None:
    owners = truth["persons"]["cookie"]
    lines = (made.root / "exports" / "devices" / "device_graph.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = {tuple(line.split(",")) for line in lines}  # some come twice
    whole = [(a, b) for a, b, score, _ in rows if b and float(score) >= 0.5]
    right_n = sum(owners[a] == owners[b] for a, b in whole)
    assert truth["device_pairs"] == {"right_n": right_n, "wrong_n": len(whole) - right_n}
    assert len(whole) == len({frozenset(pair) for pair in whole})
    assert 0.8 < right_n / len(whole) < 0.97


def test_no_source_reads_the_truth(made: ExampleReport) -> None:
    paths = [path for source in load_settings(made.root).sources for path in source.path]
    assert all(path.startswith("exports/") for path in paths)


def test_the_maps_hold_what_their_examples_say(made: ExampleReport) -> None:
    assert [journey.journey for journey in load_maps(made.root / "maps")] == ["become_customer", "get_help"]


def test_edited_settings_and_maps_stay(tmp_path: Path) -> None:
    make_example(tmp_path, PEOPLE)
    for name in ("terreng.toml", "maps/get_help.yaml"):
        (tmp_path / name).write_text("# mine\n", encoding="utf-8")
    make_example(tmp_path, PEOPLE)
    for name in ("terreng.toml", "maps/get_help.yaml"):
        assert (tmp_path / name).read_text(encoding="utf-8") == "# mine\n"


def test_exports_of_an_earlier_example_do_not_stay(tmp_path: Path) -> None:
    make_example(tmp_path, PEOPLE)
    stale = tmp_path / "exports" / "web" / "events_20200101.jsonl.gz"
    stale.write_bytes(b"")
    make_example(tmp_path, PEOPLE)
    assert not stale.exists()


@pytest.mark.parametrize("name", ["thesis.docx", "terreng.toml"])
def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="something else"):
        make_example(tmp_path, PEOPLE)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_is_no_workspace(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file"):
        make_example(tmp_path / "file", PEOPLE)


def test_too_few_people_meet_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="5 people"):
        make_example(tmp_path / "small", 5)
