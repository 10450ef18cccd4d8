"""`terreng journey` and `terreng deviations` on a workspace of 40 customers, ten of whom order without signing up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import duckdb
import pytest

if TYPE_CHECKING:
    from tests.conftest import Terreng


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the workspace lies after its run: made once, for nothing here writes into it."""
    return tmp_path_factory.mktemp("kept") / "shop"


@pytest.fixture
def ran(terreng: Terreng, request: pytest.FixtureRequest, kept: Path) -> Path:
    if not kept.exists():
        request.getfixturevalue("workspace").rename(kept)
        assert terreng("run", "--workspace", kept).code == 0
    return kept


def published(ran: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(ran / "published" / "terreng.duckdb"), read_only=True) as connection:
        return connection.sql(sql).fetchall()


def test_deviations_are_listed_commonest_first(terreng: Terreng, ran: Path) -> None:
    answer = terreng("deviations", "-w", ran)

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[1].startswith("become_customer: missing: Sign up")


def test_a_card_shows_three_journeys_and_its_sql_returns_the_others(terreng: Terreng, ran: Path) -> None:
    text = terreng("deviations", "missing:signup", "-w", ran).out
    (card,) = json.loads(terreng("deviations", "missing:signup", "-w", ran, "--json").out)

    departed = {row[0] for row in published(ran, "SELECT journey_id FROM deviations WHERE kind = 'missing'")}
    others = {row[0] for row in published(ran, card["sql"])}

    assert (card["journeys_n"], len(card["journey_ids"]), len(others)) == (10, 3, 7)
    assert others | set(card["journey_ids"]) == departed
    assert card["sql"] in text
    assert all(f"{n}. {name}" in text for n, name in enumerate(card["journey_ids"], 1))
    assert text.count("planned  ●") == 3


def test_every_card_s_sql_returns_as_many_as_the_rate_counts(terreng: Terreng, ran: Path) -> None:
    cards = json.loads(terreng("deviations", "-w", ran, "--json").out)

    assert cards
    for card in cards:
        assert len(published(ran, card["sql"])) == card["journeys_n"] - len(card["journey_ids"])


def test_a_deviation_of_few_journeys_has_no_card(terreng: Terreng, ran: Path) -> None:
    settings = ran / "terreng.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f"{text}\n[privacy]\nminimum_cell = 11\n", encoding="utf-8")
    answer = terreng("deviations", "missing:signup", "-w", ran)
    settings.write_text(text, encoding="utf-8")

    assert (answer.code, answer.out) == (0, "No such deviation that may be shown.\n")
    assert "1 deviation is not shown" in answer.err


def test_no_card_to_show_is_not_told_as_none(terreng: Terreng, ran: Path) -> None:
    settings = ran / "terreng.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f"{text}\n[privacy]\nminimum_cell = 50\n", encoding="utf-8")
    answers = terreng("deviations", "-w", ran), terreng("findings", "-w", ran)
    settings.write_text(text, encoding="utf-8")

    assert [answer.out.split(":")[0].strip() for answer in answers] == ["No deviation may be shown.", "No findings"]
    assert "as designed" not in answers[0].out + answers[1].out


@pytest.mark.parametrize("asked", ["missing:Sign up", "missing: sign up", "Missing: signup"])
def test_a_deviation_is_asked_for_as_it_is_listed(terreng: Terreng, ran: Path, asked: str) -> None:
    assert terreng("deviations", asked, "-w", ran).out == terreng("deviations", "missing:signup", "-w", ran).out


def test_an_unknown_map_is_refused(terreng: Terreng, ran: Path) -> None:
    answer = terreng("deviations", "--journey", "become_custome", "-w", ran)

    assert answer.code == 2
    assert "did you mean 'become_customer'?" in answer.err


def test_an_unknown_kind_is_refused(terreng: Terreng, ran: Path) -> None:
    answer = terreng("deviations", "mising:signup", "-w", ran)

    assert answer.code == 2
    assert "one of missing, ad_hoc" in answer.err


