from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.report.changes.compared import Change, change_table, compared, told_value, told_verdict
from pipelines.report.changes.findings import finding_changes, state_tiles
from pipelines.report.changes.kept import HeadlineNumber, as_json, from_json, read_earlier
from pipelines.report.changes.numbers import headline_numbers
from pipelines.report.changes.picture import changes_picture
from pipelines.report.view import JourneyView

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
NOW = HeadlineNumber("converted", 0.40, 0.39, 0.41, 900)


def left(reports: Path, run: str, as_of: str, share: float) -> None:
    (reports / run).mkdir(parents=True)
    numbers = [{"measure": "converted", "value": share, "low": share - 0.01, "high": share + 0.01, "n": 900}]
    told = {"as_of": as_of, "maps": [{"journey": "buy", "numbers": numbers}]}
    (reports / run / "findings.json").write_text(json.dumps(told), encoding="utf-8")


def test_a_run_is_compared_with_the_latest_earlier_snapshot(tmp_path: Path) -> None:
    left(tmp_path, "1", "2026-04-30T00:00:00Z", 0.30)
    left(tmp_path, "2", "2026-05-31T00:00:00Z", 0.35)
    left(tmp_path, "3", "2026-06-30T00:00:00Z", 0.39)  # the same snapshot as now: a run that is repeated
    left(tmp_path, "4", "2026-07-31T00:00:00Z", 0.50)
    found = read_earlier(tmp_path, AS_OF + timedelta(microseconds=999_999))
    assert found is not None
    assert (found.run_id, found.numbers["buy"][0].value) == ("2", 0.35)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"as_of": "yesterday", "maps": []}', '{"as_of": 1, "maps": [1]}'])
def test_what_is_no_file_of_ours_is_passed_by(tmp_path: Path, text: str) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "findings.json").write_text(text, encoding="utf-8")
    assert read_earlier(tmp_path, AS_OF) is None


def test_numbers_come_back_as_they_were_left_and_strange_ones_are_passed_by() -> None:
    numbers = (NOW, HeadlineNumber("journeys", 1_000))
    strange = [{"measure": "converted", "value": "many"}, {"measure": "mood", "value": 1}, 7, {"measure": "lost"}]
    assert from_json([*as_json(numbers), *strange]) == numbers


@pytest.mark.parametrize(
    ("measure", "then", "now", "verdict"),
    [
        ("converted", (0.30, 0.32), (0.39, 0.41), "better"),
        ("converted", (0.45, 0.47), (0.39, 0.41), "worse"),
        ("converted", (0.38, 0.40), (0.39, 0.41), "same"),
        ("abandoned", (0.30, 0.32), (0.39, 0.41), "worse"),
        ("lost", (90.0, 100.0), (50.0, 60.0), "better"),
        ("lost", (None, None), (50.0, 60.0), ""),
    ],
)
def test_it_is_called_a_change_only_where_the_intervals_part(
    measure: str, then: tuple[float | None, float | None], now: tuple[float, float], verdict: str
) -> None:
    change = Change(HeadlineNumber(measure, 0.3, *then), HeadlineNumber(measure, 0.4, *now))
    assert change.verdict == verdict
    assert bool(told_verdict(change)) == bool(verdict)


def test_only_what_both_runs_tell_is_compared() -> None:
    then = (HeadlineNumber("converted", 0.3, 0.29, 0.31), HeadlineNumber("exited", 0.1, 0.09, 0.11))
    changes = compared(then, (NOW, HeadlineNumber("journeys", 20)))
    assert [change.measure for change in changes] == ["converted"]
    (row,) = change_table(changes, "buy").rows
    assert [text for text, _ in row] == [
        "Reach the goal", "30% (29–31%)", "40% (39–41%)", "better: more than chance",
    ]  # fmt: skip


def test_counts_are_told_with_as_many_figures_as_they_have() -> None:
    assert told_value(HeadlineNumber("lost", 8.25, 3.1, 1_200.4)) == "8.2 (3.1 to 1,200)"
    assert told_value(HeadlineNumber("journeys", 18_015)) == "18,015"


def test_the_headline_numbers_are_those_of_the_page(view: Callable[..., JourneyView]) -> None:
    found = {number.measure: number for number in headline_numbers(view(12))}
    assert found["journeys"].value == 200
    assert [found["converted"].value, found["converted"].low] == pytest.approx([0.26, 0.24])
    assert 0 < (found["designed"].low or 0) < found["designed"].value < (found["designed"].high or 0) < 1
    assert 0 < found["promises_kept"].value < 1


def test_the_picture_has_a_row_for_each_share_and_no_text_on_another() -> None:
    shares = ("converted", "abandoned", "exited", "designed", "promises_kept")
    changes = tuple(Change(replace(NOW, measure=name, value=0.3), replace(NOW, measure=name)) for name in shares)
    drawing = changes_picture((*changes, Change(HeadlineNumber("lost", 1), HeadlineNumber("lost", 2))), "c")
    assert drawing is not None
    assert drawing.svg.count("point then") == len(shares)
    boxes = drawing.boxes
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.overlaps(b)]
    assert changes_picture(changes[:0], "c") is None


def test_findings_are_counted_by_what_became_of_them(view: Callable[..., JourneyView]) -> None:
    shown = view(12)
    states = ("new", "persists", "worse", "fixed", "returned", "accepted")
    rows = tuple(replace(row, state=states[i % 6]) for i, row in enumerate(shown.data.findings))
    shown = replace(shown, data=replace(shown.data, findings=rows))
    told = {tile.label: tile.value for tile in state_tiles(shown, "t")}
    labels = ("new findings", "as before", "worse", "fixed", "back again", "accepted")
    assert told == {label: str(len(rows[i::6])) for i, label in enumerate(labels)}
    table = finding_changes(shown, "buy")
    assert [row["state"] for row in table.records] == sorted(
        (row.state for row in rows if row.state in {"new", "worse", "returned", "fixed"}),
        key=["new", "worse", "returned", "fixed"].index,
    )


def test_the_report_says_what_changed_since_the_run_before(
    build: Callable[..., Any], map_text: Callable[[int], str]
) -> None:
    from pipelines.report import write_report

    settings = build(map_text(5), 60)
    run = "20260630T000000Z-1a2b"
    first = write_report(settings, run).read_text(encoding="utf-8")
    assert "This is the first run that tells of this map" in first
    earlier = settings.reports_dir / "20260531T000000Z-0000"
    earlier.mkdir()
    told = json.loads((settings.reports_dir / run / "findings.json").read_text(encoding="utf-8"))
    told["as_of"] = (AS_OF - timedelta(days=30)).isoformat()
    (earlier / "findings.json").write_text(json.dumps(told), encoding="utf-8")
    again = write_report(settings, run).read_text(encoding="utf-8")
    assert "Compared with how things stood on 31 May 2026" in again
    assert "may be the same" in again
