"""The data page: what was delivered, who is who, and what is kept out; small numbers of people are not told."""

from __future__ import annotations

from pipelines.privacy.withheld import Withheld
from pipelines.report.data_page import privacy_lines
from pipelines.report.evidence import Evidence, read_evidence
from pipelines.settings import Settings
from pipelines.warehouse import reader, writer
from tests.conftest import Terreng
from tests.pipelines.privacy.conftest import MAIL, pseudonym, shop, shop_run

__all__ = ["pseudonym", "shop", "shop_run"]  # fixtures of another folder
NOTHING = {
    "withdrawn_n": 0,
    "withdrawn_events_n": 0,
    "erased_n": 0,
    "restated_n": 0,
    "erased_rows_n": 0,
    "no_consent_n": 0,
}


def lines(restated_reports_n: int = 0, minimum: int = 1, **counts: int) -> str:
    evidence = Evidence({"privacy": (NOTHING | counts,)}, minimum, restated_reports_n)
    return " ".join(privacy_lines(evidence))


def test_it_says_plainly_that_nothing_is_kept_out() -> None:
    assert lines() == "Nobody has been erased on request. No source tells of a consent that was refused or withdrawn."


def test_it_says_how_many_earlier_figures_are_restated_by_how_many() -> None:
    told = lines(restated_reports_n=2, erased_n=7, restated_n=6, erased_rows_n=40)
    assert told.startswith("7 people have been erased on request; 40 delivered rows were dropped for it.")
    assert "This run restates the figures of 2 earlier reports without 6 of them." in told


def test_it_says_who_withdrew_consent() -> None:
    assert "9 people withdrew consent and are in no journey. 3 rows were dropped" in lines(
        withdrawn_n=9, no_consent_n=3
    )


def test_what_was_delivered_and_how_it_was_joined_stands_on_the_page(shop_run: Settings) -> None:
    (report,) = shop_run.reports_dir.glob("*/report.html")
    text = report.read_text(encoding="utf-8")
    for part in (
        "What each source delivered",
        "exports/shop/events.csv",
        "20 Mar 2026",
        "How well people are stitched",
        "How far headline numbers move between strict and loose",
        "Nobody has been erased on request",
    ):
        assert part in text, part
    names = {path.name for path in (report.parent / "tables").glob("data_*.csv")}
    assert {"data_delivered.csv", "data_files.csv", "data_stitched.csv", "data_people.csv", "data_spread.csv"} <= names


def test_the_next_report_says_that_it_restates_the_earlier_one(shop_run: Settings, terreng: Terreng) -> None:
    assert terreng("erase", f"email={MAIL}", "--yes", "-w", shop_run.root).code == 0
    newest = max(shop_run.reports_dir.glob("*/report.html"))
    text = newest.read_text(encoding="utf-8")
    assert "&lt; 5 people have been erased on request" in text
    assert "This run restates the figures of 1 earlier report without &lt; 5 of them" in text


def test_few_people_of_a_size_are_not_told(shop_run: Settings) -> None:
    with writer(shop_run) as con:
        con.execute("DELETE FROM persons")
        for person, ids_n in ((1, 1), (2, 1), (3, 3), *((n, 2) for n in range(4, 14))):
            for each in range(ids_n):
                con.execute(
                    "INSERT INTO persons VALUES ('default', 'cookie', ?, ?)", [f"i{person}{each}", f"p{person}"]
                )
        from pipelines.warehouse import publish

        publish(con, shop_run, "again")
    with reader(shop_run) as con:
        rows = read_evidence(con, "x", 5, 0).records["sizes"]
    told = {row["ids"]: row["default_n"] for row in rows}
    assert told["2"] == 10
    assert all(isinstance(told[size], Withheld) for size in ("1", "3"))
