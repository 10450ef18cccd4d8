"""Databases and object stores as sources of a workspace, taken in as files are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from pipelines.ingest import SourceReport, ingest
from pipelines.settings import load_settings
from pipelines.warehouse import writer
from schemas.errors import SourceError
from tests.pipelines.fetch.conftest import Server

NOW = datetime(2026, 6, 1, tzinfo=UTC)
EVENTS = "SELECT event_id, CAST(occurred_at AS VARCHAR), activity, attributes FROM events ORDER BY event_id"
SQL = """
[[sources]]
name = "crm"
kind = "sql"
url_env = "CRM_URL"
query = "SELECT id, at, 'order.' || what AS event, who, amount FROM t_orders WHERE at > :since"
overlap = "1d"
[sources.columns]
event_id = "id"
occurred_at = "at"
activity = "event"
identities = {customer_id = "who"}
"""


class Workspace:
    """A workspace with one source."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.root, self._stack = root, stack
        self.con: Any = None

    def take(self, text: str) -> SourceReport:
        """Take in the source as these settings have it."""
        (self.root / "terreng.toml").write_text(f'[workspace]\nname = "Test"\n{text}', encoding="utf-8")
        settings = load_settings(self.root)
        if self.con is None:
            self.con = self._stack.enter_context(writer(settings))
        return ingest(self.con, settings, NOW)[0]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query over the warehouse."""
        return list(self.con.sql(query).fetchall())


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with ExitStack() as stack:
        yield Workspace(tmp_path, stack)


@pytest.fixture
def orders(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server with a table of two orders."""
    monkeypatch.setenv("CRM_URL", postgres.url())
    postgres.run(
        "DROP TABLE IF EXISTS t_orders",
        "CREATE TABLE t_orders (id int, at timestamptz, what text, who text, amount numeric(12, 2))",
        "GRANT SELECT ON t_orders TO reader",
        "INSERT INTO t_orders VALUES (1, '2026-03-01 10:00:00+01', 'made', 'C1', 12.50),"
        " (2, 'infinity', 'made', 'C2', 1), (3, '2026-03-05 10:00:00Z', 'paid', 'C1', NULL)",
    )
    return postgres


def counts(report: SourceReport) -> tuple[int, int, int, int, int]:
    """Files that were new, then rows: all, accepted, duplicates, refused."""
    return report.new_files_n, report.rows_n, report.accepted_n, report.duplicate_n, report.rejected_n


@pytest.mark.usefixtures("orders")
def test_a_query_becomes_events_and_the_same_answer_adds_nothing(space: Workspace) -> None:
    first = space.take(SQL)

    assert counts(first) == (1, 3, 2, 0, 1)
    assert first.reasons == {"unreadable_timestamp": 1}
    assert space.rows(EVENTS) == [
        ("1", "2026-03-01 09:00:00+00", "order.made", {"amount": "12.50"}),
        ("3", "2026-03-05 10:00:00+00", "order.paid", {}),
    ]
    assert not (space.root / ".terreng" / "fetched").exists()


def test_since_reads_only_what_is_newer_than_the_last_event_less_the_overlap(orders: Server, space: Workspace) -> None:
    space.take(SQL)
    orders.run(
        "INSERT INTO t_orders VALUES (4, '2026-03-04 12:00:00Z', 'late', 'C3', 5),"
        " (5, '2026-03-02', 'too late', 'C3', 5), (6, '2026-03-06 10:00:00Z', 'made', 'C3', 5)"
    )

    second = space.take(SQL)
    third = space.take(SQL)
    again = space.take(SQL)

    assert counts(second) == (1, 4, 2, 1, 1)
    assert [row[0] for row in space.rows(EVENTS)] == ["1", "3", "4", "6"]
    assert counts(third)[:3] == (1, 2, 0)  # since 5 March: the refused one and what is known
    assert counts(again)[0] == 0


def test_a_query_that_changes_is_asked_for_everything_and_replaces_its_earlier_answers(
    orders: Server, space: Workspace
) -> None:
    space.take(SQL)
    orders.run("INSERT INTO t_orders VALUES (5, '2026-03-02', 'too late', 'C3', 5)")
    space.take(SQL)

    report = space.take(SQL.replace("'order.'", "'sale.'"))

    assert {row[:3] for row in space.rows(EVENTS)} >= {("5", "2026-03-01 15:00:00+00", "sale.too late")}
    assert {row[2][:5] for row in space.rows(EVENTS)} == {"sale."}
    assert space.rows("SELECT count(*) FROM files") == [(1,)]
    assert "query: read again: its settings changed" in report.notes


