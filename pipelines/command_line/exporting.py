"""`terreng export`: the published tables, and the report in other formats."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipelines.command_line.options import HERE, Json, Language, Workspace


class ExportFormat(StrEnum):
    """What `terreng export` can write."""

    CSV = "csv"
    PARQUET = "parquet"
    XLSX_TABLES = "xlsx-tables"
    XES = "xes"
    OCEL = "ocel"
    PDF = "pdf"
    PPTX = "pptx"
    XLSX = "xlsx"
    JSON = "json"
    PNG = "png"
    SVG = "svg"


class ThemeName(StrEnum):
    """Whose colours pictures have."""

    LIGHT = "light"
    DARK = "dark"
    PRINT = "print"


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(export)


def export(
    export_format: Annotated[ExportFormat, typer.Option("--format", "-f", help="File format.")],
    *,
    workspace: Workspace = HERE,
    to: Annotated[Path | None, typer.Option("--to", help="Folder. Default: exports of the last report.")] = None,
    language: Language = "",
    theme: Annotated[ThemeName, typer.Option("--theme", help="Colours of png and svg.")] = ThemeName.LIGHT,
    as_json: Json = False,
) -> None:
    """Write the report or the published tables in another format.

    The report: pdf, pptx, xlsx, its pictures as png or svg, and json (findings, and the numbers of every picture).
    The tables: csv, parquet, xlsx-tables; xes and ocel hold the journeys as an event log.
    """
    from pipelines.commands import export as command

    command.export(workspace, str(export_format), to, as_json, command.Look(language, theme.value))
