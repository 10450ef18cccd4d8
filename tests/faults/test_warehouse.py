"""Kills, full disks, lost files and rivals, each in a process of its own, as they happen."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import warehouse
from pipelines.settings import Settings, load_settings
from schemas.errors import WarehouseError, WorkspaceBusyError

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = '[workspace]\nname = "Test"\ntimezone = "UTC"\n\n[warehouse]\nmemory_limit = "500MB"\nthreads = 2\n'
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETUP = """
import json, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from pipelines import warehouse
from pipelines.settings import load_settings
from schemas.errors import WarehouseError
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
def add(connection, n):
    connection.execute(
        "INSERT INTO touchpoints SELECT 'buy', md5(random()::VARCHAR) || i, 'Title', NULL, i, 'flow', NULL, false, 0,"
        " 0, NULL, false"
        " FROM range(" + str(n) + ") AS numbers(i)"
    )
def one_run(connection, settings, n):
    run_id = warehouse.begin_run(connection, settings, NOW)
    with warehouse.transaction(connection, settings.warehouse):
        add(connection, n)
    warehouse.end_run(connection, settings, run_id, NOW)
    warehouse.publish(connection, settings, run_id)
settings = load_settings(Path(sys.argv[1]))
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "terreng.toml").write_text(SETTINGS, encoding="utf-8")
    return load_settings(tmp_path)


@contextmanager
def child(settings: Settings, script: str) -> Iterator[subprocess.Popen[str]]:
    """Starts the script on the workspace, waits until it says "ready", and kills it at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", SETUP + script, str(settings.root)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def told_by(script: str, root: Path, *prefix: str) -> dict[str, object]:
    """Runs the script to its end and returns the JSON that it prints."""
    done = subprocess.run(
        [*prefix, sys.executable, "-c", SETUP + script, str(root)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


def one_run(settings: Settings, touchpoints_n: int) -> None:
    with warehouse.writer(settings) as connection:
        run_id = warehouse.begin_run(connection, settings, NOW)
        connection.execute(
            "INSERT INTO touchpoints SELECT 'buy', 't' || i, 'Title', NULL, i, 'flow', NULL, false, 0, 0, NULL, false"
            " FROM range($n) AS numbers(i)",
            {"n": touchpoints_n},
        )
        warehouse.end_run(connection, settings, run_id, NOW)
        warehouse.publish(connection, settings, run_id)


def published_n(settings: Settings) -> int:
    with warehouse.reader(settings) as connection:
        return int(connection.sql("SELECT count(*) FROM touchpoints").fetchall()[0][0])


def test_a_second_run_is_turned_away_at_once_and_told_who_is_first(settings: Settings) -> None:
    with child(settings, "with warehouse.lock(settings):\n print('ready', flush=True); time.sleep(60)") as first:
        before = time.monotonic()
        with (
            pytest.raises(WorkspaceBusyError, match=rf"process {first.pid} \(since 2") as error,
            warehouse.lock(settings),
        ):
            pass
    assert time.monotonic() - before < 1
    assert error.value.exit_code == 6


def test_a_killed_run_does_not_hold_the_workspace(settings: Settings) -> None:
    with child(settings, "with warehouse.writer(settings):\n print('ready', flush=True); time.sleep(60)"):
        pass
    one_run(settings, 1)
    assert published_n(settings) == 1


def test_a_program_that_has_the_warehouse_open_is_named(settings: Settings) -> None:
    one_run(settings, 1)
    script = "import duckdb; c = duckdb.connect(str(settings.warehouse)); print('ready', flush=True); time.sleep(60)"
    with child(settings, script) as other:
        with pytest.raises(WorkspaceBusyError, match=rf"process {other.pid} \(python.*published/terreng\.duckdb"):
            one_run(settings, 1)
        assert published_n(settings) == 1


def test_a_run_killed_while_it_writes_leaves_its_last_commit_and_what_was_published(settings: Settings) -> None:
    one_run(settings, 1)
    script = """
with warehouse.writer(settings) as connection:
    warehouse.begin_run(connection, settings, NOW)
    connection.execute("BEGIN"); add(connection, 100_000)
    print("ready", flush=True); time.sleep(60)
