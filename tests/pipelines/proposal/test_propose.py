"""What a look at files proposes; no value of a row is in it."""

from __future__ import annotations

import gzip
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.proposal import Proposal, propose


class Folder:
    """A folder of files, and what is proposed for them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, *lines: str, encoding: str = "utf-8") -> Path:
        """A file of these lines."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = ("\n".join(lines) + "\n").encode(encoding)
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    def proposed(self) -> tuple[Proposal, list[dict[str, Any]]]:
        """What is proposed for all of them, and its sources."""
        found = propose([self.root], self.root)
        return found, tomllib.loads(found.text).get("sources", [])


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def rows(*names: str, count: int = 40) -> list[str]:
    """A header and rows of plausible values for these columns."""
    made: dict[str, Callable[[int], str]] = {
        "customer": lambda n: f"K{n % 15}",
        "at": lambda n: f"2026-03-{1 + n % 28:02d}T10:{n % 60:02d}:00Z",
        "event": lambda n: ("visit", "order", "pay")[n % 3],
        "mail": lambda n: f"person{n % 15}@example.com",
        "name": lambda n: f"Kari Nordmann {n % 15}",
        "amount": lambda n: f"{n}.50",
        "day": lambda n: f"2026-03-{1 + n % 28:02d}",
        "norsk": lambda n: f"{1 + n % 28:02d}.03.2026 10:{n % 60:02d}",
        "epoch": lambda n: str(1772359200000 + n * 1000),
        "us": lambda n: f"03/{1 + n % 28:02d}/2026",
        "either": lambda n: f"0{1 + n % 9}/0{1 + n % 9}/2026",
        "row": str,
        "seq": str,
        "comment": lambda n: f"She told us about number {n} and her neighbour's dog at length",
    }
    return [
        ",".join(names),
        *(",".join(made[name.partition(":")[2] or name](n) for name in names) for n in range(count)),
    ]


def named(lines: list[str]) -> list[str]:
    """The lines with a header of the names before the colons."""
    return [",".join(name.partition(":")[0] for name in lines[0].split(",")), *lines[1:]]


def test_a_table_is_recognised_by_its_names_and_its_values(folder: Folder) -> None:
    lines = named(
        rows("id:row", "Kundenr:customer", "E-post:mail", "Tidspunkt:at", "Hendelse:event", "beløp:amount", "navn:name")
    )
    folder.put("shop.csv", *lines)

    found, [source] = folder.proposed()

    assert source == {
        "name": "shop", "kind": "table", "path": "shop.csv",
        "columns": {
            "event_id": "id", "occurred_at": "Tidspunkt", "activity": "Hendelse", "attributes": ["beløp"],
            "identities": {"customer_id": "Kundenr", "email": "E-post"},
        },
    }  # fmt: skip
    assert 'may stand there: "navn"' in found.text
    assert not any(value in found.text + "".join(found.told) for value in ("person1", "Nordmann", "K1"))


@pytest.mark.parametrize(
    ("values", "occurred_at", "told"),
    [
        ("at", "time", "(instants)"),
        ("day", "time", "(whole days, without a zone"),
        ("norsk", {"column": "time", "format": "%d.%m.%Y %H:%M"}, "without a zone"),
        ("epoch", {"column": "time", "unit": "ms"}, "(numbers)"),
        ("us", {"column": "time", "format": "%m/%d/%Y"}, "Unsure: days have no hours"),
        ("either", {"column": "time", "format": "%d/%m/%Y"}, "Unsure: whether the day or the month comes first"),
    ],
)
def test_times_are_read_in_the_form_that_they_have(folder: Folder, values: str, occurred_at: object, told: str) -> None:
    folder.put("a.csv", *named(rows(f"time:{values}", "event", "customer")))

    found, [source] = folder.proposed()

    assert source["columns"]["occurred_at"] == occurred_at
    assert told in found.text


def test_days_take_their_order_from_a_column_that_says_it(folder: Folder) -> None:
    folder.put("a.csv", *named(rows("timestamp:day", "activity:event", "case_id:customer", ".order:seq")))

    _, [source] = folder.proposed()

    assert source["columns"] == {
        "occurred_at": "timestamp", "activity": "activity", "order": ".order", "identities": {"case": "case_id"},
        "attributes": [],
    }  # fmt: skip


def test_deliveries_of_one_table_are_one_source_with_a_glob(folder: Folder) -> None:
    for day in ("2026-03-01", "2026-03-02"):
        folder.put(f"in/shop_{day}.csv.gz", *rows("at", "event", "customer"))
    folder.put("in/calls.csv", *named(rows("at", "event", "user_id:customer", "channel:event")))

    _, sources = folder.proposed()

    assert [(source["name"], source["path"]) for source in sources] == [
        ("calls", "in/calls.csv"), ("shop", "in/*.csv.gz"),
    ]  # fmt: skip


