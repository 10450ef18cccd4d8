"""What is shown of the figures: ratios, doublings, a page that is renewed, and plots that can be read."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.bench import document, plot, tables
from tests.bench.figures import Figures
from tests.bench.tables import STAGES, Line


def _run(events: int, cpu_s: float, peak_gb: float = 1.0) -> dict[str, object]:
    cpu = dict.fromkeys(STAGES, cpu_s)
    return {
        "cpu_s": cpu | {"touches": cpu_s / 2},
        "wall_s": dict.fromkeys(STAGES, 2 * cpu_s),
        "peak_gb": dict.fromkeys(STAGES, peak_gb),
        "numbers": {"events": events},
        "load": 0.5,
        "commit": "abc1234",
        "memory_limit": "3GB",
    }


@pytest.fixture
def figures() -> Figures:
    made = Figures()
    made.add("run", 1_000_000, _run(1_000_000, 3.0))
    made.add("run", 4_000_000, _run(4_000_000, 24.0, peak_gb=3.5))
    made.add("plain_load", 4_000_000, {"cpu_s": {"load": 12.0, "sort": 3.0}, "wall_s": {"load": 6.0}})
    return made


def test_a_target_is_kept_or_not_in_its_own_sense() -> None:
    assert Line("faster", ours=2.0, theirs=20.0, target=">= 10 x").is_kept
    assert not Line("faster", ours=2.0, theirs=19.0, target=">= 10 x").is_kept
    assert Line("no slower", ours=3.0, theirs=2.0, target="<= 1.5 x").is_kept
    assert not Line("no slower", ours=3.2, theirs=2.0, target="<= 1.5 x").is_kept


def test_what_a_doubling_costs_is_reckoned_between_sizes_that_are_no_doubles(figures: Figures) -> None:
    assert tables.doubling(costs=8.0, times=4.0) == pytest.approx(8.0**0.5)
    (row,) = (line for line in tables.stages(figures) if line.startswith("| a doubling costs"))
    assert row == "| a doubling costs |  | 2.83 x |"


def test_ratios_stand_where_both_sides_were_measured(figures: Figures) -> None:
    assert tables.ratios(figures, 1_000_000) == []
    told = {line.what: (line.ours, line.theirs, line.is_kept) for line in tables.targets(figures, 4_000_000)}
    assert told == {
        "ingest of three columns / DuckDB's plain typed load, CPU s": (24.0, 12.0, False),
        "ingest of three columns / DuckDB's plain typed load, wall s": (48.0, 6.0, False),
        "journeys from events / DuckDB's sort of the rows, CPU s": (12.0, 3.0, False),
    }


def test_figures_come_back_as_they_were_written(figures: Figures, tmp_path: Path) -> None:
    figures.write(tmp_path / "figures.json")
    assert Figures.read(tmp_path / "figures.json") == figures


def test_a_page_is_renewed_between_its_marks_only() -> None:
    page = "Prose.\n<!-- bench: stages -->\nold\n<!-- /bench -->\nMore.\n<!-- bench: x -->kept<!-- /bench -->\n"
    wanted = "Prose.\n<!-- bench: stages -->\n\nnew\n\n<!-- /bench -->\nMore.\n<!-- bench: x -->kept<!-- /bench -->\n"
    assert document.renewed(page, {"stages": "new"}) == wanted
    assert document.renewed(wanted, {"stages": "new"}) == wanted


def test_the_page_of_scale_and_its_plots_say_what_the_figures_say() -> None:
    kept = Figures.read()
    page = document.PAGE.read_text(encoding="utf-8")
    assert document.renewed(page, document.parts(kept)) == page, "run: python -m tests.bench.run --events --keep"
    for name, text in document.pictures(kept).items():
        assert (document.PICTURES / name).read_text(encoding="utf-8") == text, name
        assert f"pictures/{name}" in page


def test_every_bar_of_the_plot_has_its_number_and_lies_within(figures: Figures) -> None:
    root = ET.fromstring(plot.scale(figures))  # noqa: S314 -- written by ourselves
    space = "{http://www.w3.org/2000/svg}"
    tips = [tip.text for tip in root.findall(f"{space}rect/{space}title")]
    assert tips.count("ingest: 24.0 CPU s, 48 s on the clock") == 1
    assert tips.count("report: 3.50 GB") == 1
    for bar in root.findall(f"{space}rect[@x]"):
        assert float(bar.attrib["x"]) + float(bar.attrib["width"]) <= plot.WIDTH
        assert float(bar.attrib["height"]) >= 0


def test_hues_and_words_keep_their_contrast_on_both_pages() -> None:
    for name, hues in {"light": plot.LIGHT, "dark": plot.DARK}.items():
        page, ink, soft, _, limit = plot.INKS[name]
        assert all(_contrast(hue, page) >= 3 for hue in hues)
        assert all(_contrast(words, page) >= 4.5 for words in (ink, soft, limit))


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(hue: str) -> float:
    channels = [int(hue[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
