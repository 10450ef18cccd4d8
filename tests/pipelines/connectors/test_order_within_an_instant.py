"""What comes first of events that a source gives one and the same time."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.ingest import ingest
from pipelines.settings import load_settings
from pipelines.warehouse import writer

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "at", "activities"),
    [
        # In the file the item stands before the page; its batch_event_index is the larger one.
        ("ga4", "2026-05-04 10:00:00", ["page_view", "view_item"]),
        # In the file the check stands before the page; event_id counts them.
        ("amplitude", "2026-05-04 10:00:00.1", ["[Amplitude] Page Viewed", "Address Checked"]),
        # The page, the goal that it reached, and the order.
        ("matomo", "2026-05-04 10:03:20", ["action", "Ordered fibre", "ecommerceOrder"]),
        # Two hits in one second, by visit_page_num.
        ("adobe", "2026-05-04 10:01:00", ["checkout", "purchase"]),
    ],
)
def test_events_of_one_instant_are_in_the_order_that_the_source_tells(
    kind: str, at: str, activities: list[str], tmp_path: Path
) -> None:
    shutil.copytree(HERE / kind / "files", tmp_path / "files")
    source = f'[[sources]]\nname = "web"\nkind = "{kind}"\npath = "files/*"\ntolerance = 1\n'
    (tmp_path / "terreng.toml").write_text(f'[workspace]\nname = "x"\n{source}', encoding="utf-8")
    settings = load_settings(tmp_path)
    with writer(settings) as con:
        ingest(con, settings, NOW)
        found = con.sql(
            "SELECT activity, tie FROM events WHERE timezone('UTC', occurred_at) = CAST($at AS TIMESTAMP)"
            " AND list_contains($activities, activity)",
            params={"at": at, "activities": activities},
        ).fetchall()
    ties: dict[str, int] = dict(found)
    assert len(set(ties.values())) == len(activities)
    assert sorted(ties, key=ties.__getitem__) == activities
