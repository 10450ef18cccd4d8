"""One small report for all tests of formats: a map of five touchpoints with what 300 people did."""

from __future__ import annotations

import pytest

from pipelines.report.made import Made, made_report
from pipelines.settings import Settings
from schemas.journey_map import load_map
from schemas.tables import TABLES
from tests.pipelines.report.conftest import Rows, Walk, add_workspace_rows, publish_rows
from tests.pipelines.report.sample_maps import make_map


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A workspace with a published snapshot, whose report may be made but not written."""
    settings = Settings(root=tmp_path_factory.mktemp("formats"), name="Nordlys Fiber")
    rows: Rows = {name: [] for name in TABLES}
    path = settings.root / "maps" / "map.yaml"
    path.parent.mkdir()
    path.write_text(make_map(5), encoding="utf-8")
    Walk(load_map(path), rows).fill(300)
    add_workspace_rows(rows)
    publish_rows(settings, rows)
    return settings


@pytest.fixture(scope="session")
def made(workspace: Settings) -> Made:
    """Its report."""
    return made_report(workspace)
