"""`terreng erase`: nothing of her is left, nothing of others is gone, and she does not come back."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines import warehouse
from pipelines.privacy.asked import read_asked
from pipelines.settings import Settings
from pipelines.warehouse.commits import counter_file
from tests.conftest import Terreng
from tests.pipelines.privacy.conftest import CUSTOMER, MAIL, deliver, stands, visits

ROOT = Path(__file__).resolve().parents[3]
Pseudonym = Callable[[Settings, str, str], str]


def rows(settings: Settings, query: str) -> list[Any]:
    with warehouse.writer(settings) as con:
        return con.sql(query).fetchall()


def test_no_byte_and_no_row_of_her_is_left_and_others_keep_all(
    shop_run: Settings, terreng: Terreng, pseudonym: Pseudonym
) -> None:
    for export_format in ("csv", "parquet", "xlsx-tables", "xes"):
        terreng("export", "-f", export_format, "-w", shop_run.root)
    hers = [MAIL, CUSTOMER, pseudonym(shop_run, "email", MAIL), pseudonym(shop_run, "customer_id", CUSTOMER)]
    assert all(stands(shop_run.root, text) for text in hers), "else the test looks in the wrong place"
    others = "SELECT event_id, ids FROM events WHERE line NOT IN (23, 24, 25) ORDER BY ALL"
    before = rows(shop_run, others)
    answer = terreng("erase", f"email={MAIL}", "--yes", "-w", shop_run.root)
    assert answer.code == 0, answer.err
    assert {text: stands(shop_run.root, text) for text in hers} == {text: [] for text in hers}
    assert rows(shop_run, others) == before
    assert MAIL not in answer.out + answer.err
    assert "exports/shop/events.csv" in answer.out
    exports = {path.name for path in shop_run.reports_dir.glob("*/exports/*")}
    assert "events.csv" not in exports, "it had rows of hers"
    assert "waits.csv" in exports, "it has none"


def test_the_stages_of_her_journeys_go_with_them(shop_run: Settings, terreng: Terreng) -> None:
    of_hers = "SELECT journey_id FROM journey_events JOIN events USING (source, event_id) WHERE line IN (23, 24, 25)"
    ((journey,), *_) = rows(shop_run, of_hers)
    hers = f"SELECT * FROM journey_stages WHERE journey_id = '{journey}' ORDER BY ALL"
    others = hers.replace("=", "<>")
    before = rows(shop_run, others)
    assert len(rows(shop_run, hers)) == 3

    assert terreng("erase", f"email={MAIL}", "--yes", "-w", shop_run.root).code == 0

    assert rows(shop_run, hers) == []
    assert rows(shop_run, others) == before


def test_her_address_in_an_attribute_of_somebody_else_goes_and_their_event_stays(
    shop: Settings, terreng: Terreng
) -> None:
    deliver(shop.root, "more.csv", ["2026-03-09T10:00:00Z,visit,C0001Y,per1@example.com,asked by " + MAIL.upper()])
    terreng("run", "-w", shop.root)
    assert terreng("erase", f"email={MAIL}", "--yes", "-w", shop.root).code == 0
    theirs = "SELECT attributes['region'] FROM events WHERE occurred_at = TIMESTAMPTZ '2026-03-09 10:00:00+00'"
    assert rows(shop, theirs + " AND line = 2") == [("erased",)]
    assert stands(shop.root, MAIL.upper()) == []


def test_the_audit_row_tells_how_much_but_not_who(shop_run: Settings, terreng: Terreng) -> None:
    told = json.loads(terreng("erase", f"email={MAIL}", "--yes", "--json", "-w", shop_run.root).out)
    ((request, run_id, rule, reason, counts, is_finished),) = rows(
        shop_run, "SELECT request, run_id, rule, reason, counts, finished_at >= erased_at FROM erasures"
    )
    assert (request, run_id, rule, reason, is_finished) == (
        told["request"],
        told["run_id"],
        "default",
        "on request",
        True,
    )
    assert counts["events"] == 3
    assert counts["identifiers"] == 2
    assert counts["rejected_rows"] >= 1
    assert told["ids"] == {"customer_id": 1, "email": 1}


def test_files_are_counted_as_if_they_had_been_read_afterwards(shop_run: Settings, terreng: Terreng) -> None:
    before = rows(shop_run, "SELECT rows_n, accepted_n, rejected_n, dropped_n FROM files")
    terreng("erase", f"customer_id={CUSTOMER}", "--yes", "-w", shop_run.root)
    ((rows_n, accepted_n, rejected_n, dropped_n, dropped),) = rows(
        shop_run, "SELECT rows_n, accepted_n, rejected_n, dropped_n, dropped FROM files"
    )
    assert before == [(92, 90, 2, 0)]
    assert (rows_n, accepted_n, dropped["erased"]) == (92, 87, dropped_n)
    assert accepted_n + rejected_n + dropped_n == rows_n


def test_rows_that_are_delivered_again_are_dropped_as_erased(shop_run: Settings, terreng: Terreng) -> None:
    terreng("erase", f"email={MAIL}", "--yes", "-w", shop_run.root)
    deliver(shop_run.root, "again.csv", [*visits(7), f"2026-03-09T10:00:00Z,visit,{CUSTOMER},,south", *visits(3)])
    answer = terreng("run", "-w", shop_run.root)
    assert answer.code == 0, answer.err
    assert rows(
        shop_run, "SELECT dropped, duplicate_n FROM files WHERE list_contains(paths, 'exports/shop/again.csv')"
    ) == [({"erased": 4}, 3)]
    assert rows(shop_run, f"SELECT count(*) FROM identifiers WHERE value IN ('{MAIL}', '{CUSTOMER}')") == [(0,)]
    again = terreng("erase", f"email={MAIL}", "--yes", "-w", shop_run.root)
    assert (again.code, "has been erased before" in again.out) == (0, True)


def test_what_she_did_at_a_shared_device_without_her_id_stays_out_too(shop: Settings, terreng: Terreng) -> None:
    toml = shop.root / "terreng.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('email = "mail"', 'cookie = "mail"'), encoding="utf-8")
    hers = [f"2026-03-01T09:00:00Z,visit,{CUSTOMER},tablet,north", "2026-03-01T09:05:00Z,signup,,tablet,north"]
    his = ["2026-03-01T15:00:00Z,visit,C0001Y,tablet,north", "2026-03-01T15:05:00Z,order,,tablet,north"]
    deliver(shop.root, "events.csv", hers + his)
    assert terreng("run", "-w", shop.root).code == 0
    assert terreng("erase", f"customer_id={CUSTOMER}", "--yes", "-w", shop.root).code == 0
    deliver(shop.root, "again.csv", his + hers)
    assert terreng("run", "-w", shop.root).code == 0
    assert rows(shop, "SELECT activity FROM events ORDER BY ALL") == [("order",), ("visit",)]


def test_earlier_reports_are_marked_and_not_rewritten(shop_run: Settings, terreng: Terreng) -> None:
    (report,) = shop_run.reports_dir.glob("*/report.html")
    before = report.read_bytes()
    told = json.loads(terreng("erase", f"email={MAIL}", "--yes", "--json", "-w", shop_run.root).out)
    assert report.read_bytes() == before
    assert (report.parent / "RESTATED.txt").read_text(encoding="utf-8").startswith(f"restated by {told['run_id']}\n")
    assert (shop_run.reports_dir / told["run_id"] / "report.html").is_file()
    listed = terreng("erase", "--list", "-w", shop_run.root).out
    assert told["request"] in listed
    assert report.parent.name in listed


@pytest.mark.parametrize("form", ["pseudonym", "person", "typed", "stdin", "file"])
def test_an_id_may_be_given_in_every_form(
    form: str,
    shop_run: Settings,
    terreng: Terreng,
    pseudonym: Pseudonym,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    hashed = pseudonym(shop_run, "email", MAIL)
    ((person,),) = rows(shop_run, f"SELECT person_id FROM persons WHERE rule = 'default' AND id = '{hashed}'")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"email= {MAIL.upper()} \n\n"))
    (tmp_path / "who.txt").write_text(f"email={MAIL}\n", encoding="utf-8")
    arguments: dict[str, list[str | Path]] = {
        "pseudonym": [hashed],
        "person": [str(person)],
        "typed": ["--type", "customer_id", CUSTOMER],
        "stdin": ["-"],
        "file": ["--from", tmp_path / "who.txt"],
    }
    answer = terreng("erase", *arguments[form], "--yes", "-w", shop_run.root)
    assert answer.code == 0, answer.err
    assert stands(shop_run.root, CUSTOMER) == []


@pytest.mark.parametrize(
    ("typed", "forms_n"),
    [("003AABAAAAAAAmmY5H", 2), ("003AABAAAAAAAmmY5A", 1), ("003AABAAAAAAAmm", 1), ("003AABAAAAAAA-mY5H", 1)],
)
def test_an_id_of_salesforce_may_be_typed_in_its_long_form(
    typed: str, forms_n: int, shop: Settings, pseudonym: Pseudonym
) -> None:
    asked = read_asked(shop, [f"contact={typed}"], "")
    assert asked.pseudonyms == tuple(pseudonym(shop, "contact", form) for form in (typed, typed[:15])[:forms_n])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["email=nobody@example.com", "--yes"], "an id that no row has"),
        (["nobody@example.com", "--yes"], "an id without its type"),
        (["email=null", "--yes"], "names nobody"),
        (["--yes"], "no id"),
        ([f"email={MAIL}"], "nobody who could say yes"),
        (["--from", "missing.txt", "--yes"], "cannot be read"),
        ([f"email={MAIL}", "--yes", "--reason", f"she wrote from {MAIL}"], "a reason with an id"),
    ],
)
def test_a_mistake_erases_nobody_and_repeats_no_id(
    arguments: list[str], message: str, shop_run: Settings, terreng: Terreng
) -> None:
    answer = terreng("erase", *arguments, "-w", shop_run.root)
    assert answer.code == 2
    assert message in answer.err
    assert not any(text in answer.out + answer.err for text in (MAIL, "nobody@"))
    assert rows(shop_run, "SELECT count(*) FROM identifiers") == [(80,)]


def test_whoever_says_no_is_left_in_peace(
    shop_run: Settings, terreng: Terreng, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    answer = terreng("erase", f"email={MAIL}", "-w", shop_run.root)
    assert "Erase all of this?" in answer.out
    assert "Nothing was erased" in answer.out
    assert rows(shop_run, "SELECT count(*) FROM identifiers") == [(80,)]
    monkeypatch.setattr(sys, "stdin", Terminal("yes\n"))
    assert "Erased: request" in terreng("erase", f"email={MAIL}", "-w", shop_run.root).out


KILLED = """
import os, signal, sys
from pathlib import Path
from pipelines.privacy import erase
from pipelines.warehouse import rebuilding
from pipelines import warehouse
from pipelines.privacy.asked import read_asked
from pipelines.run import directly
from pipelines.settings import load_settings
from schemas.words import Rule
place = sys.argv[2]
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
def before(owner, name):
    setattr(owner, name, die)
