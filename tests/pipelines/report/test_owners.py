from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.report import write_report
from pipelines.report.owners.focus import focused_on
from pipelines.report.owners.who import charged, owners_of, page_names, theirs
from pipelines.report.view import JourneyView
from pipelines.settings import Settings

RUN = "20260630T000000Z-1a2b"


def test_every_owner_of_a_touchpoint_has_a_page_under_a_name_that_files_can_bear() -> None:
    owners = ("Billing", "BILLING", "Kundeservice Sør", "支援", "../../etc", "x" * 500, "Æsj & co.")
    names = page_names(owners)
    assert list(names.values()) == [
        "billing", "billing-2", "kundeservice-sor", "owner", "etc", "x" * 40, "aesj-co",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "names"), [(None, set()), ("pay", {"pay"}), ("a | b, c", {"a", "b", "c"}), ("", set())]
)
def test_a_block_is_charged_to_each_of_its_touchpoints(place: str | None, names: set[str]) -> None:
    assert charged(place) == names


def test_an_owners_view_has_only_the_owners_rows_and_the_horizon_of_the_report(
    view: Callable[..., JourneyView],
) -> None:
    whole = view(12)
    owners = owners_of((whole,))
    parts = {owner: focused_on(whole, owner) for owner in owners}
    assert len(owners) > 1
    for owner, part in parts.items():
        names = theirs(whole, owner)
        assert {row.touchpoint for row in part.data.outcomes} <= names
        assert {row.from_touchpoint for row in part.data.waits} <= names
        assert part.horizon_d in {whole.horizon_d, None}
        assert part.numbers == whole.numbers
    flow = [row.touchpoint for part in parts.values() for row in part.data.outcomes]
    assert sorted(flow) == sorted(whole.outcomes)


def test_every_finding_stands_on_the_page_of_its_owner(
    build: Callable[..., Settings], map_text: Callable[[int], str]
) -> None:
    report = write_report(build((map_text(12), map_text(5).replace("become_customer", "get_help")), 60), RUN)
    pages = {path.stem: path.read_text(encoding="utf-8") for path in (report.parent / "owners").iterdir()}
    assert len(pages) > 1
    for stem, page in pages.items():
        assert f'href="owners/{stem}.html"' in report.read_text(encoding="utf-8")
        assert 'href="../report.html"' in page
        assert astray(page, report.parent / "owners") == []


def astray(page: str, folder: Path) -> list[str]:
    """Links of a page that land neither on an id of it nor on a file."""
    ids = set(re.findall(r' id="([^"]*)"', page))
    links = set(re.findall(r' href="([^"]*)"', page)) - {"data:,"}
    return [link for link in links if not (link[1:] in ids if link.startswith("#") else (folder / link).is_file())]
