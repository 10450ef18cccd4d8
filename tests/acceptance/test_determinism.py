"""Same input, same bytes: whatever the hash seed, the order of the rows and the number of threads."""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import warehouse
from pipelines.demo import make_example
from pipelines.settings import load_settings
from schemas.tables import TABLES
from tests.acceptance.days import join_days

# When, by which run and from which line a row came: true of a delivery, not of its content.
OF_THE_RUN = {
    "events": {"ingested_at", "file_id", "line", "event_key", "id_key", "row_no"},
    "findings": {"first_seen_run"},
    "identity_links": set(),
}
LEFT_OUT = {"files", "runs", "rejected_rows", "source_states", "source_columns"}
PEOPLE = 600


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small example workspace, not yet run."""
    folder = tmp_path_factory.mktemp("example") / "workspace"
    make_example(folder, people=PEOPLE)
    join_days(folder)
    return folder


def digest(workspace: Path) -> dict[str, str]:
    """One hash per published table, over its rows in order of their text."""
    found = {}
    with warehouse.reader(load_settings(workspace)) as connection:
        for name, table in TABLES.items():
            if name not in LEFT_OUT:
                columns = [column for column in table.names if column not in OF_THE_RUN.get(name, set())]
                rows = connection.sql(f"SELECT {', '.join(columns)} FROM {name} ORDER BY ALL").fetchall()
                found[name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


def run(exports: Path, folder: Path, *, seed: int = 0, threads: int = 2, shuffle: int = 0) -> dict[str, str]:
    shutil.copytree(exports, folder)
    settings = folder / "terreng.toml"
    settings.write_text(settings.read_text().replace("threads = 2", f"threads = {threads}"))
    if shuffle:
        for path in sorted((folder / "exports").rglob("*.*")):
            _shuffle(path, random.Random(shuffle))  # noqa: S311 -- a shuffle for a test, no secret
    environment = {**os.environ, "PYTHONHASHSEED": str(seed), "TERRENG_SALT": "salt"}
    start = "from pipelines.command_line import main; main()"
    command = [sys.executable, "-c", start, "run", "--workspace", str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return digest(folder)


def _shuffle(path: Path, rng: random.Random) -> None:
    if path.name.endswith(".jsonl.gz"):
        lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
        rng.shuffle(lines)
        path.write_bytes(gzip.compress(b"".join(lines), mtime=0))
        return
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    heads = 3 if "qualtrics" in path.parts else 1
    body = rows[heads:]
    rng.shuffle(body)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([*rows[:heads], *body])


@pytest.fixture(scope="module")
def first(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    yield run(exports, tmp_path_factory.mktemp("first") / "workspace")


@pytest.mark.parametrize(
    ("seed", "threads", "shuffle"),
    [pytest.param(1, 1, 1, id="one thread", marks=pytest.mark.slow), pytest.param(2, 8, 2, id="eight threads")],
)
def test_the_published_tables_are_the_same(
    exports: Path, first: dict[str, str], tmp_path: Path, seed: int, threads: int, shuffle: int
) -> None:
    again = run(exports, tmp_path / "workspace", seed=seed, threads=threads, shuffle=shuffle)

    assert [name for name in first if first[name] != again[name]] == []
