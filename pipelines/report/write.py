"""Writes one run's report into its folder, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from pipelines.report.formats.findings_json import FILE, findings_text
from pipelines.report.html import render
from pipelines.report.made import made_report
from pipelines.report.owners.pages import owner_addresses, write_owner_pages
from pipelines.report.tables import write_tables
from pipelines.settings import Settings


def write_report(settings: Settings, run_id: str) -> Path:
    """Writes `reports/<run_id>/report.html`, a page for each owner, `findings.json` and the tables behind them.

    They are made from the published snapshot and the maps.

    Returns:
        Path of the page.

    Raises:
        WarehouseError: nothing is published, or not by this run.
        MapError: a map cannot be read.
    """
    made = made_report(settings, run_id)
    target = settings.reports_dir / run_id
    settings.reports_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.reports_dir, prefix=".report-") as draft:
        folder = Path(draft) / "report"
        write_tables(made.document.tables, folder / "tables")
        page = render(made.document, owners=owner_addresses(made))
        (folder / "report.html").write_text(page, encoding="utf-8")
        write_owner_pages(made, folder)
        (folder / FILE).write_text(findings_text(made), encoding="utf-8")
        _put(folder, target, Path(draft) / "before")
    return target / "report.html"


def _put(folder: Path, target: Path, before: Path) -> None:
    """Puts the new folder in the place of an older report of the same run, which goes with the draft.

    What people exported of the run stays: they asked for it by name.
    """
    if target.exists():
        shutil.move(target, before)
        if (before / "exports").exists():
            shutil.move(before / "exports", folder / "exports")
    folder.replace(target)
