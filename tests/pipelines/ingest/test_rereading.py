"""A file that is known is read again when its settings change: the result is that of a clean warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import SourceError
from tests.pipelines.ingest.conftest import COLUMNS, Shop

HEADER = "id,at,what,other,who,mail,n\n"
A = HEADER + "e1,01.02.2026 10:00,visit,open,C1,m1,1\ne2,02.02.2026 10:00,buy,pay,C2,,2\ne3,never,visit,open,C3,m3,3\n"
B = HEADER + 'e2,02.02.2026 10:00,buy,pay,C2,,2\ne4,03.02.2026 10:00,visit,open,C4,m4,"4,5"\n'
TABLES = ("events", "rejected_rows", "link_evidence", "linked_rows", "identifiers", "files", "file_mappings")
FORMAT = COLUMNS.replace('"at"', '{column = "at", format = "%d.%m.%Y %H:%M"}')
WRONG = COLUMNS.replace('"at"', '{column = "at", format = "%m/%d/%Y"}')
AGAIN = "read again: its settings changed"


@pytest.fixture
def clean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A second workspace, which has never seen other settings; with the salt of the first."""
    with ExitStack() as stack:
        yield Shop(tmp_path_factory.mktemp("clean"), stack)


@pytest.fixture(autouse=True)
def _one_salt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERRENG_SALT", "0123456789abcdef0123456789abcdef")


def tables(shop: Shop) -> dict[str, list[tuple[Any, ...]]]:
    return {table: shop.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in TABLES}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"columns": WRONG}, {"columns": FORMAT}),
        ({"columns": FORMAT}, {"columns": WRONG}),
        ({"columns": FORMAT}, {"columns": FORMAT.replace('"what"', '"other"')}),
        ({"columns": FORMAT}, {"columns": FORMAT, "zone": "Europe/Oslo"}),
        ({"columns": FORMAT}, {"columns": FORMAT.replace('"id"', '"n"')}),
        (
            {"columns": FORMAT},
            {"columns": FORMAT.replace("s = {", 's = {m = "mail", ')},
        ),
        ({"columns": FORMAT.replace('{customer_id = "who"}', '{m = "mail", c = "who"}')}, {"columns": FORMAT}),
        (
            {"columns": FORMAT.replace('{customer_id = "who"}', '{m = "mail", c = "who"}')},
            {"columns": FORMAT.replace('{customer_id = "who"}', '{c = "who", m = "mail"}')},
        ),
        (
            {"columns": FORMAT, "more": '[[sources.drop]]\nreason = "x"\nwhere = {what = "visit"}\n'},
            {"columns": FORMAT, "more": '[[sources.drop]]\nreason = "y"\nwhere = {what = "buy"}\n'},
        ),
        ({"columns": FORMAT, "more": "[sources.read]\ndecimal = ','\n"}, {"columns": FORMAT}),
        ({"columns": '[sources.columns]\nidentities = {c = "who", m = "mail"}\n'}, {"columns": FORMAT}),
        ({"columns": FORMAT}, {"columns": '[sources.columns]\nidentities = {c = "who", m = "mail"}\n'}),
    ],
)
def test_under_new_settings_everything_is_as_if_they_had_always_been_so(
    shop: Shop, clean: Shop, before: dict[str, str], after: dict[str, str]
) -> None:
    for each in (shop, clean):
        each.deliver("a.csv", A)
        each.deliver("b.csv", B)
        each.deliver("c.csv", A)
    shop.take(**before)

    report, expected = shop.take(**after), clean.take(**after)

    assert tables(shop) == tables(clean)
    assert [note for note in report.notes if AGAIN in note] == [f"a.csv: {AGAIN}", f"b.csv: {AGAIN}"]
    assert (report.rows_n, report.accepted_n, report.reasons) == (
        expected.rows_n, expected.accepted_n, expected.reasons,
    )  # fmt: skip
    assert (report.files_n, report.new_files_n) == (3, 0)
    assert not shop.take(**after).notes


