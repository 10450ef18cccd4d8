"""`terreng init`: a workspace to fill in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from pipelines import terminal
from schemas.errors import UsageError

TEMPLATE = {"terreng.toml": "terreng.toml", "maps/first.yaml": "maps/first.yaml", "gitignore": ".gitignore"}
FOLDERS = ("maps", "exports/shop")


def init(folder: Path) -> None:
    """Make the folder, with commented settings and a first map.

    Raises:
        UsageError: It is no folder, or has something in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(got=f"{folder}, which is not empty", wanted="a new or empty folder")
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    template = files("pipelines.commands") / "template"
    for origin, target in TEMPLATE.items():
        (folder / target).write_text((template / origin).read_text(encoding="utf-8"), encoding="utf-8")
    pages = files("schemas")
    terminal.say(
        f"Made {folder}: put your exports into exports/shop, say in terreng.toml which column is what,\n"
        f"draw your journey in maps/first.yaml, then: terreng run --workspace {folder}\n"
        f"Every key is told in {pages / 'SETTINGS.md'} and {pages / 'MAPS.md'}"
    )
