"""Writes one run's report into its folder, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from pipelines.report.html import render
from pipelines.report.page import make_document
from pipelines.report.rows import Snapshot
from pipelines.report.snapshot import in_force, read_snapshot
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
    snapshot = read_snapshot(settings, run_id, maps)
    document = make_document(settings.name, snapshot, _views(maps, snapshot))
    target = settings.reports_dir / run_id
    settings.reports_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.reports_dir, prefix=".report-") as draft:
        folder = Path(draft) / "report"
        write_tables(document.tables, folder / "tables")
        (folder / "report.html").write_text(render(document), encoding="utf-8")
        _put(folder, target, Path(draft) / "before")
    return target / "report.html"


def _put(folder: Path, target: Path, before: Path) -> None:
    """Puts the new folder in the place of an older report of the same run, which goes with the draft."""
    if target.exists():
        shutil.move(target, before)
    folder.replace(target)


def _views(maps: tuple[JourneyMap, ...], snapshot: Snapshot) -> tuple[JourneyView, ...]:
    """One view per journey, drawn by the version in force at the snapshot time."""
    chosen = in_force(maps, snapshot.run.as_of)
    return tuple(JourneyView(plan, snapshot.journeys[plan.journey], snapshot.zone) for plan in chosen)