"""
    with child(settings, script):
        pass
    assert published_n(settings) == 1
    one_run(settings, 1)
    assert published_n(settings) == 2
    with warehouse.reader(settings) as connection:
        statuses = connection.sql("SELECT status FROM runs ORDER BY run_id").fetchall()
    assert statuses == [("succeeded",), ("failed",), ("succeeded",)]


@pytest.mark.parametrize("delay_s", [0.0, 0.02, 0.05, 0.09, 0.14, 0.2, 0.27, 0.35])
def test_a_run_killed_anywhere_around_publishing_leaves_a_whole_snapshot(settings: Settings, delay_s: float) -> None:
    script = """
with warehouse.writer(settings) as connection:
    one_run(connection, settings, 50_000); print("ready", flush=True)
    while True: one_run(connection, settings, 50_000)
"""
    with child(settings, script):
        time.sleep(delay_s)
    with warehouse.reader(settings) as connection:
        found = connection.sql(
            "SELECT (SELECT count(*) FROM touchpoints), (SELECT count(*) FROM runs WHERE status = 'succeeded')"
        ).fetchall()
    touchpoints_n, runs_n = found[0]
    assert touchpoints_n == 50_000 * runs_n >= 50_000
    one_run(settings, 1)
    assert published_n(settings) % 50_000 == 1
    assert [path.name for path in settings.published_dir.iterdir()] == ["terreng.duckdb"]


def leave_log_behind(settings: Settings) -> Path:
    """A run that is killed between two commits, so that they stand in the write-ahead log alone."""
    one_run(settings, 1)
    script = """
with warehouse.writer(settings) as connection:
    warehouse.begin_run(connection, settings, NOW)
    print("ready", flush=True); time.sleep(60)
"""
    with child(settings, script):
        pass
    log = settings.warehouse.with_name(settings.warehouse.name + ".wal")
    assert log.stat().st_size > 0
    return log


def test_a_write_ahead_log_is_replayed(settings: Settings) -> None:
    leave_log_behind(settings)
    with warehouse.writer(settings) as connection:
        assert connection.sql("SELECT count(*) FROM runs").fetchall() == [(2,)]


@pytest.mark.parametrize("left", [None, 0, 100, -1])
def test_commits_that_got_lost_with_the_log_are_missed(settings: Settings, left: int | None) -> None:
    log = leave_log_behind(settings)
    if left is None:
        log.unlink()
    else:
        os.truncate(log, left if left >= 0 else log.stat().st_size // 2)
    with pytest.raises(WarehouseError) as error, warehouse.writer(settings):
        pass
    assert error.value.exit_code == 4
    assert error.value.hint
    assert published_n(settings) == 1


def test_a_warehouse_that_was_deleted_starts_again_from_nothing(settings: Settings) -> None:
    one_run(settings, 3)
    settings.warehouse.unlink()
    one_run(settings, 1)
    assert published_n(settings) == 1


def test_a_log_without_its_warehouse_is_refused(settings: Settings) -> None:
    leave_log_behind(settings)
    settings.warehouse.unlink()
    with pytest.raises(WarehouseError, match=r"warehouse\.duckdb\.wal without its warehouse\.duckdb"):
        one_run(settings, 1)


def test_a_file_that_is_no_warehouse_is_left_as_it_is(settings: Settings) -> None:
    settings.warehouse.write_bytes(b"id;name\n" * 4000)
    with pytest.raises(WarehouseError, match=r"no DuckDB database.*Hint: move the file away"):
        one_run(settings, 1)
    assert settings.warehouse.read_bytes() == b"id;name\n" * 4000


def test_a_folder_in_the_warehouses_place_is_named(settings: Settings) -> None:
    settings.warehouse.mkdir()
    with pytest.raises(WarehouseError, match="a folder; wanted a file"):
        one_run(settings, 1)


@pytest.mark.parametrize("place", ["published", ".terreng"])
def test_a_file_in_a_folders_place_is_named(settings: Settings, place: str) -> None:
    (settings.root / place).write_text("", encoding="utf-8")
    with pytest.raises(WarehouseError, match=rf"{place}: a file where a folder should be"):
        one_run(settings, 1)


def test_a_cut_off_warehouse_is_called_damaged(settings: Settings) -> None:
    one_run(settings, 200_000)
    os.truncate(settings.warehouse, settings.warehouse.stat().st_size // 2)
    with pytest.raises(WarehouseError, match="damaged file"), warehouse.writer(settings) as connection:
        connection.sql("SELECT count(DISTINCT touchpoint) FROM touchpoints").fetchall()


def test_a_full_disk_while_publishing_keeps_the_former_snapshot(settings: Settings) -> None:
    """A limit on the size of files fails every write behind it, as a full disk does."""
    one_run(settings, 1)
    script = """
