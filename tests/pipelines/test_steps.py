"""What a run says where it cannot go on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Terreng

SETTINGS = """[workspace]
name = "Shop"
[[sources]]
name = "shop"
kind = "table"
path = "*.csv"
columns = {occurred_at = "time", activity = "event", identities = {customer_id = "customer"}}
drop = [{reason = "test", where = {event = "test"}}]
[[sources]]
name = "links"
kind = "table"
path = "links.txt"
columns = {identities = {customer_id = "customer", email = "mail"}}
"""


def test_a_run_without_any_event_says_of_each_source_why(terreng: Terreng, workspace: Path) -> None:
    (workspace / "terreng.toml").write_text(SETTINGS, encoding="utf-8")
    bad = ["never,visit,C1", "never,visit,C2", ",visit,Secret", "2026-03-01,,C1", "2026-03-01,visit,", "x,test,C1"]
    (workspace / "a.csv").write_text("time,event,customer\n" + "\n".join(bad), encoding="utf-8")
    (workspace / "b.csv").write_text("", encoding="utf-8")
    (workspace / "links.txt").write_text("customer,mail\nSecret,m1\nSecret,m1\n", encoding="utf-8")

    answer = terreng("run", "--workspace", workspace)

    assert answer.code == 4
    told = " ".join(answer.err.split())
    assert "shop: 6 rows: 5 refused (2 unreadable_timestamp, 1 missing_activity, 1 missing_identity), 1 dropped" in told
    assert "1 dropped, 1 empty file; links: 2 rows: 1 taken in as links, 1 duplicates" in told
    assert "Secret" not in told


def test_corrected_settings_are_enough_to_go_on(terreng: Terreng, workspace: Path) -> None:
    path = workspace / "terreng.toml"
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace('occurred_at = "time"', 'occurred_at = {column = "time", format = "%d.%m.%Y"}'))
    assert "90 rows: 90 refused (90 unreadable_timestamp)" in " ".join(
        terreng("run", "--workspace", workspace).err.split()
    )
    path.write_text(right)

    answer = terreng("run", "--workspace", workspace)

    assert answer.code == 0
    assert "read again: its settings changed" in " ".join(answer.out.split())
