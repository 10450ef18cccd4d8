"""Bad input at the command line: what, where, a hint, the exit code; and what was published stays as it was."""

from __future__ import annotations

import gzip
import hashlib
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    from tests.conftest import Terreng


EXPORT = Path("exports/shop/events.csv")
SETTINGS = Path("terreng.toml")
MAP = Path("maps/first.yaml")
COMMAND = Path(sys.executable).with_name("terreng")


@dataclass(frozen=True)
class Fault:
    """One way to spoil a workspace, and what the run then says."""

    name: str
    spoil: Callable[[Path], object]
    code: int
    told: tuple[str, ...]


def _replace(file: Path, old: str, new: str) -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")

    return spoil


def _add(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / "exports" / "shop" / name).write_bytes(content)


def _truncated_gzip(folder: Path) -> None:
    whole = gzip.compress((folder / EXPORT).read_bytes() * 50)
    (folder / "exports/shop/more.csv.gz").write_bytes(whole[: len(whole) // 2])
    _replace(SETTINGS, "exports/shop/*.csv", "exports/shop/*.gz")(folder)


def _wrong_encoding(folder: Path) -> None:
    """Settings that say UTF-8, and a file that is not."""
    _replace(SETTINGS, "[sources.columns]", '[sources.read]\nencoding = "utf-8"\n\n[sources.columns]')(folder)
    _add("latin.csv", "time,event,customer\n2026-03-01T10:00:00Z,besøk,C1\n".encode("cp1252"))(folder)


ROWS = b"time,event,customer\n2026-03-01T10:00:00Z,visit,C900\n"
FAULTS = (
    Fault("a file that is not there", lambda folder: (folder / EXPORT).unlink(), 4, ("shop", "exports/shop/*.csv")),
    Fault("a truncated gzip", _truncated_gzip, 4, ("more.csv.gz",)),
    Fault("a wrong encoding", _wrong_encoding, 4, ("latin.csv", "utf-8")),
    Fault("a directory", _replace(SETTINGS, "exports/shop/*.csv", "exports/shop"), 4, ("exports/shop", "folder")),
    Fault(
        "a column that is not there", _add("other.csv", b"when,event,customer\n1,visit,C1\n"), 4, ("other.csv", "time")
    ),
    Fault(
        "settings with a typo",
        _replace(Path("terreng.toml"), "timezone =", "timezon ="),
        4,
        ("terreng.toml:", "timezone"),
    ),
    Fault("a map with a typo", _replace(MAP, "touchpoints:", "touchpints:"), 3, ("first.yaml:", "touchpoints")),
    Fault(
        "a goal that cannot be reached",
        _replace(MAP, "goal: first_value", "goal: frist_value"),
        3,
        ("first.yaml:", "first_value"),
    ),
    Fault("no map", lambda folder: (folder / MAP).unlink(), 3, ("maps",)),
    Fault(
        "no journey at all",
        _replace(MAP, "source: shop,", "source: store,"),
        3,
        ("first.yaml", "no journey", "'visit'"),
    ),
)


def _fingerprint(folder: Path) -> str:
    return hashlib.sha256((folder / "published" / "terreng.duckdb").read_bytes()).hexdigest()


def _leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if "unfinished" in path.name or path.name.endswith(".new")]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_told_and_what_was_published_stays(terreng: Terreng, workspace: Path, fault: Fault) -> None:
    assert terreng("run", "--workspace", workspace).code == 0
    before = _fingerprint(workspace)
    fault.spoil(workspace)
    answer = terreng("run", "--workspace", workspace)
    assert answer.code == fault.code, answer.err
    assert all(word in answer.err for word in fault.told), answer.err
    assert "Traceback" not in answer.err
    assert _fingerprint(workspace) == before
    assert _leftovers(workspace) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_in_the_first_run_publishes_nothing(terreng: Terreng, workspace: Path, fault: Fault) -> None:
    fault.spoil(workspace)
    answer = terreng("run", "--workspace", workspace)
    assert answer.code == fault.code, answer.err
    assert not (workspace / "published" / "terreng.duckdb").exists()
    assert not list((workspace / "reports").glob("*"))


def test_timestamps_that_do_not_parse_are_refused_rows_and_end_with_seven(terreng: Terreng, workspace: Path) -> None:
    bad = "".join(f"yesterday {n},visit,C{n}\n" for n in range(20))
    _add("bad.csv", b"time,event,customer\n" + bad.encode())(workspace)
    answer = terreng("run", "--workspace", workspace)
    assert answer.code == 7, answer.err
    assert "20 of " in answer.err
    assert "rejected_rows" in answer.err
    assert "--rejected" in answer.err
    assert (workspace / "published" / "terreng.duckdb").is_file()


@pytest.mark.parametrize("content", ["", "time,event,customer\n"], ids=["no byte", "only a header"])
def test_an_empty_file_alone_is_no_event_at_all(terreng: Terreng, workspace: Path, content: str) -> None:
    (workspace / EXPORT).write_text(content, encoding="utf-8")
    answer = terreng("run", "--workspace", workspace)
    assert answer.code == 4, answer.err
    assert "no event" in answer.err
    assert not (workspace / "published" / "terreng.duckdb").exists()


def test_an_empty_file_beside_others_is_told(terreng: Terreng, workspace: Path) -> None:
    _add("empty.csv", b"")(workspace)
    answer = terreng("run", "--workspace", workspace)
    assert (answer.code, "empty.csv: the file is empty" in answer.out) == (0, True)


def test_a_workspace_in_use_is_told_with_whose_it_is(terreng: Terreng, workspace: Path) -> None:
    assert terreng("run", "--workspace", workspace).code == 0
    before = _fingerprint(workspace)
    holder = (
        "import sys, time; from pathlib import Path; from pipelines.settings import load_settings\n"
        "from pipelines.warehouse import lock\n"
        "with lock(load_settings(Path(sys.argv[1]))): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", holder, workspace], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            answers = {name: terreng(name, "--workspace", workspace) for name in ("run", "ingest", "compare")}
            answers["demo"] = terreng("demo", workspace)
        finally:
            process.kill()
    assert {name: answer.code for name, answer in answers.items()} == dict.fromkeys(answers, 6)
    assert f"process {process.pid}" in answers["run"].err
    assert _fingerprint(workspace) == before
    assert terreng("run", "--workspace", workspace).code == 0


def test_a_full_disk_is_told_and_the_next_run_succeeds(terreng: Terreng, workspace: Path) -> None:
    """A limit on the size of any file stands for the disk: writing beyond it fails in the same places."""
    assert terreng("run", "--workspace", workspace).code == 0
    before = _fingerprint(workspace)
    grown = (workspace / EXPORT).read_text(encoding="utf-8") + "".join(
        f"2026-03-{1 + n % 20:02d}T10:{n % 60:02d}:00Z,visit,D{n:06d},{hashlib.sha256(str(n).encode()).hexdigest()}\n"
        for n in range(60_000)
    )
    (workspace / "exports/shop/grown.csv").write_text(grown, encoding="utf-8")
    done = subprocess.run(
        [COMMAND, "run", "--workspace", workspace],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_files_up_to_8_mb,
    )
    assert done.returncode == 4, done.stderr
    assert "disk is full" in done.stderr
    assert _fingerprint(workspace) == before
    assert _leftovers(workspace) == []
    assert terreng("run", "--workspace", workspace).code == 0


def _files_up_to_8_mb() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))


@pytest.mark.parametrize("after_s", [0.7, pytest.param(1.5, marks=pytest.mark.slow), 2.2])
def test_a_killed_run_leaves_the_published_result_and_the_next_one_proceeds(
    terreng: Terreng, workspace: Path, after_s: float
) -> None:
    assert terreng("run", "--workspace", workspace).code == 0
    before = _fingerprint(workspace)
    _add("more.csv", ROWS)(workspace)
    with subprocess.Popen([COMMAND, "run", "--workspace", workspace], stdout=subprocess.DEVNULL) as process:
        time.sleep(after_s)
        os.kill(process.pid, signal.SIGKILL)
    assert _fingerprint(workspace) == before or _events_n(terreng, workspace) == 91
    assert terreng("run", "--workspace", workspace).code == 0
    assert _events_n(terreng, workspace) == 91
    assert _leftovers(workspace) == []


def _events_n(terreng: Terreng, folder: Path) -> int:
    """Events in the published snapshot, which must be whole."""
    to = folder / "exported"
    assert terreng("export", "--format", "parquet", "--workspace", folder, "--to", to).code == 0
    return pl.read_parquet(to / "events.parquet").height
