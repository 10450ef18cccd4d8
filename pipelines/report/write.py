"""Writes one run's report into its folder, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from pipelines.report.page import make_page, render
from pipelines.report.rows import Snapshot
from pipelines.report.snapshot import read_snapshot
from pipelines.report.tables import write_tables
from pipelines.report.view import JourneyView
from pipelines.settings import Settings
from schemas.journey_map import JourneyMap, load_maps


def write_report(settings: Settings, run_id: str) -> Path:
    """Writes `reports/<run_id>/report.html` and the tables behind it, from the published snapshot and the maps.

    Returns:
        Path of the page.

    Raises:
        WarehouseError: nothing is published, or not by this run.
        MapError: a map cannot be read.
    """
    maps = load_maps(settings.root / "maps")
    snapshot = read_snapshot(settings, run_id, tuple(dict.fromkeys(m.journey for m in maps)))
    page = make_page(settings.name, snapshot, _views(maps, snapshot))
    target = settings.reports_dir / run_id
    settings.reports_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.reports_dir, prefix=".report-") as draft:
        folder = Path(draft) / "report"
        write_tables(page.tables, folder / "tables")
        (folder / "report.html").write_text(render(page), encoding="utf-8")
        _put(folder, target, Path(draft) / "before")
    return target / "report.html"


def _put(folder: Path, target: Path, before: Path) -> None:
    """Puts the new folder in the place of an older report of the same run, which goes with the draft."""
    if target.exists():
        shutil.move(target, before)
    folder.replace(target)


def _views(maps: tuple[JourneyMap, ...], snapshot: Snapshot) -> tuple[JourneyView, ...]:
    """One view per journey, drawn by the version in force at the snapshot time."""
    chosen: dict[str, JourneyMap] = {}
    for journey_map in maps:
        if journey_map.journey not in chosen or _is_in_force(journey_map, snapshot.run.as_of):
            chosen[journey_map.journey] = journey_map
    return tuple(JourneyView(chosen[name], snapshot.journeys[name]) for name in sorted(chosen))


def _is_in_force(journey_map: JourneyMap, as_of: datetime | None) -> bool:
    """Maps come by version, so the last one in force wins."""
    return journey_map.valid_from is None or as_of is None or journey_map.valid_from <= as_of.date()
