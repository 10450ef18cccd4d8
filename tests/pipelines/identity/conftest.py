"""A workspace of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.settings import Settings, load_settings

SETTINGS = '[workspace]\nname = "Test"\ntimezone = "UTC"\n\n[warehouse]\nmemory_limit = "500MB"\nthreads = 2\n'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "terreng.toml").write_text(SETTINGS, encoding="utf-8")
    return load_settings(tmp_path)