def test_a_journey_is_shown_on_its_map(terreng: Terreng, ran: Path) -> None:
    ((name, event),) = published(
        ran, "SELECT d.journey_id, e.event_id FROM deviations d JOIN journey_events e USING (journey_id) LIMIT 1"
    )
    answer = terreng("journey", str(name), "-w", ran)
    told = json.loads(terreng("journey", str(name), "-w", ran, "--json").out)

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"{name}  Become a customer")
    assert str(event) in answer.out
    assert "missing: Sign up" in answer.out
    assert [(each["planned"], each["actual"], each["differs"]) for each in told["columns"]] == [
        ("visit", "visit", []),
        ("signup", None, ["missing"]),
        ("first_value", "first_value", []),
    ]


def test_what_comes_next_by_design_is_told_of_a_journey_on_its_way(terreng: Terreng, ran: Path) -> None:
    ((name,),) = published(
        ran, "SELECT journey_id FROM journeys WHERE rule = 'default' AND status <> 'converted' ORDER BY 1 LIMIT 1"
    )

    assert "next by design: Sign up" in terreng("journey", str(name), "-w", ran).out


def test_a_picture_is_written(terreng: Terreng, ran: Path, tmp_path: Path) -> None:
    ((name,),) = published(ran, "SELECT journey_id FROM deviations LIMIT 1")
    to = tmp_path / "one.svg"

    assert terreng("journey", str(name), "--svg", to, "-w", ran).out == f"{to}\n"
    assert ElementTree.parse(to).getroot().tag.endswith("svg")  # noqa: S314 - our own file
    assert terreng("journey", str(name), "--svg", tmp_path / "no" / "one.svg", "-w", ran).code == 4


def test_a_person_is_known_by_any_of_her_ids(terreng: Terreng, ran: Path) -> None:
    ((person, pseudonym),) = published(
        ran, "SELECT j.person_id, p.id FROM journeys j JOIN persons p USING (person_id, rule)"
             " WHERE rule = 'default' ORDER BY 1 LIMIT 1"
    )  # fmt: skip
    shown = {terreng("journey", each, "-w", ran).out for each in (str(person), str(pseudonym))}

    assert len(shown) == 1
    assert f"person {person}" in shown.pop()
    assert terreng("journey", "C012", "-w", ran).out.startswith("j")


def test_a_journey_under_another_rule_is_refused(terreng: Terreng, ran: Path) -> None:
    ((name,),) = published(ran, "SELECT journey_id FROM journeys WHERE rule = 'strict' LIMIT 1")
    answer = terreng("journey", str(name), "-w", ran)

    assert answer.code == 2
    assert "under the strict rule" in answer.err


def test_an_unknown_id_is_refused_and_not_repeated(terreng: Terreng, ran: Path) -> None:
    answer = terreng("journey", "kari@example.org", "-w", ran)

    assert answer.code == 2
    assert "kari" not in answer.err + answer.out


def test_a_broken_map_does_not_hide_what_is_published(terreng: Terreng, ran: Path) -> None:
    path = ran / "maps" / "first.yaml"
    text = path.read_text(encoding="utf-8")
    ((name,),) = published(ran, "SELECT journey_id FROM deviations LIMIT 1")
    path.write_text(text.replace("flow:", "flaw:"), encoding="utf-8")
    answer = terreng("journey", str(name), "-w", ran)
    path.write_text(text, encoding="utf-8")

    assert answer.code == 0
    assert answer.out.startswith(f"{name}  become_customer")
    assert "map lint" in answer.err


def test_of_a_person_with_several_journeys_there_is_a_list(terreng: Terreng, workspace: Path) -> None:
    export = workspace / "exports" / "shop" / "events.csv"
    again = "".join(f"2026-05-0{day}T10:00:00Z,{step},C001,north\n" for day, step in ((1, "visit"), (2, "order")))
    export.write_text(export.read_text(encoding="utf-8") + again, encoding="utf-8")
    assert terreng("run", "--workspace", workspace).code == 0

    listed = terreng("journey", "C001", "-w", workspace).out.splitlines()
    told = json.loads(terreng("journey", "C001", "-w", workspace, "--json").out)

    columns = ["journey_id", "journey", "status", "entered_at", "last_at", "touchpoint", "events_n", "assignment"]
    assert listed[0].split() == columns
    assert [row["entered_at"][:10] for row in told] == ["2026-03-02", "2026-05-01"]
    assert [line.split()[0] for line in listed[1:]] == [row["journey_id"] for row in told]
    assert "2026-05-01 12:00" in listed[2]  # in the workspace's zone