def test_an_answer_in_another_order_is_the_same(orders: Server, space: Workspace) -> None:
    text = SQL.replace(" WHERE at > :since", " ORDER BY id")
    space.take(text)
    space.take(text.replace("ORDER BY id", "ORDER BY id DESC"))
    orders.run("UPDATE t_orders SET amount = 13 WHERE id = 3")

    report = space.take(text.replace("ORDER BY id", "ORDER BY id DESC"))

    assert counts(report) == (1, 3, 0, 2, 1)
    assert space.rows("SELECT count(*) FROM files") == [(2,)]


def test_a_server_that_is_gone_leaves_what_was_read(
    orders: Server, space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    space.take(SQL)
    monkeypatch.setenv("CRM_URL", orders.url().replace(f":{orders.port}/", ":1/"))

    with pytest.raises(SourceError, match="cannot be reached"):
        space.take(SQL)

    assert len(space.rows(EVENTS)) == 2
    assert not (space.root / ".terreng" / "fetched").exists()


def test_a_connectors_tables_are_read_from_a_schema(orders: Server, space: Workspace) -> None:
    orders.run(
        "DROP SCHEMA IF EXISTS desk CASCADE", "CREATE SCHEMA desk",
        "CREATE TABLE desk.ticket"
        " (id int, requester_id int, submitter_id int, via_channel text, created_at timestamptz)",
        "INSERT INTO desk.ticket VALUES (7, 70, 70, 'web', '2026-03-01 10:00Z')",
        "CREATE TABLE desk.other (id int)", "CREATE TABLE desk.user (id int, email text, external_id text, role text)",
        "INSERT INTO desk.user VALUES (70, 'kari@example.com', 'K1', 'end-user')",
        "GRANT USAGE ON SCHEMA desk TO reader", "GRANT SELECT ON ALL TABLES IN SCHEMA desk TO reader",
    )  # fmt: skip

    report = space.take('[[sources]]\nname = "desk"\nkind = "zendesk"\nurl_env = "CRM_URL"\nschema = "desk"\n')

    assert (report.files_n, report.rejected_n) == (2, 0)
    assert ("ticket.created",) in space.rows("SELECT activity FROM events")
    assert {row[0] for row in space.rows("SELECT id_type FROM identifiers")} >= {"email"}
    assert space.rows("SELECT list_sort(flatten(list(paths))) FROM files") == [(["table ticket", "table user"],)]


XES = (
    '<log><trace><string key="concept:name" value="C1"/><event><string key="concept:name" value="{}"/>'
    '<date key="time:timestamp" value="2026-03-01T10:00:00Z"/></event></trace></log>'
)
STORE = '[[sources]]\nname = "log"\nkind = "xes"\npath = "{}"\n'


@pytest.mark.usefixtures("s3")
def test_objects_of_a_store_are_files_that_are_fetched_once(space: Workspace) -> None:
    client = boto3.client("s3")
    client.put_object(Bucket="crm", Key="in/a.xes", Body=XES.format("visit").encode())
    client.put_object(Bucket="crm", Key="in/b.xes", Body=XES.format("order").encode())

    first = space.take(STORE.format("s3://crm/in/*.xes"))
    second = space.take(STORE.format("s3://crm/in/*.xes"))
    client.put_object(Bucket="crm", Key="in/b.xes", Body=XES.format("return").encode())
    third = space.take(STORE.format("s3://crm/in/*.xes"))
    client.close()

    assert [counts(each)[0] for each in (first, second, third)] == [2, 0, 1]
    assert space.rows("SELECT activity FROM events ORDER BY 1") == [("order",), ("return",), ("visit",)]
    assert ("s3://crm/in/a.xes",) in space.rows("SELECT paths[1] FROM files")
    assert not (space.root / ".terreng" / "fetched").exists()


def test_an_object_that_says_it_is_the_same_is_not_read(space: Workspace, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (store / "a.xes").write_text(XES.format("visit"), encoding="utf-8")
    before = (store / "a.xes").stat()
    space.take(STORE.format(f"file://{store}/a.xes"))
    (store / "a.xes").write_text(XES.format("order"), encoding="utf-8")

    os.utime(store / "a.xes", ns=(before.st_atime_ns, before.st_mtime_ns))
    same = space.take(STORE.format(f"file://{store}/a.xes"))
    os.utime(store / "a.xes")
    changed = space.take(STORE.format(f"file://{store}/a.xes"))

    assert (counts(same)[0], counts(changed)[0]) == (0, 1)


def test_settings_that_change_read_objects_again(space: Workspace, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (store / "a.csv").write_text("at,what,who\n2026-03-01,visit,C1\n", encoding="utf-8")
    text = f'[[sources]]\nname = "x"\nkind = "table"\npath = "file://{store}/*.csv"\n'
    text += '[sources.columns]\noccurred_at = "at"\n'
    space.take(text + 'activity = "what"\nidentities = {customer_id = "who"}\n')

    space.take(text + 'activity = {template = "web.{what}"}\nidentities = {customer_id = "who"}\n')

    assert space.rows("SELECT activity FROM events") == [("web.visit",)]
