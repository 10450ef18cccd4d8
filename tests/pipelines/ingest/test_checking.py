"""The contract at the door, and what taking in a file does not load for it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest.checking import check_contract
from schemas.contracts import ContractError
from schemas.tables import EVENTS

HEAVY = ("pandas", "pandera")
TAKEN_IN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.ingest import ingest
from pipelines.settings import load_settings
from pipelines.warehouse import writer

settings = load_settings(Path(sys.argv[1]))
with writer(settings) as con:
    reports = ingest(con, settings, datetime(2026, 3, 1, tzinfo=UTC))
print(*[report.accepted_n for report in reports], *[name for name in sys.argv[2:] if name in sys.modules])
"""
SETTINGS = """
[workspace]
name = "Two sources"
[[sources]]
name = "log"
kind = "table"
path = "log.csv"
columns = {activity = "activity", occurred_at = "at", identities = {customer = "customer"}}
[[sources]]
name = "pages"
kind = "table"
path = "pages.json"
columns = {activity = "activity", occurred_at = "at", identities = {customer = "customer"}}
"""


@pytest.mark.parametrize(
    ("column", "word", "told"),
    [("status", "perhaps", "events: status"), ("initiator", "nobody", "events: initiator"), ("status", "ok", "")],
)
def test_a_word_that_no_list_has_is_refused_and_not_shown(column: str, word: str, told: str) -> None:
    con = duckdb.connect()
    con.execute(EVENTS.ddl())
    when = datetime(2026, 1, 1, tzinfo=UTC)
    values = {**dict.fromkeys(EVENTS.names, None), **dict.fromkeys(("event_id", "source", "activity", "file_id"), "x")}
    values |= {"occurred_at": when, "ingested_at": when, "ids": {}, "attributes": {}, column: word}
    values |= dict.fromkeys(("line", "event_key", "id_key", "tie"), 1)
    con.execute(f"INSERT INTO events VALUES ({', '.join('?' * len(values))})", list(values.values()))
    if not told:
        check_contract(con, 0)
        return
    with pytest.raises(ContractError, match=told) as caught:
        check_contract(con, 0)
    assert word not in str(caught.value)
    check_contract(con, 1)  # rows from before are no business of this file


def test_taking_in_a_file_loads_neither_pandas_nor_pandera(tmp_path: Path) -> None:
    (tmp_path / "terreng.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "log.csv").write_text("customer,activity,at\nc1,order,2026-01-01\nc2\n", encoding="utf-8")
    page = '[{"customer": "c1", "activity": "visit", "at": "2026-01-02"}]'
    (tmp_path / "pages.json").write_text(page, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", TAKEN_IN, str(tmp_path), *HEAVY], capture_output=True, text=True, check=False
    )
    assert (done.stdout.split(), done.stderr) == (["1", "1"], "")
