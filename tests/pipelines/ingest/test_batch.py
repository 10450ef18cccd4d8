"""Small files that are taken in together leave what they leave one by one: every table, count, number and note."""

from __future__ import annotations

import gzip
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.ingest import batch
from pipelines.ingest.batch import run, sorting
from schemas.errors import SourceError
from tests.pipelines.ingest.conftest import HEAD, Shop

Row = dict[str, Any]
TABLE = HEAD.format(zone="Europe/Oslo", path="*.json*") + (
    '[sources.columns]\nevent_id = "id"\noccurred_at = "at"\nactivity = "what"\nversion = "rev"\n'
    'identities = {customer_id = "who", email = "mail"}\n'
)
GA4 = HEAD.format(zone="UTC", path="*.json*").replace('kind = "table"', 'kind = "ga4"')
HITS = 30


def row(number: int, day: int = 1, **more: object) -> Row:
    """One event of a plain table."""
    told = {"id": f"e{number}", "at": f"2026-05-{day:02d}T10:{number % 60:02d}:00", "what": "visit"}
    return {**told, "who": f"c{number % 7}", **more}


def hit(number: int, day: int = 1, **more: object) -> Row:
    """One event as GA4 exports it."""
    at = 1777593600 + day * 86400 + number * 60
    params = [
        {"key": "ga_session_id", "value": {"int_value": str(at)}},
        {"key": "page_location", "value": {"string_value": f"https://shop.example/{number}"}},
    ]
    told = {"event_name": "page_view", "event_params": params, "platform": "WEB", "stream_id": "1"}
    return {
        "event_date": f"202605{day:02d}",
        "event_timestamp": f"{at}000000",
        **told,
        "user_pseudo_id": f"p{number % 5}.1",
        **more,
    }


def lines(*rows: Row | str) -> str:
    """Rows as lines of JSON; texts as they are."""
    return "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in rows)


def day(number: int, *more: Row | str) -> str:
    """A day's file of a plain table, with more rows at its end."""
    return lines(*(row(number * 100 + each, number, mail=f"m{each}@x.no") for each in range(HITS)), *more)


def hits(number: int, *more: Row | str) -> str:
    """A day's file of GA4."""
    return lines(*(hit(each, number, user_id=f"u{each % 3}") for each in range(HITS)), *more)


NO_TIME, NO_ID = row(9_001, at="soon", mail="who@x.no"), row(9_002, who="")
CASES: dict[str, tuple[str, dict[str, str | bytes]]] = {
    "good files, one gone over twice, and one in a document": (
        TABLE,
        {
            "a.json": day(1),
            "b.json": day(2),
            "c.json": day(1),
            "d.json": json.dumps([row(each, 4, mail="m@x.no") for each in range(400, 420)], indent=1),
            "e.jsonl.gz": gzip.compress(day(5).encode(), mtime=0),
        },
    ),
    "doubles within a file, of a file before, and of one after": (
        TABLE,
        {
            "a.json": day(1, row(100, 1, mail="m0@x.no"), row(100, 1)),
            "b.json": day(2, row(103, 1, mail="m3@x.no"), row(105, 2, who="other"), row(777, 2)),
            "c.json": day(
                3, row(777, 2), row(778, 3, at="2026-05-03T10:00:00Z"), row(778, 3, at="2026-05-02T10:00:00Z")
            ),
        },
    ),
    "refused rows, lines that are no JSON, and what looks like an address": (
        TABLE,
        {
            "a.json": day(1, NO_TIME, '{"id": "cut', "[1]"),
            "b.json": day(2, NO_ID, {"note": "ask x@y.no", **NO_TIME}),
            "c.json": lines('{"cut'),
            "d.json": day(4, "nothing", NO_TIME),
        },
    ),
    "a newer version of an event that stands": (
        TABLE,
        {
            "a.json": day(1, row(900, 1, rev="1"), row(901, 1, rev="1")),
            "b.json": day(2, row(902, 2, rev="3")),
            "c.json": day(3, row(900, 3, rev="2", who="another"), row(902, 3, rev="1")),
            "d.json": day(4, row(901, 4, rev="2")),
            "e.json": day(5),
        },
    ),
    "columns that come and go, and mean something else": (
        TABLE,
        {
            "a.json": day(1),
            "b.json": day(2, row(250, 2, page={"url": "/", "tags": [1]}, Who="C1")),
            "c.json": day(3, row(350, 3, page="front", extra=None)),
            "d.json": day(4, row(450, 4, page={"url": None}, extra={"a": 1, "b.c": "x"})),
            "e.json": day(5, row(550, 5, page=[{"key": "k", "value": "v"}])),
            "f.json": day(6, row(650, 6, page=[{"key": "k", "value": "w"}, {"key": "l", "value": "w"}])),
        },
    ),
    "an empty file, one of another encoding, and one with other rows": (
        TABLE,
        {
            "a.json": day(1),
            "b.json": "",
            "c.json": day(3, row(350, 3, what="søk")).replace("\\u00f8", "ø").encode("cp1252"),
            "d.json": day(4, row(450, 4, what="søk")),
            "e.json": day(5).encode("utf-16"),
            "f.json": day(6),
            "g.json": day(7),
        },
    ),
    "a column that turns into something else": (
        TABLE,
        {"a.json": day(1), "b.json": day(2), "c.json": day(3).replace('"visit"', "17"), "d.json": day(4)},
    ),
    "a file that is cut off": (
        TABLE,
        {"a.json": day(1), "b.json": day(2), "c.json": json.dumps([row(1), row(2)])[:-5], "d.json": day(4)},
    ),
    "pairs of keys and values": (
        GA4,
        {
            "events_a.json": hits(1, hit(3, 1), {"event_name": "page_view"}),
            "events_b.json": hits(
                2, hit(4, 2, geo={"country": "Norway"}), hit(5, 1), hit(6, 2, event_timestamp="never")
            ),
            "events_c.json": hits(3, "{", hit(7, 3, event_params=[{"key": "status", "value": {"double_value": 1.5}}])),
            "events_d.json": hits(4, hit(8, 4, event_name="session_start"), hit(9, 4, platform="IOS")),
            "events_d2.json": hits(4, hit(11, 4, geo="Oslo"), hit(12, 4, user_id="u\u00e5")),
            "events_e.json": hits(5, hit(10, 5, user_pseudo_id=None)),
        },
    ),
}


