"""What the browser tests may ask for: the report's workspaces, and a Chromium that talks to nobody."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pipelines.report.conftest import build, map_text, view, views

__all__ = ["browse", "build", "map_text", "view", "views"]

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--window-size=1400,2400",
)


@dataclass(frozen=True)
class Visit:
    """What became of opening a page: the document as the browser holds it, and what its console said."""

    document: str
    console: tuple[str, ...]


@pytest.fixture
def browse(tmp_path: Path) -> Callable[..., Visit]:
    """`browse(address, *flags)` opens a page in headless Chromium and returns the document and the console."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("Chromium is missing: the tests marked `browser` need it on the path")

    def open_page(address: str, *flags: str) -> Visit:
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        run = subprocess.run(
            [chromium, *QUIET, profile, *(flags or ("--dump-dom",)), address],
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
        return Visit(run.stdout, tuple(line for line in run.stderr.splitlines() if ":CONSOLE" in line))

    return open_page
