"""Options that many commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Workspace = Annotated[
    Path, typer.Option("--workspace", "-w", help="Folder with terreng.toml.", show_default="the current folder")
]
AsOf = Annotated[
    str,
    typer.Option("--as-of", help="Snapshot time, ISO 8601; without a zone, in the workspace's."),
]
Language = Annotated[
    str, typer.Option("--language", help="Of the report: en, nb, sv or da.", show_default="the workspace's")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, for machines.")]
HERE = Path()