def test_a_link_table_says_what_the_ids_of_other_files_are_called(folder: Folder) -> None:
    links = ["case_LEFT,case_RIGHT", *(f"L{n},R{n}" for n in range(30))]
    folder.put("relations.csv", *links)
    for side in "LR":
        body = [f"2026-03-01T10:{n:02d}:00Z,step {n % 3},{side}{n}" for n in range(30)]
        folder.put(f"log_{side}.csv", "time:timestamp,concept:name,case:concept:name", *body)

    _, sources = folder.proposed()

    assert {source["name"]: source["columns"]["identities"] for source in sources} == {
        "log_l": {"case_left": "case:concept:name"}, "log_r": {"case_right": "case:concept:name"},
        "relations": {"case_left": "case_LEFT", "case_right": "case_RIGHT"},
    }  # fmt: skip


def test_what_is_unsure_is_said(folder: Folder) -> None:
    folder.put("visits.csv", *named(rows("started_at:at", "ended_at:at", "who:customer", "comment")))

    found, [source] = folder.proposed()

    assert source["columns"]["activity"] == {"value": "visits"}
    assert 'Unsure: the time could also be "ended_at"' in found.text
    assert "Unsure: no column says what happened" in found.text
    assert 'may stand there: "comment"' in found.text


def test_what_cannot_be_a_source_is_left_aside_with_its_reason(folder: Folder) -> None:
    folder.put("prices.csv", "product,price", *(f"p{n},{n}.5" for n in range(30)))
    folder.put("empty.csv")
    folder.put("notes.md", "# nothing")

    found, sources = folder.proposed()

    assert sources == []
    assert {line.partition(": ")[2].partition(":")[0] for line in found.told} == {"prices.csv", "empty.csv"}


def test_event_logs_are_recognised_by_what_is_in_them(folder: Folder) -> None:
    folder.put("a.xes", '<?xml version="1.0"?><log><trace/></log>')
    folder.put("b.json", '{"eventTypes": [], "objects": [{"id": "1", "type": "Order line"}], "events": []}')

    _, sources = folder.proposed()

    assert [(source["name"], source["kind"], source.get("objects")) for source in sources] == [
        ("a", "xes", None), ("b", "ocel", {"Order line": "order_line"}),
    ]  # fmt: skip


@pytest.mark.parametrize("system", ["hubspot", "salesforce", "zendesk", "intercom", "qualtrics"])
def test_a_systems_exports_are_one_source_of_its_kind(shared_data: Path, tmp_path: Path, system: str) -> None:
    found = propose([shared_data / "crm_connectors" / system], tmp_path)

    [source] = tomllib.loads(found.text)["sources"]
    assert (source["name"], source["kind"]) == (system, system)
    assert source["path"] == f"{shared_data.resolve()}/crm_connectors/{system}/*.csv"


def test_files_of_several_systems_in_one_folder_are_told_apart(shared_data: Path, folder: Folder) -> None:
    crm = shared_data / "crm_connectors"
    for origin in (crm / "hubspot/deal_stage_data.csv", crm / "zendesk/ticket_field_history_data.csv"):
        (folder.root / origin.name).write_bytes(origin.read_bytes())
    folder.put("shop.csv", *rows("at", "event", "customer"))

    _, sources = folder.proposed()

    assert [(source["kind"], source["path"]) for source in sources] == [
        ("hubspot", "deal_stage_data.csv"), ("zendesk", "ticket_field_history_data.csv"), ("table", "shop.csv"),
    ]  # fmt: skip


def test_ids_that_stand_in_several_systems_get_one_name(folder: Folder) -> None:
    people = [f"K{1000 + n}" for n in range(40)]
    users = [f"{n},p{n}@example.com,{who},end-user,2026-01-01T10:00:00Z" for n, who in enumerate(people)]
    folder.put("desk/user.csv", "id,email,external_id,role,created_at", *users)
    contacts = [f"003{n:012d},001{n:012d},p{n}@example.com,2026-01-01T10:00:00Z,{who}" for n, who in enumerate(people)]
    folder.put("crm/Contact.csv", "Id,AccountId,Email,CreatedDate,Customer_Number__c", *contacts)
    visits = [f"2026-03-01T10:{n:02d}:00Z,visit,{who}" for n, who in enumerate(people)]
    folder.put("web/shop.csv", "time,event,user_id", *visits)

    found, sources = folder.proposed()

    desk, crm, shop = (
        next(each for each in sources if each["kind"] == kind) for kind in ("zendesk", "salesforce", "table")
    )
    assert desk["ids"] == {"user_id": "customer_id"}
    assert crm["tables"] == {"contact": {"identities": {"customer_id": "Customer_Number__c"}}}
    assert shop["columns"]["identities"] == {"customer_id": "user_id"}
    assert "Unsure: which ids are other sources' ids" in found.text
    assert "K10" not in found.text


def test_an_archive_is_what_its_first_file_is(folder: Folder) -> None:
    inner = folder.put("shop.csv", *rows("at", "event", "customer"))
    with zipfile.ZipFile(folder.root / "export.zip", "w") as archive:
        archive.write(inner, "shop.csv")
    inner.unlink()

    _, [source] = folder.proposed()

    assert (source["name"], source["path"], source["columns"]["activity"]) == ("export", "export.zip", "event")
