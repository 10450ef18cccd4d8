"""A small workspace whose rows have a customer number and an e-mail address, run once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.commands.init import init
from pipelines.pseudonyms import load_salt, pseudonym_sql
from pipelines.settings import Settings, load_settings
from tests.conftest import Terreng

MAIL = "kari7@example.com"
CUSTOMER = "C0007X"
HEADER = "time,event,customer,mail,region\n"


def visits(customer: int) -> list[str]:
    """What one of 40 customers did; number 7 is Kari."""
    day = f"2026-03-{1 + customer % 20:02d}"
    steps = ["visit", "signup", "order"] if customer < 20 else ["visit", "order"] if customer < 30 else ["visit"]
    who = f"{CUSTOMER},{MAIL}" if customer == 7 else f"C{customer:04d}Y,per{customer}@example.com"
    return [f"{day}T{10 + hour}:00:00Z,{step},{who},north" for hour, step in enumerate(steps)]


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    """The workspace, not run yet. Two rows of Kari's cannot be read."""
    folder = tmp_path / "shop"
    init(folder)
    path = folder / "terreng.toml"
    text = path.read_text(encoding="utf-8").replace("[[sources]]\n", "[[sources]]\ntolerance = 0.5\n", 1)
    assert 'identities = {customer_id = "customer"}' in text
    path.write_text(
        text.replace(
            'identities = {customer_id = "customer"}', 'identities = {customer_id = "customer", email = "mail"}'
        ),
        encoding="utf-8",
    )
    rows = [line for customer in range(40) for line in visits(customer)]
    rows += [
        f"not a time,visit,{CUSTOMER},{MAIL},north",
        f"2026-03-03T10:00:00Z,visit,{CUSTOMER},{MAIL},north,too many",
    ]
    deliver(folder, "events.csv", rows)
    return load_settings(folder)


@pytest.fixture
def shop_run(shop: Settings, terreng: Terreng) -> Settings:
    """The workspace after a first run."""
    answer = terreng("run", "-w", shop.root)
    assert answer.code == 0, answer.err
    return shop


def deliver(folder: Path, name: str, rows: list[str]) -> None:
    (folder / "exports" / "shop" / name).write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")


@pytest.fixture
def pseudonym() -> Callable[[Settings, str, str], str]:
    """The pseudonym of an id as the door makes it."""

    def made(settings: Settings, id_type: str, value: str) -> str:
        sql = pseudonym_sql(load_salt(settings), id_type, "$value")
        with duckdb.connect() as con:
            return str(con.sql(f"SELECT {sql}", params={"value": value}).fetchall()[0][0])

    return made


def stands(folder: Path, text: str) -> list[str]:
    """Files of the workspace, besides what was delivered, in which a text stands: as bytes, or in a row of a table."""
    found = [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "exports/shop" not in str(path) and text.encode() in path.read_bytes()
    ]
    for name in ("warehouse.duckdb", "published/terreng.duckdb"):
        if (folder / name).exists():
            found += [f"{name}: {table}" for table in _tables_with(folder / name, text)]
    return found


def _tables_with(path: Path, text: str) -> list[str]:
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.sql("SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        return [
            table
            for schema, table in tables
            if con.sql(
                f'SELECT count(*) FROM "{schema}"."{table}" AS row WHERE contains(row::VARCHAR, $text)',
                params={"text": text},
            ).fetchall()
            != [(0,)]
        ]