def test_a_new_file_beside_changed_settings_is_read_in_its_place(shop: Shop, clean: Shop) -> None:
    shop.deliver("b.csv", B)
    shop.take(columns=WRONG)
    for each in (shop, clean):
        each.deliver("a.csv", (A + "e9,05.02.2026 10:00,ord\xf8,open,C9,,9\n").encode("cp1252"))
        each.deliver("b.csv", B)

    report = shop.take(columns=FORMAT)
    clean.take(columns=FORMAT)

    assert tables(shop) == tables(clean)
    assert report.notes == ("a.csv: read as cp1252", f"b.csv: {AGAIN}")
    assert report.new_files_n == 1


@pytest.mark.parametrize(
    "same",
    [
        "tolerance = 0.5\n",
        '[[sources.outages]]\nfrom = "2026-03-02T00:00:00Z"\nuntil = "2026-03-03T00:00:00Z"\n',
    ],
)
def test_tolerance_and_outages_change_no_row_and_nothing_is_read_again(shop: Shop, same: str) -> None:
    shop.deliver("a.csv", A)
    shop.take(columns=FORMAT)

    before = same + FORMAT if same.startswith("tol") else FORMAT + same

    assert not shop.take(columns=before).notes


def test_settings_under_which_a_file_cannot_be_read_leave_everything_as_it_was(shop: Shop) -> None:
    shop.deliver("a.csv", A)
    shop.deliver("b.csv", B)
    shop.take(columns=FORMAT)
    before = tables(shop)

    with pytest.raises(SourceError, match="there is no column 'wat'"):
        shop.take(columns=FORMAT.replace('"what"', '"wat"'))
    shop.deliver("b.csv", B.encode() + "\xf8".encode() + b"\xff\n")
    with pytest.raises(SourceError, match="is not utf-8"):
        shop.take(columns=FORMAT.replace('"what"', '"other"'))

    assert tables(shop) == before


def test_other_sources_keep_their_rows_and_their_ids(shop: Shop) -> None:
    shop.deliver("a.csv", A)
    shop.deliver("x.txt", HEADER + "e1,2026-03-01,visit,open,C1,m1,1\ne7,2026-03-01,visit,open,C7,,1\n")
    second = '[[sources]]\nname = "web"\nkind = "table"\npath = "x.txt"\n' + COLUMNS
    shop.take(columns=FORMAT, more=second)
    other = "SELECT * FROM events WHERE source = 'web' ORDER BY ALL"
    before = shop.rows(other)

    shop.take(columns=FORMAT.replace('"who"', '"mail"'), more=second)

    assert shop.rows(other) == before
    assert shop.rows("SELECT value FROM identifiers ORDER BY 1") == [("C1",), ("C7",), ("m1",)]
    assert shop.rows("SELECT count(*) FROM identifiers GROUP BY id_key HAVING count(*) > 1") == []
    assert shop.rows("SELECT count(*) FROM events GROUP BY event_key HAVING count(*) > 1") == []


def test_files_that_are_gone_keep_their_events_and_are_told(shop: Shop) -> None:
    paths = [shop.deliver(name, content) for name, content in (("a.csv", A), ("b.csv", B), ("c.csv", HEADER))]
    shop.take(columns=FORMAT)
    paths[0].unlink()

    assert shop.take(columns=FORMAT).notes == ("1 file read before is no longer there; its events stay",)
    assert shop.rows("SELECT count(*) FROM events") == [(3,)]

    paths[1].unlink()
    assert shop.take(columns=FORMAT).notes == ("2 files read before are no longer there; their events stay",)

    notes = shop.take(columns=FORMAT.replace('"what"', '"other"')).notes
    told = "2 files read before with other settings are no longer there; their events stay as they were read"
    assert notes == (f"c.csv: {AGAIN}", "c.csv: there are no rows below the header", told)
    assert shop.rows("SELECT DISTINCT activity FROM events ORDER BY 1") == [("buy",), ("visit",)]

    back = shop.deliver("a.csv", A)
    shop.take(columns=FORMAT.replace('"what"', '"other"'))
    assert back.is_file()
    assert shop.rows("SELECT event_id, activity FROM events ORDER BY 1") == [
        ("e1", "open"), ("e2", "pay"), ("e4", "visit"),
    ]  # fmt: skip


def test_a_file_that_grew_is_not_missing(shop: Shop, tmp_path: Path) -> None:
    shop.deliver("a.csv", HEADER)
    shop.take(columns=FORMAT)
    shop.deliver("a.csv", A)

    assert not shop.take(columns=FORMAT).notes
    assert (tmp_path / "a.csv").is_file()