def after(owner, name):
    work = getattr(owner, name)
    def both(*a, **k):
        work(*a, **k)
        die()
    setattr(owner, name, both)
{
    "before the rows": lambda: before(erase, "erase_rows"),
    "after the rows": lambda: after(erase, "erase_rows"),
    "before the file": lambda: before(erase, "rebuild"),
    "before the copy is put in place": lambda: before(rebuilding, "_sync"),
    "after the file": lambda: after(erase, "rebuild"),
    "before publishing": lambda: before(warehouse, "publish"),
    "after publishing": lambda: after(warehouse, "publish"),
    "before restating": lambda: before(erase, "restate"),
}[place]()
settings = load_settings(Path(sys.argv[1]))
erase.erase(settings, read_asked(settings, ["customer_id=C0007X"], ""), Rule.DEFAULT, "asked",
            is_wanted=lambda plan: True, call=directly())
"""
PLACES = (
    "before the rows",
    "after the rows",
    "before the file",
    "before the copy is put in place",
    "after the file",
    "before publishing",
    "after publishing",
    "before restating",
)


@pytest.mark.parametrize(
    "place", [pytest.param(place, marks=() if place in PLACES[1::3] else pytest.mark.slow) for place in PLACES]
)
def test_killed_anywhere_a_second_erase_ends_it(shop_run: Settings, terreng: Terreng, place: str) -> None:
    root = shop_run.root
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(root), place], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    answer = terreng("erase", f"customer_id={CUSTOMER}", "--yes", "-w", root)
    assert answer.code == 0, answer.err
    assert {text: stands(root, text) for text in (MAIL, CUSTOMER)} == {MAIL: [], CUSTOMER: []}
    assert not list(root.glob("*.rebuilding*"))
    assert terreng("run", "-w", root).code == 0


def test_the_rebuilt_warehouse_still_knows_its_commits(shop_run: Settings, terreng: Terreng) -> None:
    terreng("erase", f"email={MAIL}", "--yes", "-w", shop_run.root)
    (inside,) = rows(shop_run, "SELECT n FROM commits")
    assert counter_file(shop_run.warehouse).read_text(encoding="ascii") == f"{inside[0]}\n"
    assert shop_run.warehouse.stat().st_mode & 0o777 == 0o600
    nullable = rows(
        shop_run,
        "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'events' AND NOT is_nullable",
    )
    assert nullable != [(0,)], "the rules of the tables came along"
