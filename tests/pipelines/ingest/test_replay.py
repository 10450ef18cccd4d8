"""Refused rows are written out, mended and taken in again, as rows of the file that they came from."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines import warehouse
from pipelines.settings import load_settings

if TYPE_CHECKING:
    from tests.conftest import Terreng

GOOD = "time;event;customer;amount\n2026-03-01T10:00:00Z;visit;C1;1,5\n2026-03-01T11:00:00Z;visit;C2;2\n"
BAD = "yesterday;visit;C3;3,5\n2026-03-02T10:00:00Z;;C4;4\n2026-03-02T10:00:00Z;visit\n"
FATES = "SELECT rows_n, accepted_n, duplicate_n, dropped_n, rejected_n FROM files WHERE paths[1] LIKE '%bad%'"


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with warehouse.writer(load_settings(folder)) as connection:
        return connection.sql(query).fetchall()


def spoilt(terreng: Terreng, workspace: Path, name: str, content: str) -> Path:
    """The file of refused rows of a workspace with one bad file."""
    (workspace / "exports" / "shop" / name).write_text(content, encoding="utf-8")
    settings = workspace / "terreng.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("shop/*.csv", "shop/*.*"), encoding="utf-8")
    assert terreng("ingest", "--workspace", workspace).code == 7
    assert terreng("ingest", "--workspace", workspace, "--rejected", workspace / "mend").code == 0
    (path,) = (workspace / "mend" / "shop").iterdir()
    return path


def test_mended_rows_are_accepted_in_the_counts_of_their_file(terreng: Terreng, workspace: Path) -> None:
    path = spoilt(terreng, workspace, "bad.csv", GOOD + BAD * 20)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    assert (head, lines[0], len(lines)) == ("terreng_line;time;event;customer;amount", "4;yesterday;visit;C3;3,5", 40)
    assert rows(workspace, FATES) == [(62, 2, 0, 0, 60)]
    path.write_text(
        path.read_text(encoding="utf-8").replace("\n4;yesterday", "\n4;2026-03-01T12:00:00Z"), encoding="utf-8"
    )

    answer = terreng("ingest", "--workspace", workspace, "--replay", path)

    assert answer.code == 0, answer.err
    assert rows(workspace, FATES) == [(62, 3, 0, 0, 59)]
    event = "SELECT line, attributes['amount'], activity FROM events WHERE line = 4 AND attributes['amount'] = '3.5'"
    assert rows(workspace, event) == [(4, "3.5", "visit")]
    assert rows(workspace, "SELECT count(*) FROM rejected_rows") == [(59,)]


def test_replaying_twice_changes_nothing(terreng: Terreng, workspace: Path) -> None:
    path = spoilt(terreng, workspace, "bad.csv", GOOD + BAD * 20)
    path.write_text(path.read_text(encoding="utf-8").replace("yesterday", "2026-03-01T12:00:00Z"), encoding="utf-8")
    tables = ("events", "rejected_rows", "files", "link_evidence", "identifiers")
    found = []
    for _ in range(2):
        assert terreng("ingest", "--workspace", workspace, "--replay", path).code == 0
        found.append(
            [
                sorted(
                    map(
                        str,
                        rows(
                            workspace,
                            f"SELECT * EXCLUDE (first_seen_at) FROM {table}"
                            if table == "rejected_rows"
                            else f"SELECT * FROM {table}",
                        ),
                    )
                )
                for table in tables
            ]
        )
    assert found[0] == found[1]
    assert rows(workspace, FATES) == [(62, 3, 19, 0, 40)]


def test_a_row_that_is_still_wrong_stays_refused_with_its_new_reason(terreng: Terreng, workspace: Path) -> None:
    path = spoilt(terreng, workspace, "bad.csv", GOOD + BAD)
    path.write_text(
        path.read_text(encoding="utf-8").replace("yesterday;visit", "2026-03-01T12:00:00Z;"), encoding="utf-8"
    )
    assert terreng("ingest", "--workspace", workspace, "--replay", path).code == 0
    assert rows(workspace, "SELECT line, reason_code FROM rejected_rows ORDER BY line") == [
        (4, "missing_activity"), (5, "missing_activity"), (6, "broken_row"),
    ]  # fmt: skip


def test_rows_of_json_are_mended_as_json(terreng: Terreng, workspace: Path) -> None:
    bad = '{"time": "never", "event": "visit", "customer": "C%d", "n": {"a": [1.5]}}\n'
    path = spoilt(terreng, workspace, "bad.jsonl", "".join(bad % n for n in range(20)))
    assert path.read_text(encoding="utf-8").splitlines()[1].startswith('{"terreng_line": 2, "time": "never"')
    path.write_text(path.read_text(encoding="utf-8").replace("never", "2026-03-01T12:00:00Z"), encoding="utf-8")
    assert terreng("ingest", "--workspace", workspace, "--replay", path).code == 0
    assert rows(workspace, FATES) == [(20, 20, 0, 0, 0)]
    assert rows(
        workspace,
        "SELECT DISTINCT attributes FROM events WHERE line = 7 AND list_contains(map_keys(attributes), 'n.a')",
    ) == [({"n.a": "[1.5]"},)]


@pytest.mark.parametrize("name", ["shop/other.csv", "shop/a.0123456789abcdef.csv", "other/a.csv"])
def test_other_files_are_no_mended_rows(terreng: Terreng, workspace: Path, name: str) -> None:
    path = workspace / "mend" / name
    path.parent.mkdir(parents=True)
    path.write_text("terreng_line,time\n", encoding="utf-8")
    assert terreng("ingest", "--workspace", workspace, "--replay", path).code == 2
