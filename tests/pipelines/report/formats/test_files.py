from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest

from pipelines.privacy.withheld import small
from pipelines.report.document import Chapter, Figure, Section, Table
from pipelines.report.formats.files import write_report_as
from pipelines.report.formats.framed import framed, of_figure, plates
from pipelines.report.formats.twins import figure_json, frame
from pipelines.report.made import Made
from pipelines.report.tables import DataTable
from schemas.errors import WarehouseError
from tests.pipelines.report.formats.small_document import AS_OF, drawing, small_document

HOSTILE = '</text><script>alert(1)</script>=1+1 \u202e"&'


def test_every_picture_becomes_a_file_with_its_title_its_words_and_its_source(made: Made, tmp_path: Path) -> None:
    paths = write_report_as(made, "svg", tmp_path)

    assert [path.stem for path in paths] == [plate.name for plate in plates(made.document)]
    assert {figure.name for figure in made.document.figures} <= {path.stem for path in paths}
    for path, plate in zip(paths, plates(made.document), strict=True):
        told = " ".join(ET.fromstring(path.read_text(encoding="utf-8")).itertext())  # noqa: S314  # our own file
        assert plate.title.split()[0] in told
        assert made.document.run_id in told


def test_pictures_of_another_theme_stand_beside_those_of_the_light_one(made: Made, tmp_path: Path) -> None:
    (figure, *_) = made.document.figures
    light, dark = (write_report_as(made, "svg", tmp_path, theme)[0] for theme in ("light", "dark"))

    assert (light.name, dark.name) == (f"{figure.name}.svg", f"{figure.name}.dark.svg")


def test_every_picture_becomes_a_png_of_two_pixels_for_one(made: Made, tmp_path: Path) -> None:
    document = small_document()

    paths = write_report_as(replace(made, document=document), "png", tmp_path, "print")

    assert [path.name for path in paths] == [f"{plate.name}.print.png" for plate in plates(document)]
    for path, plate in zip(paths, plates(document), strict=True):
        wide = int.from_bytes(path.read_bytes()[16:20], "big")
        assert wide == pytest.approx(2 * framed(plate, document).width, abs=1)


@pytest.mark.parametrize("strips_n", [1, 3])
def test_no_text_of_a_frame_lies_on_another(strips_n: int) -> None:
    legend = small_document().figures[0].legend
    strips = tuple(drawing("", f"s{i}") for i in range(strips_n))
    figure = Figure(
        "f", "Kredittvurderingsgodkjenning og leveringstidspunkt " * 4, strips, note="x " * 400, legend=legend
    )

    made = framed(of_figure(figure, "A map"), small_document())

    assert not [(a, b) for a, b in combinations(made.boxes, 2) if a.overlaps(b)]
    assert all(box.left >= 0 and box.right <= made.width and box.bottom <= made.height for box in made.boxes)


def test_what_somebody_typed_is_text_in_a_picture() -> None:
    document = small_document(HOSTILE)

    for plate in plates(document):
        svg = str(framed(plate, document).svg)
        assert "<script" not in svg
        assert "\u202e" not in svg
        ET.fromstring(svg)  # noqa: S314  # our own markup


def test_json_holds_the_findings_and_the_rows_of_every_picture_three_times(made: Made, tmp_path: Path) -> None:
    paths = {str(path.relative_to(tmp_path)) for path in write_report_as(made, "json", tmp_path)}

    tables = {table.name: table for table in made.document.tables}
    assert {"findings.json", "findings.schema.json"} < paths
    for figure in made.document.figures:
        told = json.loads((tmp_path / "figures" / f"{figure.name}.json").read_text(encoding="utf-8"))
        table = tables[figure.table]
        rows = pl.read_parquet(tmp_path / "figures" / f"{figure.name}.parquet")
        with (tmp_path / "figures" / f"{figure.name}.csv").open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
        assert len(told["records"]) == len(table.records) == rows.height == len(lines) - 1
        assert tuple(lines[0]) == tuple(told["columns"]) == tuple(rows.columns[: len(lines[0])])
        for record, row in zip(table.records, rows.iter_rows(named=True), strict=True):
            numbers = {k: v for k, v in record.items() if isinstance(v, float)}
            assert {name: row[name] for name in numbers} == pytest.approx(numbers)


def test_a_number_that_is_withheld_is_named_in_parquet_and_told_in_json() -> None:
    table = DataTable("f", "F", ({"n": 7, "at": AS_OF, "x": 1}, {"n": small(5), "at": None, "x": 0.5}), ())

    made = frame(table)

    assert made.rows() == [(7, AS_OF, 1.0, None), (None, None, 0.5, "n")]
    assert made.columns == ["n", "at", "x", "hidden"]
    document = replace(small_document(), data=Chapter("d", "D", (Section("s", "S", (Table(table),)),)))
    told = json.loads(figure_json(Figure("p", "P", (drawing("", "p"),), "f"), document))
    assert [record["n"] for record in told["records"]] == [7, "< 5"]


def test_a_folder_that_cannot_be_written_is_an_error_for_people(made: Made, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here already", encoding="utf-8")

    with pytest.raises(WarehouseError, match="choose another --to"):
        write_report_as(made, "json", tmp_path / "file")
