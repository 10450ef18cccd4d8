"""Queries against a real PostgreSQL server."""

from __future__ import annotations

import gc
import stat
import threading
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.fetch.queries import Fetched, fetch_query, fetch_tables, schema_tables
from pipelines.settings import Settings, Source
from schemas.errors import SourceError
from tests.pipelines.fetch.conftest import Server

COLUMNS = {"occurred_at": "at", "activity": "what", "identities": {"customer_id": "who"}}
# What PostgreSQL can say that neither a float, nor Python's dates, nor an empty text can.
EVERY_TYPE = """
SELECT * FROM (VALUES
 (1, timestamptz '2026-03-01 10:00:00.123456+02', timestamp 'infinity', date '0044-03-15 BC',
  12345678901234567890.123456789::numeric,
  'NaN'::numeric, 0.1::float8, true, ''::text, NULL::text, '\\x00ff'::bytea, '{"a": 1.50}'::json, '{"b": null}'::jsonb,
  ARRAY['a', NULL, 'b,c'], interval '1 day 02:00', '10:30'::time, 'Bodø'::char(6), int4range(1, 5)),
 (2, 'infinity', '-infinity', 'infinity', 0.10, -1, 'Infinity', false,
  'it''s 100 %', '', '', 'null', '[]', '{}', '0', '0:0', '', 'empty')
) AS t (id, tz, ts, d, n, nan, f, b, empty, missing, bytes, js, jb, arr, gap, clock, padded, span) ORDER BY id"""
EXPECTED = [
    {
        "id": "1", "tz": "2026-03-01 08:00:00.123456+00", "ts": "infinity", "d": "0044-03-15 BC",
        "n": "12345678901234567890.123456789", "nan": "NaN", "f": "0.1", "b": "true", "empty": "", "missing": None,
        "bytes": "\\x00ff", "js": '{"a": 1.50}', "jb": '{"b": null}', "arr": '{a,NULL,"b,c"}', "gap": "P1DT2H",
        "clock": "10:30:00", "padded": "Bodø  ", "span": "[1,5)",
    },
    {
        "id": "2", "tz": "infinity", "ts": "-infinity", "d": "infinity", "n": "0.10", "nan": "-1", "f": "Infinity",
        "b": "false", "empty": "it's 100 %", "missing": "", "bytes": "\\x", "js": "null", "jb": "[]", "arr": "{}",
        "gap": "PT0S", "clock": "00:00:00", "padded": "", "span": "empty",
    },
]  # fmt: skip


