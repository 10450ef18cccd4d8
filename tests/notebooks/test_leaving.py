"""What is left when `terreng explore` ends, and what it does not begin with."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.explore.desk import open_desk
from schemas.errors import WarehouseError

ENDS_UNDER_A_QUESTION = """
import sys, threading, time, duckdb
from pipelines.explore.serving import _leave
endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"
threading.Thread(target=lambda: duckdb.connect().execute(endless).fetchall(), daemon=True).start()
time.sleep(0.5)
_leave(sys.argv[1])
"""


def test_it_ends_in_peace_under_a_question_that_has_no_end(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (scratch / "own.csv").write_text("id\n1\n", encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-c", ENDS_UNDER_A_QUESTION, str(scratch)], check=False, capture_output=True, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert not scratch.exists()


def test_what_another_version_published_is_not_looked_into(example: Path, tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copytree(example, older, ignore=shutil.ignore_patterns("warehouse*", "reports", "exports"))
    with duckdb.connect(str(older / "published" / "terreng.duckdb")) as connection:
        connection.execute("DROP TABLE journey_phases")
    with pytest.raises(WarehouseError) as refused:
        open_desk(older)
    assert "terreng run" in refused.value.hint
