"""`terreng identity`: the audit, the chain of evidence, and the map of ids."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.commands.init import init
from pipelines.run import run
from pipelines.settings import load_settings

if TYPE_CHECKING:
    from tests.conftest import Terreng

WEB = """time,event,customer,cookie,mail
2026-03-01T10:00:00Z,visit,,c1,
2026-03-01T10:05:00Z,signup,A1,c1,
2026-03-02T10:00:00Z,visit,,c2,kari@example.org
2026-03-03T10:00:00Z,visit,A2,c3,
2026-03-04T10:00:00Z,visit,A1,kiosk,
2026-03-04T11:00:00Z,visit,A2,kiosk,
2026-03-04T11:05:00Z,visit,,kiosk,
2026-03-05T10:00:00Z,visit,=A3,c4,ola@example.org
"""
CRM = "customer,mail,lead\nA1,Kari@Example.org ,L1\nA2,ola@example.org,L2\n"
TOML = """[workspace]
name = "Shop"
[warehouse]
memory_limit = "500MB"
[[sources]]
name = "shop"
kind = "table"
path = "web.csv"
[sources.columns]
occurred_at = "time"
activity = "event"
identities = {customer_id = "customer", cookie = "cookie", email = "mail"}
[[sources]]
name = "crm"
kind = "table"
path = "crm.csv"
columns = {identities = {customer_id = "customer", email = "mail", lead = "lead"}}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after one run."""
    folder = tmp_path_factory.mktemp("shop") / "shop"
    init(folder)
    for name, text in (("terreng.toml", TOML), ("web.csv", WEB), ("crm.csv", CRM)):
        (folder / name).write_text(text, encoding="utf-8")
    run(load_settings(folder))
    return folder


def explained(terreng: Terreng, shop: Path, *ids: str, rule: str = "default") -> dict[str, Any]:
    answer = terreng("identity", "explain", *ids, "--rule", rule, "-w", shop, "--json")
    assert answer.code == 0, answer.err
    found: dict[str, Any] = json.loads(answer.out)
    return found


def chain(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(step["from_type"], step["to_type"], step["strength"]) for step in found["chain"]]


def test_the_audit_shows_sizes_guards_splits_and_what_each_source_rests_on(terreng: Terreng, shop: Path) -> None:
    audit = json.loads(terreng("identity", "audit", "-w", shop, "--json").out)
    assert {row["rule"]: row["persons_n"] for row in audit["persons"]} == {"strict": 7, "default": 5, "loose": 3}
    assert audit["sizes"][0] == {"ids": "1", "strict_n": 4, "default_n": 2, "loose_n": 0}
    shop_of = {row["rule"]: row for row in audit["stitching"] if row["source"] == "shop"}
    assert shop_of["default"]["stitched_share"] == 1.0
    assert (shop_of["strict"]["stitched_share"], shop_of["strict"]["known_share"]) == (7 / 8, 7 / 8)
    assert (shop_of["strict"]["lent_n"], shop_of["strict"]["events_n"]) == (1, 8)
    assert {(row["blocked_by"], row["left_type"], row["right_type"]): row["links_n"] for row in audit["guards"]} == {
        ("cardinality", "cookie", "customer_id"): 2,
        ("cardinality", "cookie", "email"): 1,
        ("cardinality", "customer_id", "email"): 2,
        ("cardinality", "email", "lead"): 1,
    }
    assert audit["split"] == []
    assert audit["largest"][0]["ids"] == "2 cookie, 1 customer_id, 1 email, 1 lead"
    assert audit["changes"] == []


def test_a_plain_id_is_explained_by_its_chain_and_not_shown(terreng: Terreng, shop: Path) -> None:
    found = explained(terreng, shop, "c2")
    assert chain(found) == [("cookie", "email", "default"), ("email", "customer_id", "default")]
    assert found["chain"][0]["sources"] == ["shop"]
    assert found["chain"][1]["sources"] == ["crm"]
    assert found["chain"][0]["first_seen_at"].startswith("2026-03-02T10:00:00")
    assert {row["id_type"] for row in found["ids"]} == {"cookie", "customer_id", "email", "lead"}
    assert {row["rule"]: row["ids_n"] for row in found["persons"]} == {"strict": 1, "default": 5, "loose": 6}
    told = terreng("identity", "explain", "KARI@example.org", "-w", shop)
    assert "kari" not in (told.out + told.err).lower()


def test_an_id_may_name_its_type(terreng: Terreng, shop: Path) -> None:
    assert explained(terreng, shop, "cookie=c1")["persons"] == explained(terreng, shop, "c1")["persons"]


def test_bytes_that_are_no_text_are_a_mistake_and_no_defect(terreng: Terreng, shop: Path) -> None:
    for command in (("identity", "explain"), ("erase", "--yes", "--type", "cookie")):
        answer = terreng(*command, "c1\udcff", "-w", shop)
        assert (answer.code, "not UTF-8" in answer.err) == (2, True)


def test_two_ids_of_one_person_are_explained_by_the_chain_between_them(terreng: Terreng, shop: Path) -> None:
    assert chain(explained(terreng, shop, "c2", "c1")) == [
        ("cookie", "email", "default"),
        ("email", "customer_id", "default"),
        ("customer_id", "cookie", "strict"),
    ]


def test_two_persons_are_explained_by_the_guard_between_them(terreng: Terreng, shop: Path) -> None:
    answer = terreng("identity", "explain", "A1", "A2", "-w", shop, "--json")
    found = json.loads(answer.out)
    assert [(step["strength"], step["blocked_by"]) for step in found["chain"]] == [
        ("loose", "cardinality"), ("none", "cardinality")
    ]  # fmt: skip
    assert "two persons under the default rule" in answer.err


def test_a_pseudonym_is_explained_too(terreng: Terreng, shop: Path) -> None:
    by_id = explained(terreng, shop, "A1")
    person = by_id["persons"][0]["person_id"]
    assert explained(terreng, shop, person)["ids"] == by_id["ids"]
    assert chain(by_id) == []  # she is named after it


@pytest.mark.parametrize("text", ["nobody@example.com", "cookie=nothing", "p_00000000000000000000", "null"])
def test_an_unknown_id_is_not_repeated(terreng: Terreng, shop: Path, text: str) -> None:
    answer = terreng("identity", "explain", text, "-w", shop)
    assert answer.code == 2
    assert text not in answer.err


def test_an_id_can_come_from_stdin(terreng: Terreng, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("c2\n"))
    assert len(explained(terreng, shop, "-")["chain"]) == 2


def test_the_map_has_every_id_once_and_no_plain_one(terreng: Terreng, shop: Path) -> None:
    assert terreng("identity", "map", "--to", shop / "map.csv", "-w", shop).code == 0
    rows = list(csv.DictReader((shop / "map.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["id_type"] for row in rows].count("cookie") == 5
    assert set(rows[0]) == {"rule", "person_id", "id_type", "id"}
    assert len({(row["id_type"], row["id"]) for row in rows}) == len(rows) == 12
    assert "example" not in (shop / "map.csv").read_text(encoding="utf-8")


def test_the_raw_map_is_for_its_owner_alone_and_runs_nothing_in_a_spreadsheet(terreng: Terreng, shop: Path) -> None:
    to = shop / "raw.csv"
    to.write_text("old", encoding="utf-8")
    answer = terreng("identity", "map", "--to", to, "--raw", "-w", shop)
    assert "in the clear" in answer.err
    values = {row["value"] for row in csv.DictReader(to.read_text(encoding="utf-8").splitlines())}
    assert {"'=A3", "kari@example.org", "A1"} <= values
    assert stat.S_IMODE(to.stat().st_mode) == 0o600


def test_a_map_that_cannot_be_written_ends_with_four(terreng: Terreng, shop: Path) -> None:
    answer = terreng("identity", "map", "--to", shop / "no" / "map.csv", "-w", shop)
    assert (answer.code, "Traceback" in answer.err) == (4, False)