@pytest.fixture
def reader(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server, its URL in the environment as a person has it."""
    monkeypatch.setenv("CRM_URL", postgres.url())
    return postgres


def source(query: str = "SELECT 1 AS one", **more: object) -> Source:
    """A source with a query, as terreng.toml has it."""
    return Source.model_validate(
        {"name": "crm", "kind": "sql", "url_env": "CRM_URL", "query": query, "columns": COLUMNS, **more}
    )


def fetched(folder: Path, query: str, since: datetime | None = None, **more: object) -> Fetched:
    """The result of a query, in a folder that no other query wrote to."""
    inner = folder / str(len(list(folder.iterdir())))
    inner.mkdir()
    return fetch_query(Settings(folder, "Test"), source(query, **more), since, inner)


def rows(found: Fetched) -> list[dict[str, str | None]]:
    """The rows of the file."""
    return [dict(row) for row in pq.read_table(found.path).to_pylist()]


@pytest.mark.usefixtures("reader")
def test_every_type_comes_as_the_server_writes_it(tmp_path: Path) -> None:
    assert rows(fetched(tmp_path, EVERY_TYPE)) == EXPECTED


@pytest.mark.usefixtures("reader")
def test_the_file_is_private_and_known_by_its_rows_in_any_order(tmp_path: Path) -> None:
    values = "SELECT * FROM (VALUES (1, 'a'), (2, NULL), (2, NULL)) t (x, y) ORDER BY x"
    first, turned = fetched(tmp_path, values), fetched(tmp_path, values + " DESC")
    other = [
        fetched(tmp_path, "SELECT * FROM (VALUES (1, 'a'), (2, NULL)) t (x, y)"),
        fetched(tmp_path, "SELECT * FROM (VALUES (1, 'a'), (2, ''), (2, '')) t (x, y)"),
        fetched(tmp_path, "SELECT * FROM (VALUES (1, 'a'), (2, NULL), (2, NULL)) t (x, z)"),
    ]

    assert rows(first) == [{"x": "1", "y": "a"}, {"x": "2", "y": None}, {"x": "2", "y": None}]
    assert first.content == turned.content
    assert len({first.content, *(each.content for each in other)}) == 4
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600


@pytest.mark.usefixtures("reader")
def test_since_is_a_moment_and_every_other_colon_belongs_to_the_query(tmp_path: Path) -> None:
    query = "SELECT :since::timestamp AS t, '10:30:00'::time AS c, '{\"a\":1}'::json->>'a' AS j, 'a:b %s' AS s"
    query += " WHERE :since < now()"

    [row] = rows(fetched(tmp_path, query, datetime(2026, 3, 1, 12, tzinfo=UTC)))
    [first] = rows(fetched(tmp_path, query))

    assert row == {"t": "2026-03-01 12:00:00", "c": "10:30:00", "j": "1", "s": "a:b %s"}
    assert first["t"] == "1753-01-01 00:00:00"


@pytest.mark.usefixtures("reader")
def test_a_large_result_is_streamed_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.fetch.queries.BATCH_BYTES", 1 << 20)
    fetched(tmp_path, "SELECT 1 AS one")  # what libraries keep for themselves

    tracemalloc.start()
    found = fetched(tmp_path, "SELECT n, repeat('x', 500) AS t FROM generate_series(1, 40000) n")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 8 << 20  # of 20 MB of text
    table = pq.ParquetFile(found.path)
    assert (table.metadata.num_rows, table.num_row_groups > 10) == (40_000, True)
    assert rows(found)[-1] == {"n": "40000", "t": "x" * 500}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT 1 AS x, 2 AS X", "two columns of the query are called 'x'"),
        ("SELECT nme FROM t_people", 'column "nme" does not exist'),
        ("SELECT 1 FRM x y", "syntax error"),
        ("SELECT * FROM t_secret", "permission is denied (42501)"),
        ("SELECT name::int FROM t_people", "a value of a row cannot be converted (22P02)"),
        ("SELECT pg_sleep(5)", "longer than the timeout (57014)"),
        ("WITH gone AS (DELETE FROM t_people RETURNING name) SELECT * FROM gone", "the database refuses the query"),
        ("SELECT nextval('t_counter')", "the query would write (25006)"),
    ],
)
def test_a_query_that_fails_is_told_without_what_stands_in_a_row(
    reader: Server, tmp_path: Path, query: str, told: str
) -> None:
    reader.run(
        "CREATE TABLE IF NOT EXISTS t_people (name text)", "DELETE FROM t_people",
        "INSERT INTO t_people VALUES ('kari@example.com')", "GRANT ALL ON t_people TO reader",
        "CREATE TABLE IF NOT EXISTS t_secret (x int)", "CREATE SEQUENCE IF NOT EXISTS t_counter",
        "GRANT ALL ON t_counter TO reader",
    )  # fmt: skip

    with pytest.raises(SourceError, match="source 'crm'") as error:
        fetched(tmp_path, query, timeout="1s")

    assert told in str(error.value)
    assert "kari" not in str(error.value)
    assert error.value.hint


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"password": "wrong-one"}, "the user or the password is refused"),
        ({"user": "nobody_here"}, "the user or the password is refused"),
        ({"database": "nowhere"}, "there is no such database"),
    ],
)
def test_a_server_that_refuses_us_is_told_without_the_password(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], told: str
) -> None:
    monkeypatch.setenv("CRM_URL", postgres.url(**change))

    with pytest.raises(SourceError) as error:
        fetched(tmp_path, "SELECT 1 AS one")

    assert told in str(error.value)
    assert "wrong-one" not in str(error.value)
    assert "p%40ss" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://u:geheim@127.0.0.1:1/x", "127.0.0.1:1 cannot be reached"),
        ("oracle://u:geheim@127.0.0.1/x", "the driver for oracle is not installed"),
        ("snowflake://u:geheim@account/x", "pip install 'terreng[snowflake]'"),
        ("u:geheim@127.0.0.1", "no URL of a database"),
        ("", "the environment variable CRM_URL is not set"),
        ("sqlite:////no/such/folder/geheim.db", "there is no such database"),
    ],
)
def test_a_url_that_leads_nowhere_is_told_without_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, told: str
) -> None:
    monkeypatch.setenv("CRM_URL", url)

    with pytest.raises(SourceError) as error:
        fetched(tmp_path, "SELECT 1 AS one")

    assert told in str(error.value)
    assert "geheim" not in str(error.value)


# SQLAlchemy does not close the cursor of a connection that was lost, and psycopg minds.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_connection_that_is_lost_midway_leaves_an_error_that_says_so(reader: Server, tmp_path: Path) -> None:
    def end_it() -> None:
        while not reader.run(END_READING):
            time.sleep(0.05)

    ending = threading.Thread(target=end_it)
    ending.start()
    with pytest.raises(SourceError, match="the connection was lost"):
        fetched(tmp_path, "SELECT n, pg_sleep(0.001) FROM generate_series(1, 20000) n")
    ending.join()
    gc.collect()


END_READING = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader' AND query LIKE '%FETCH%'"


def test_tables_of_a_schema_are_listed_and_read_whole(reader: Server, tmp_path: Path) -> None:
    reader.run(
        "DROP SCHEMA IF EXISTS hub CASCADE", "CREATE SCHEMA hub",
        'CREATE TABLE hub."Deal Stage" (id int, "Label" text)',
        "INSERT INTO hub.\"Deal Stage\" VALUES (1, 'won')", "CREATE VIEW hub.a_view AS SELECT 1 AS one",
        "GRANT USAGE ON SCHEMA hub TO reader", "GRANT SELECT ON ALL TABLES IN SCHEMA hub TO reader",
    )  # fmt: skip
    hub = Source.model_validate({"name": "hub", "kind": "hubspot", "url_env": "CRM_URL", "schema": "hub"})

    assert schema_tables(hub) == ("Deal Stage", "a_view")
    [deal, view] = fetch_tables(hub, ["Deal Stage", "a_view"], tmp_path)

    assert rows(deal) == [{"id": "1", "Label": "won"}]
    assert (deal.path.name, deal.shown, rows(view)) == ("Deal_Stage.parquet", "table Deal Stage", [{"one": "1"}])


def test_sqlite_needs_no_driver_and_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "a.db") as made:
        made.executescript(
            "CREATE TABLE e (at TEXT, n REAL, b BLOB, t TEXT); INSERT INTO e VALUES ('2026-03-01', 1.5, x'00', NULL)"
        )
    made.close()
    monkeypatch.setenv("CRM_URL", f"sqlite:///{tmp_path / 'a.db'}")

    query = "SELECT * FROM e WHERE at > :since"
    assert rows(fetched(tmp_path, query)) == [{"at": "2026-03-01", "n": "1.5", "b": "\\x00", "t": None}]
    assert rows(fetched(tmp_path, query, datetime(2026, 3, 2, tzinfo=UTC))) == []
    with pytest.raises(SourceError, match="no such table: no_table"):
        fetched(tmp_path, "SELECT * FROM no_table")
