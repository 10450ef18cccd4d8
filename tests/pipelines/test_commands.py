"""Every command on one small workspace: what it prints, for people and for machines, and what it leaves."""

from __future__ import annotations

import gzip
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import polars as pl
import pytest

if TYPE_CHECKING:
    from tests.conftest import Terreng

NEXT_YEAR = (datetime.now(UTC) + timedelta(days=365)).date().isoformat()


@pytest.fixture
def ran(terreng: Terreng, workspace: Path) -> Path:
    """The small workspace after one run."""
    assert terreng("run", "--workspace", workspace).code == 0
    return workspace


def test_a_run_says_what_came_in_what_was_found_and_where_the_report_is(terreng: Terreng, workspace: Path) -> None:
    answer = terreng("run", "--workspace", workspace)
    assert (answer.code, answer.err) == (0, "")
    assert "shop    1        1            90      90          0            0          0" in answer.out
    assert "People: 40 from " in answer.out
    assert "Journeys: become_customer 40; as of 2026-03-20 12:00 UTC" in answer.out
    assert "10 journeys skip Sign up" in answer.out
    report = Path(answer.out.rsplit("Report: ", 1)[1].strip())
    assert report.is_file()


def test_a_second_run_of_the_same_exports_changes_nothing(terreng: Terreng, workspace: Path) -> None:
    first, second = (json.loads(terreng("run", "--workspace", workspace, "--json").out) for _ in range(2))
    assert (second["sources"][0]["new_files_n"], second["counts"]["events"]) == (0, 90)
    assert (first["findings"], first["journeys"]) == (second["findings"], second["journeys"])


def test_a_finding_of_an_earlier_snapshot_persists(terreng: Terreng, workspace: Path) -> None:
    earlier = terreng("run", "--workspace", workspace, "--as-of", "2026-03-20T12:00:00Z", "--json")
    later = terreng("run", "--workspace", workspace, "--as-of", "2026-03-21T12:00:00Z", "--json")
    states = [next(finding["state"] for finding in json.loads(each.out)["findings"]) for each in (earlier, later)]
    assert states == ["new", "persists"]


def test_the_four_commands_are_a_run(terreng: Terreng, workspace: Path) -> None:
    for name in ("ingest", "reconstruct", "compare", "report"):
        answer = terreng(name, "--workspace", workspace, "--json")
        assert (answer.code, answer.err) == (0, ""), name
        assert json.loads(answer.out)
    assert len(list((workspace / "reports").glob("*/report.html"))) == 1


def test_an_earlier_snapshot_leaves_out_what_came_later(terreng: Terreng, workspace: Path) -> None:
    answer = terreng("run", "--workspace", workspace, "--as-of", "2026-03-02", "--json")
    told = json.loads(answer.out)
    assert told["as_of"] == "2026-03-01T23:00:00+00:00"  # midnight in Oslo
    assert told["journeys"] == {"become_customer": 2}


def test_a_finding_can_be_accepted_until_a_day(terreng: Terreng, ran: Path) -> None:
    (finding,) = (f for f in json.loads(terreng("findings", "-w", ran, "--json").out) if "Sign up" in f["headline"])
    accept = ("findings", "accept", finding["finding_id"], "--until", NEXT_YEAR, "-w", ran)
    assert terreng(*accept, "--reason", "We rebuild the form in May").code == 0
    assert terreng("run", "-w", ran).code == 0
    (again,) = (f for f in json.loads(terreng("findings", "-w", ran, "--json").out) if "Sign up" in f["headline"])
    assert (again["state"], again["accepted_until"][:10]) == ("accepted", _day_before_in_utc(NEXT_YEAR))


def _day_before_in_utc(day: str) -> str:
    """Midnight in Oslo is still the day before in UTC."""
    return (datetime.fromisoformat(day) - timedelta(hours=1)).date().isoformat()


@pytest.mark.parametrize(
    ("finding_id", "reason", "until", "told"),
    [
        ("nonsense", "because", NEXT_YEAR, "nonsense"),
        ("nonsense", " ", NEXT_YEAR, "empty --reason"),
        ("nonsense", "because", "2020-01-01", "has passed"),
        ("nonsense", "because", "soon", "ISO 8601"),
    ],
)
def test_an_acceptance_that_makes_no_sense_is_refused(
    terreng: Terreng, ran: Path, finding_id: str, reason: str, until: str, told: str
) -> None:
    answer = terreng("findings", "accept", finding_id, "--reason", reason, "--until", until, "-w", ran)
    assert (answer.code, told in answer.err) == (2, True)