with warehouse.writer(settings) as connection:
    with warehouse.transaction(connection, settings.warehouse):
        add(connection, 300_000)
    connection.execute("CHECKPOINT")
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, resource.RLIM_INFINITY))
    try:
        warehouse.publish(connection, settings, "full")
    except WarehouseError as error:
        print(json.dumps({"got": error.got, "hint": error.hint, "exit": error.exit_code}))
"""
    told = told_by(script, settings.root)
    assert told == {
        "got": "the disk is full",
        "hint": "free some space and run again; what was published before is untouched",
        "exit": 4,
    }
    assert [path.name for path in settings.published_dir.iterdir()] == ["terreng.duckdb"]
    assert published_n(settings) == 1


IN_A_SMALL_DISK = """
import shutil, subprocess
disk = Path(sys.argv[1]) / "disk"
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(disk)], check=True)
shutil.copy(Path(sys.argv[1]) / "terreng.toml", disk)
settings = load_settings(disk)
def published_n():
    with warehouse.reader(settings) as connection:
        return connection.sql("SELECT count(*) FROM touchpoints").fetchall()[0][0]
with warehouse.writer(settings) as connection:
    one_run(connection, settings, 10)
told = {}
def attempt(name, work):
    try:
        with warehouse.writer(settings) as connection:
            work(connection)
            told[name] = "no error"
    except WarehouseError as error:
        told[name] = error.got
    told[name + " published"] = published_n()
"""


@pytest.fixture
def mounting() -> tuple[str, ...]:
    """The command that runs a script with mounts of its own, which end with it; needs root or user namespaces."""
    if shutil.which("unshare"):
        for prefix in (("unshare", "--mount"), ("unshare", "--map-root-user", "--mount")):
            tried = subprocess.run([*prefix, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], check=False, capture_output=True)
            if tried.returncode == 0:
                return prefix
    pytest.skip("this machine lets nobody mount a small disk; the file-size limit above tests the same path")


def test_a_disk_that_fills_up_keeps_commits_and_snapshot_and_recovers(
    settings: Settings, mounting: tuple[str, ...]
) -> None:
    (settings.root / "disk").mkdir()
    script = """
filler = disk / "filler"
filler.write_bytes(b"x" * 16_000_000)
def too_much(connection):
    with warehouse.transaction(connection, settings.warehouse):
        add(connection, 1_000_000)
def no_room_to_publish(connection):
    with warehouse.transaction(connection, settings.warehouse):
        add(connection, 50_000)
    connection.execute("CHECKPOINT")
    free = shutil.disk_usage(disk).free
    filler.write_bytes(b"x" * (free - 1_500_000))
    warehouse.publish(connection, settings, "full")
def afterwards(connection):
    one_run(connection, settings, 5)
attempt("write", too_much)
filler.unlink()
attempt("publish", no_room_to_publish)
filler.unlink()
attempt("afterwards", afterwards)
print(json.dumps(told))
"""
    assert told_by(IN_A_SMALL_DISK + script, settings.root, *mounting) == {
        "write": "the disk is full",
        "write published": 10,
        "publish": "the disk is full",
        "publish published": 10,
        "afterwards": "no error",
        "afterwards published": 50_015,
    }


def test_a_read_only_disk_is_named_and_can_still_be_read(settings: Settings, mounting: tuple[str, ...]) -> None:
    (settings.root / "disk").mkdir()
    script = """
subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
attempt("write", lambda connection: None)
print(json.dumps(told))
"""
    assert told_by(IN_A_SMALL_DISK + script, settings.root, *mounting) == {
        "write": "no permission to open the file",
        "write published": 10,
    }
