from __future__ import annotations

import csv
import io
import shutil
from datetime import date
from pathlib import Path

import pytest

from pipelines.explore.desk import Desk, open_desk
from pipelines.explore.focus import Focus
from pipelines.explore.lists import FOLDER, id_type_choices, save, told
from pipelines.warehouse import reader
from tests.notebooks.conftest import JOURNEY

OSLO = Focus(JOURNEY, (("region", "Oslo"),))


@pytest.fixture(scope="module")
def copied(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example, for lists are written into it."""
    folder = tmp_path_factory.mktemp("lists") / "own"
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("warehouse*", "reports", "exports"))
    return folder


@pytest.fixture
def own(copied: Path) -> Desk:
    """The copy without any list."""
    shutil.rmtree(copied / FOLDER, ignore_errors=True)
    for path in ("crm.csv", "ids.txt", "few.txt"):
        (copied / path).unlink(missing_ok=True)
    return open_desk(copied)


def _rows(path: Path | None) -> list[str]:
    assert path is not None
    return [row[0] for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8")))]


def _pseudonyms(desk: Desk, where: str) -> set[str]:
    with reader(desk.settings) as connection:
        found = connection.execute(
            "SELECT DISTINCT id FROM persons WHERE rule = 'default' AND id_type = 'customer_id' AND person_id IN"
            " (SELECT person_id FROM journeys WHERE rule = 'default' AND assignment = 'this' AND journey = ?"
            f"  AND {where})",
            [JOURNEY],
        ).fetchall()
    return {name for (name,) in found}


def _customers(example: Path) -> list[str]:
    """The customers' numbers, as the CRM's own export has them."""
    with next((example / "exports" / "salesforce").glob("Contact.csv")).open(encoding="utf-8-sig", newline="") as file:
        return [row["Customer_Number__c"] for row in csv.DictReader(file) if row["Customer_Number__c"]]


def test_a_list_has_the_pseudonyms_of_its_people_and_nobody_else(own: Desk) -> None:
    saved = save(own, OSLO, id_type="customer_id", name="oslo")
    assert saved.trouble is None
    head, *rows = _rows(saved.path)
    assert head == "customer_id_pseudonym"
    assert set(rows) == _pseudonyms(own, "segments['region'] = 'Oslo'")
    assert saved.rows_n == len(rows)
    assert "oslo.csv" in told(saved)


def test_a_list_is_for_its_owner_alone(own: Desk) -> None:
    saved = save(own, OSLO, id_type="customer_id", name="oslo")
    assert saved.path is not None
    assert saved.path.parent == own.settings.root / FOLDER
    assert saved.path.stat().st_mode & 0o777 == 0o600
    assert saved.path.parent.stat().st_mode & 0o777 == 0o700


def test_of_the_crms_own_ids_those_in_the_part_are_written_as_they_stand_there(own: Desk, example: Path) -> None:
    numbers = _customers(example)
    file = own.settings.root / "crm.csv"
    file.write_text("Name;Number\n" + "".join(f"x;{number}\n" for number in [*numbers, "nobody"]), encoding="utf-8")
    whole = save(own, Focus(JOURNEY), id_type="customer_id", name="all", own_file="crm.csv", column="Number")
    assert whole.trouble is None, whole.trouble
    head, *rows = _rows(whole.path)
    assert head == "Number"
    assert len(rows) == len(_pseudonyms(own, "true"))
    assert set(rows) <= set(numbers)
    oslo = save(own, OSLO, id_type="customer_id", name="oslo", own_file="crm.csv", column="Number")
    assert set(_rows(oslo.path)[1:]) < set(rows)
    assert oslo.asked_n == len(numbers) + 1


def test_a_file_without_a_header_is_read_by_its_first_column(own: Desk, example: Path) -> None:
    numbers = _customers(example)
    (own.settings.root / "ids.txt").write_text("\n".join(numbers), encoding="utf-8")
    saved = save(own, Focus(JOURNEY), id_type="customer_id", name="all", own_file="ids.txt")
    assert len(_rows(saved.path)) == 1 + len(_pseudonyms(own, "true"))


def test_few_people_are_no_list(own: Desk, example: Path) -> None:
    few = save(own, OSLO, id_type="customer_id", name="few", own_file=_file(own, _customers(example)[:3]))
    assert few.path is None
    assert few.trouble is not None
    assert "fewer than" in few.trouble.got
    nobody = Focus(JOURNEY, from_on=date(2020, 1, 1), until_on=date(2020, 1, 1))
    assert save(own, nobody, id_type="customer_id", name="nobody").path is None
    assert not (own.settings.root / FOLDER).exists()


def _file(own: Desk, ids: list[str]) -> str:
    (own.settings.root / "few.txt").write_text("\n".join(ids), encoding="utf-8")
    return "few.txt"


@pytest.mark.parametrize("name", ["", "../out", "a/b", ".hidden", "a b", "x" * 80])
def test_a_name_stays_inside_the_folder(own: Desk, name: str) -> None:
    saved = save(own, OSLO, id_type="customer_id", name=name)
    assert saved.trouble is not None
    assert not (own.settings.root / FOLDER).exists()


@pytest.mark.parametrize(("content", "column"), [(b"\xff\xfe\x00bad\x00", ""), (b"a,b\n1,2\n", "number"), (None, "")])
def test_a_file_that_cannot_be_used_is_said_so_without_its_ids(own: Desk, content: bytes | None, column: str) -> None:
    if content is not None:
        (own.settings.root / "crm.csv").write_bytes(content)
    saved = save(own, OSLO, id_type="customer_id", name="oslo", own_file="crm.csv", column=column)
    assert saved.path is None
    assert saved.trouble is not None
    assert "crm.csv" in f"{saved.trouble}{saved.trouble.got}{saved.trouble.file}"


@pytest.mark.parametrize("path", ["~nobody_of_this_name/ids.txt", "x" * 5_000, "ids\0.txt"])
def test_a_path_that_no_file_can_have_is_said_to_be_none(own: Desk, path: str) -> None:
    saved = save(own, OSLO, id_type="customer_id", name="oslo", own_file=path)
    assert saved.trouble is not None
    assert "file" in told(saved)
    assert len(told(saved)) < 1_000


def test_types_of_ids_are_told_with_how_many_hold_them(own: Desk) -> None:
    choices = id_type_choices(own, OSLO)
    assert "customer_id" in choices.values()
    assert all("people" in label for label in choices)
