"""The report as files in other formats: what `terreng export` writes beside the published tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from pipelines.report.formats.findings_json import FILE, SCHEMA, findings_text, schema_text
from pipelines.report.formats.framed import framed, plates
from pipelines.report.formats.png import png
from pipelines.report.formats.standalone import standalone
from pipelines.report.formats.styles import Theme
from pipelines.report.formats.twins import figure_json, figure_table, parquet
from pipelines.report.made import Made
from pipelines.report.tables import write_tables
from schemas.errors import WarehouseError

Writer: TypeAlias = Callable[[Made, Path, Theme], tuple[Path, ...]]


def write_report_as(made: Made, export_format: str, folder: Path, theme: Theme = "light") -> tuple[Path, ...]:
    """Writes a report in one of `FORMATS`, in the language that is spoken. Returns the files.

    Raises:
        WarehouseError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return FORMATS[export_format](made, folder, theme)
    except OSError as error:
        raise WarehouseError(
            got=f"{error.strerror or error}", wanted="a folder with room", hint="choose another --to", file=str(folder)
        ) from error


def _pngs(made: Made, folder: Path, theme: Theme) -> tuple[Path, ...]:
    drawn = ((plate.name, framed(plate, made.document)) for plate in plates(made.document))
    return tuple(_put(_file(folder, name, theme, "png"), png(drawing.svg, 2, theme)) for name, drawing in drawn)


def _svgs(made: Made, folder: Path, theme: Theme) -> tuple[Path, ...]:
    drawn = ((plate.name, framed(plate, made.document)) for plate in plates(made.document))
    return tuple(
        _put(_file(folder, name, theme, "svg"), standalone(drawing.svg, theme, with_font=True).encode())
        for name, drawing in drawn
    )


def _file(folder: Path, name: str, theme: Theme, suffix: str) -> Path:
    """Where a picture is put; those of other themes than the light one say so."""
    return folder / "figures" / f"{name}{'' if theme == 'light' else f'.{theme}'}.{suffix}"


def _put(path: Path, data: bytes) -> Path:
    """Writes a file, first under another name: a file that stands is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.write_bytes(data)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _json(made: Made, folder: Path, _: Theme) -> tuple[Path, ...]:
    """The findings with their schema, and the numbers of every picture as JSON, Parquet and CSV."""
    paths = [_put(folder / FILE, findings_text(made).encode()), _put(folder / SCHEMA, schema_text().encode())]
    for figure in made.document.figures:
        stem = folder / "figures" / figure.name
        paths.append(_put(stem.with_suffix(".json"), figure_json(figure, made.document).encode()))
        table = figure_table(figure, made.document)
        if table is not None:
            paths.append(_put(stem.with_suffix(".parquet"), parquet(table)))
            write_tables([table], stem.parent)
            paths.append(stem.with_suffix(".csv"))
    return tuple(paths)


def _xlsx(made: Made, folder: Path, _: Theme) -> tuple[Path, ...]:
    from pipelines.report.formats.workbook import workbook

    return (_put(folder / "report.xlsx", workbook(made)),)


def _pdf(made: Made, folder: Path, _: Theme) -> tuple[Path, ...]:
    from pipelines.report.formats.pdf import pdf

    return (_put(folder / "report.pdf", pdf(made.document, made.as_of)),)


def _pptx(made: Made, folder: Path, _: Theme) -> tuple[Path, ...]:
    from pipelines.report.formats.pptx import pptx

    return (_put(folder / "report.pptx", pptx(made.document, made.as_of)),)


FORMATS: Mapping[str, Writer] = {
    "json": _json,
    "pdf": _pdf,
    "png": _pngs,
    "pptx": _pptx,
    "svg": _svgs,
    "xlsx": _xlsx,
}
"""Format to what writes a report in it."""
