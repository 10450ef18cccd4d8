"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real logs: from TERRENG_TEST_DATA, else `../shared/data` beside the checkout.

    Absent data fails a test rather than skip it: an acceptance test that did not run proves nothing.
    """
    folder = Path(os.environ.get("TERRENG_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.fail(f"no test data in {folder}: set TERRENG_TEST_DATA to the folder with traffic_fines, helpdesk, ...")
    return folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return ROOT