def test_check_ends_with_five_when_a_budget_is_broken(terreng: Terreng, ran: Path) -> None:
    path = ran / "maps" / "first.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "budget: [{touchpoint: visit, drop_off_at_most: 1.0}]\n", encoding="utf-8")
    assert terreng("check", "-w", ran).code == 0
    path.write_text(text + "budget: [{touchpoint: signup, promise_kept_at_least: 1.0}]\n", encoding="utf-8")
    answer = terreng("check", "-w", ran, "--json")
    (line,) = json.loads(answer.out)
    assert answer.code == (5 if line["verdict"] == "broken" else 0)


def test_identity_tells_how_ids_became_persons(terreng: Terreng, ran: Path) -> None:
    audit = json.loads(terreng("identity", "audit", "-w", ran, "--json").out)
    assert {row["rule"]: row["persons_n"] for row in audit["persons"]} == {"default": 40, "loose": 40, "strict": 40}
    to = ran / "out"
    assert terreng("export", "--format", "parquet", "-w", ran, "--to", to).code == 0
    person = pl.read_parquet(to / "persons.parquet")["person_id"][0]
    explained = json.loads(terreng("identity", "explain", person, "-w", ran, "--json").out)
    assert {row["person_id"] for row in explained["ids"]} == {person}
    assert terreng("identity", "explain", "nobody", "-w", ran).code == 2


def test_no_raw_id_is_published_or_exported(terreng: Terreng, ran: Path) -> None:
    to = ran / "out"
    for suffix in ("csv", "parquet", "xes"):
        assert terreng("export", "--format", suffix, "-w", ran, "--to", to).code == 0
    written = [*to.iterdir(), *(path for path in (ran / "reports").rglob("*") if path.is_file())]
    raw = [gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes() for p in written]
    assert [path.name for path, content in zip(written, raw, strict=True) if b"C012" in content] == []
    assert b"C012" not in (ran / "published" / "terreng.duckdb").read_bytes()


def test_journeys_leave_as_an_event_log(terreng: Terreng, ran: Path) -> None:
    assert terreng("export", "--format", "xes", "-w", ran, "--to", ran / "out").code == 0
    with gzip.open(ran / "out" / "become_customer.xes.gz") as file:
        log = ET.parse(file).getroot()  # noqa: S314 - our own file
    space = "{http://www.xes-standard.org/}"
    assert (len(log.findall(f"{space}trace")), len(log.findall(f"{space}trace/{space}event"))) == (40, 90)


def test_mine_discovers_the_flow(terreng: Terreng, ran: Path) -> None:
    told = json.loads(terreng("mine", "-w", ran, "--json").out)["become_customer"]
    follows = pl.read_csv(told["follows"])
    assert set(zip(follows["from_name"], follows["to_name"], follows["n"], strict=True)) == {
        ("visit", "signup", 20),
        ("signup", "first_value", 20),
        ("visit", "first_value", 10),
    }
    assert Path(told["bpmn"]).read_text(encoding="utf-8").startswith("<?xml")
    drawn = [Path(told[key]).read_text(encoding="utf-8") for key in ("process_picture", "bpmn_picture")]
    assert all(svg.startswith("<svg") and "</svg>" in svg for svg in drawn)


def test_a_report_can_be_written_again(terreng: Terreng, ran: Path) -> None:
    (report,) = (ran / "reports").glob("*/report.html")
    before = report.read_bytes()
    shutil.rmtree(report.parent)
    assert terreng("report", "-w", ran).code == 0
    assert report.read_bytes() == before


def test_lint_knows_the_activities_and_attributes_that_are_published(terreng: Terreng, ran: Path) -> None:
    path = ran / "maps" / "first.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}segments: {{region: region, place: regoin}}\n", encoding="utf-8")
    lint = terreng("map", "lint", path, "--workspace", ran)
    assert (lint.code, lint.err) == (0, "")
    assert 'the segment "place" by the attribute "regoin", which no event has' in lint.out
    assert 'did you mean "region"?' in lint.out
    assert '"region", which' not in lint.out


def test_lint_holds_a_map_against_the_published_events(terreng: Terreng, ran: Path) -> None:
    path = ran / "maps" / "first.yaml"
    more = "anytime: [chat]\ntouchpoints:\n  chat: {when: {source: shop, activity: visit, region: Mars}}\n"
    path.write_text(path.read_text(encoding="utf-8").replace("touchpoints:\n", more, 1), encoding="utf-8")
    lint = terreng("map", "lint", path, "--workspace", ran, "--json")
    assert [problem["got"] for problem in json.loads(lint.out)] == [
        '"chat", which no event is',
        'a rule of "tutorial" that no event has matched (source: shop, activity: tutorial)',
    ]
