"""The page on connectors: its example gives what it says, and it names every connector and key."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from pipelines import warehouse
from pipelines.connectors import connector_names
from pipelines.ingest import ingest
from pipelines.settings import load_settings

PAGE = (Path(__file__).parents[3] / "pipelines" / "connectors" / "README.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_the_example_gives_the_events_that_the_page_shows(tmp_path: Path) -> None:
    calls, topics, events = blocks("csv")
    files = {
        "connectors/helpline.toml": blocks("toml")[1],
        "exports/calls.csv": calls,
        "exports/topics.csv": topics,
        "terreng.toml": (
            '[workspace]\nname = "x"\n[[sources]]\nname = "line"\nkind = "helpline"\npath = "exports/*.csv"\n'
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings = load_settings(tmp_path)
    with warehouse.writer(settings) as con:
        report = ingest(con, settings, datetime(2026, 11, 1, tzinfo=UTC))[0]
        found = con.sql("""
            SELECT event_id, strftime(occurred_at, '%Y-%m-%d %H:%M'), activity, coalesce(channel, ''),
                coalesce(initiator, ''), array_to_string(list_sort(list_transform(map_entries(attributes),
                    lambda pair: pair.key || '=' || pair.value)), ';')
            FROM events ORDER BY event_id""").fetchall()
    assert [",".join(row) for row in found] == events.splitlines()[1:]
    assert (report.accepted_n, report.dropped_n, report.rejected_n) == (3, 1, 0)


def test_every_connector_is_named() -> None:
    assert [name for name in connector_names() if f"[{name}]({name}.md)" not in PAGE and f"`{name}`" not in PAGE] == []