def everything(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Every table of the warehouse but the count of commits: its rows as texts, in no order."""
    tables = con.sql("SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1").fetchall()
    return {
        str(table): sorted(str(text) for (text,) in con.sql(f"SELECT CAST(t AS VARCHAR) FROM {table} t").fetchall())
        for (table,) in tables
        if table != "commits"
    }


def left_by(root: Path, told: str, delivered: dict[str, str | bytes], then: str = "") -> tuple[Any, ...]:
    """What is told and left when files are taken in: the report or error, every table, and how many commits it took."""
    with ExitStack() as stack:
        root.mkdir()
        shop = Shop(root, stack)
        for name, content in delivered.items():
            shop.deliver(name, content)
        try:
            report: object = shop.take_settings(told)
            report = shop.take_settings(then) if then else report
        except SourceError as error:
            report = str(error)
        assert shop.con is not None
        commits = shop.rows("SELECT n FROM commits")[0][0]
        assert shop.rows("SELECT table_name FROM duckdb_tables() WHERE temporary AND table_name LIKE 'batch%'") == []
        return report, everything(shop.con), commits


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("TERRENG_SALT", "a salt that both have")
    return monkeypatch


def both(
    patched: pytest.MonkeyPatch, tmp_path: Path, told: str, delivered: dict[str, str | bytes], then: str = ""
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What is left by files together, and one by one."""
    together = left_by(tmp_path / "together", told, delivered, then)
    patched.setattr(batch, "FEWEST", 1_000)
    patched.setattr(sorting, "FEWEST", 1_000)
    return together, left_by(tmp_path / "alone", told, delivered, then)


@pytest.mark.parametrize("case", CASES)
def test_files_together_leave_what_they_leave_one_by_one(
    case: str, tmp_path: Path, one_by_one: pytest.MonkeyPatch
) -> None:
    told, delivered = CASES[case]

    together, alone = both(one_by_one, tmp_path, told, delivered)

    assert together[:2] == alone[:2]
    assert together[2] < alone[2], "no files were taken in together"


@pytest.mark.parametrize("case", list(CASES)[:3])
def test_under_other_settings_they_are_read_again_together(
    case: str, tmp_path: Path, one_by_one: pytest.MonkeyPatch
) -> None:
    told, delivered = CASES[case]

    together, alone = both(one_by_one, tmp_path, told, delivered, told.replace("Europe/Oslo", "America/Lima"))

    assert together[:2] == alone[:2]
    assert "read again" in str(together[0])


def test_a_batch_that_stops_in_the_middle_leaves_nothing_and_its_files_are_read_alone(
    tmp_path: Path, one_by_one: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise duckdb.OutOfMemoryException("no room")

    told, delivered = next(iter(CASES.values()))
    one_by_one.setattr(run, "add_files", fails)  # the last step but one

    together, alone = both(one_by_one, tmp_path, told, delivered)

    assert together[:2] == alone[:2]
    assert together[2] == alone[2], "something of the batch was kept"
