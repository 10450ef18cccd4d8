from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipelines.report import write_report

RUN = "20260630T000000Z-1a2b"


@pytest.mark.parametrize("touchpoints_n", [5, 12, 25])
def test_a_report_is_one_small_page_without_scripts_or_links_elsewhere(
    build: Callable[..., Any], map_text: Callable[[int], str], touchpoints_n: int
) -> None:
    path = write_report(build(map_text(touchpoints_n)), RUN)
    page = path.read_text(encoding="utf-8")
    assert len(page) < 300_000
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace('http-equiv="', "")
