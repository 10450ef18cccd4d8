from __future__ import annotations

import csv
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pipelines.report import write_report
from pipelines.report.tables import harmless
from pipelines.settings import Settings
from schemas.errors import WarehouseError
from tests.pipelines.report.conftest import AS_OF

RUN = "20260630T000000Z-1a2b"
Build = Callable[..., Settings]
Rows = dict[str, list[dict[str, Any]]]
HOSTILE = (
    "<script>alert(1)</script>",
    "</style></svg><img src=x onerror=alert(1)>",
    "=HYPERLINK('evil')",
    "{{ 7*7 }} {% raw %}",
    "\u202eright to left",
    "\U0001f600" * 20,
    "x" * 500,
)


class Text(HTMLParser):
    """The page's text, its links, ids and the elements that it has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: Counter[str] = Counter()
        self.handlers: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.links += [value for name, value in attrs if name == "href" and value]
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read(settings: Settings) -> Text:
    return Text(write_report(settings, RUN).read_text(encoding="utf-8"))


def table(settings: Settings, name: str) -> list[dict[str, str]]:
    with (settings.reports_dir / RUN / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("touchpoints_n", [5, 12, 25])
def test_a_report_is_one_small_page_that_needs_nothing_from_elsewhere(
    build: Build, map_text: Callable[[int], str], touchpoints_n: int
) -> None:
    settings = build(map_text(touchpoints_n))
    page = read(settings)
    assert (settings.reports_dir / RUN / "report.html").stat().st_size < 900_000
    assert not page.tags.keys() & {"img", "iframe", "object", "form"}
    assert [link for link in page.links if not link.startswith(("#", "tables/", "owners/", "data:,"))] == []


def test_the_page_allows_its_own_small_script_and_no_other(build: Build, map_text: Callable[[int], str]) -> None:
    page = write_report(build(map_text(5), 50), RUN).read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    (allowed,) = re.findall(r"script-src '([^']*)'", page)
    assert allowed == f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"
    assert len(script) <= 4_096
    assert page.count("<script") == 1


def test_every_link_lands_and_every_id_is_there_once(build: Build, map_text: Callable[[int], str]) -> None:
    settings = build((map_text(12), map_text(5).replace("become_customer", "get_help")), 100)
    page = read(settings)
    folder = settings.reports_dir / RUN
    assert len(page.ids) == len(set(page.ids))
    assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []
    files = [link for link in page.links if link.startswith(("tables/", "owners/"))]
    assert [link for link in files if not (folder / link).is_file()] == []
    assert {path.name for path in (folder / "tables").iterdir()} == {
        link.removeprefix("tables/") for link in page.links if link.startswith("tables/")
    }


def test_the_first_screen_says_what_was_found(build: Build, map_text: Callable[[int], str]) -> None:
    text = read(build(map_text(12))).text
    assert "Six in ten journeys end before “Betal første faktura”" in text
    assert "26% (24–28%) reach “Betal første faktura” within 60 days" in text
    assert "94,000 rows in = 93,880 accepted + 80 duplicate + 16 dropped + 24 rejected" in text
    assert "converted in that time under each of the three identity rules" in text
    assert "map version 3" in text
    assert RUN in text


def test_the_page_says_that_its_data_go_on_after_the_snapshot(build: Build, map_text: Callable[[int], str]) -> None:
    def go_on(rows: Rows) -> None:
        rows["events"].append(
            {"event_id": "e", "source": "web", "occurred_at": AS_OF + timedelta(days=2), "activity": "x", "ids": {}}
            | {"attributes": {}, "ingested_at": AS_OF, "file_id": "f", "line": 2, "event_key": 1, "id_key": 1, "tie": 0}
        )

    told = "how things stood at 2026-06-30 00:00 UTC. The data go on until 2026-07-02 00:00 UTC"
    assert told in read(build(map_text(5), 50, go_on)).text
    assert "The data go on" not in read(build(map_text(5), 50)).text


def test_dates_are_those_of_the_workspaces_zone(build: Build, map_text: Callable[[int], str]) -> None:
    text = read(replace(build(map_text(5), 50), timezone="Asia/Tokyo")).text
    assert "as of 2026-06-30 09:00 Asia/Tokyo" in text
    assert "22 Mar 2026 to 27 Mar 2026 (Asia/Tokyo)" in text


def test_numbers_on_the_page_equal_their_tables(build: Build, map_text: Callable[[int], str]) -> None:
    settings = build(map_text(12))
    text = read(settings).text
    for row in table(settings, "become_customer_drop_off"):
        assert f"{int(row['reached_n']):,}" in text
    sources = table(settings, "sources")
    assert sum(int(row["rows_n"]) for row in sources) == 94_000
    for row in sources:
        parts = ("accepted_n", "duplicate_n", "dropped_n", "rejected_n")
        assert int(row["rows_n"]) == sum(int(row[part]) for part in parts)


def test_the_same_snapshot_gives_the_same_bytes(build: Build, map_text: Callable[[int], str]) -> None:
    settings = build(map_text(12))
    first = {path.name: path.read_bytes() for path in every_file(settings)}
    assert {path.name: path.read_bytes() for path in every_file(settings)} == first


def test_what_was_exported_of_a_run_stays_when_its_report_is_written_again(
    build: Build, map_text: Callable[[int], str]
) -> None:
    settings = build(map_text(3), 20)
    page = write_report(settings, RUN)
    exported = page.parent / "exports" / "report.pdf"
    exported.parent.mkdir()
    exported.write_bytes(b"%PDF")
    assert write_report(settings, RUN) == page
    assert exported.read_bytes() == b"%PDF"


def every_file(settings: Settings) -> list[Path]:
    write_report(settings, RUN)
    return [path for path in (settings.reports_dir / RUN).rglob("*") if path.is_file()]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_somebody_typed_is_executed(build: Build, map_text: Callable[[int], str], text: str) -> None:
    def plant(rows: Rows) -> None:
        rows["unmapped_activities"][0] |= {"activity": text, "source": text}
        rows["rejected_rows"][0] |= {"reason_code": text}
        rows["deviation_rates"][0] |= {"touchpoint": text, "kind": "ad_hoc", "owner": text}
        rows["findings"][0] |= {"headline": text, "touchpoint": text, "owner": text}
        rows["touchpoint_outcomes"][0] |= {"refused": text, "segment": None}

    one = map_text(12).replace("'Se pris'", repr(text.replace("\u202e", "")))
    settings = build(
        one.replace("persona: Household that moves", f"persona: {text.replace(chr(0x202E), '')!r}"), 100, plant
    )
    page = read(settings)
    assert (page.tags["script"], page.tags["img"]) == (1, 0)
    assert page.handlers == []
    assert "\u202e" not in (settings.reports_dir / RUN / "report.html").read_text(encoding="utf-8")
    for path in (settings.reports_dir / RUN / "tables").iterdir():
        with path.open(encoding="utf-8", newline="") as file:
            assert not [cell for row in csv.reader(file) for cell in row if re.match(r"[=+@]|-\D", cell)]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+47", "'+47"),
        ("-x", "'-x"),
        ("@sum", "'@sum"),
        ("\tx", "'\tx"),
        ("\uff1d1", "'\uff1d1"),
        ("x\r=1", "x\n=1"),
        ("\0=1", "\N{REPLACEMENT CHARACTER}=1"),
        ("plain", "plain"),
        (-1.5, -1.5),
        (None, ""),
        (True, "true"),
    ],
)
def test_a_cell_is_never_a_formula(value: str | float | None, cell: str | float) -> None:
    assert harmless(value) == cell


def test_a_map_that_nobody_walked_gives_an_honest_page(build: Build, map_text: Callable[[int], str]) -> None:
    text = read(build(map_text(12), 0)).text
    assert "Nobody has walked “Become a broadband customer” yet" in text
    assert "No journey has reached a touchpoint of this map" in text
    assert "no journey of this map" in text


def test_without_any_published_row_there_still_is_a_page(build: Build, map_text: Callable[[int], str]) -> None:
    def empty(rows: Rows) -> None:
        for name in rows.keys() - {"runs"}:
            rows[name].clear()

    text = read(build(map_text(5), 0, empty)).text
    assert "No file has been read yet" in text
    assert "Nothing stands out" not in text


def test_a_refused_share_is_a_sentence_and_no_blank(build: Build, map_text: Callable[[int], str]) -> None:
    def refuse(rows: Rows) -> None:
        for row in rows["touchpoint_outcomes"]:
            for name in [name for name in row if name.endswith(("_share", "_low", "_high")) or "hazard" in name]:
                row[name] = None
            row["refused"] = "worth 12 journeys, fewer than 30"

    text = read(build(map_text(5), 100, refuse)).text
    assert "Too early to say how many reach" in text
    assert "not told: worth 12 journeys, fewer than 30" in text


def test_rows_that_do_not_add_up_are_said_to_be_a_defect(build: Build, map_text: Callable[[int], str]) -> None:
    def lose(rows: Rows) -> None:
        rows["files"][0]["accepted_n"] -= 1

    assert "These do not add up for web" in read(build(map_text(5), 50, lose)).text


def test_findings_that_are_fixed_or_accepted_have_no_card(build: Build, map_text: Callable[[int], str]) -> None:
    def settle(rows: Rows) -> None:
        for row in rows["findings"]:
            row["state"] = "fixed"

    assert "Nothing stands out in this run" in read(build(map_text(5), 100, settle)).text


def test_a_run_that_the_snapshot_does_not_know_is_refused(build: Build, map_text: Callable[[int], str]) -> None:
    settings = build(map_text(5), 50)
    with pytest.raises(WarehouseError, match="without run other"):
        write_report(settings, "other")
    assert not (settings.reports_dir / "other").exists()


def test_no_draft_is_left_and_an_older_report_of_the_run_is_replaced(
    build: Build, map_text: Callable[[int], str]
) -> None:
    settings = build(map_text(5), 50)
    write_report(settings, RUN)
    (settings.reports_dir / RUN / "tables" / "old.csv").write_text("x", encoding="utf-8")
    write_report(settings, RUN)
    assert [path.name for path in settings.reports_dir.iterdir()] == [RUN]
    assert not (settings.reports_dir / RUN / "tables" / "old.csv").exists()


def test_a_page_names_no_person(build: Build, map_text: Callable[[int], str]) -> None:
    settings = build(map_text(5), 50)
    for path in every_file(settings):
        assert not re.search(r"\bp\d+\b|default-\d+", path.read_text(encoding="utf-8"))
