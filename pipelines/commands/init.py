"""`terreng init`: a workspace to fill in, or one that fits the files that are there."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import terminal
from schemas.errors import UsageError

if TYPE_CHECKING:
    from pipelines.proposal import Proposal

TEMPLATE = {"terreng.toml": "terreng.toml", "maps/first.yaml": "maps/first.yaml", "gitignore": ".gitignore"}
FOLDERS = ("maps", "exports/shop")
_SOURCES = "# One [[sources]] per system"  # where the template's sources begin


def start(folder: Path | None, more: list[Path], exports: list[Path]) -> None:
    """The command: an empty workspace, or one for the files of `--from`.

    A shell turns `--from *.csv` into one file for the option and arguments for the others, the folder's place included.

    Raises:
        UsageError: No folder is named, or it cannot become a workspace.
    """
    if not exports:
        if folder is None or more:
            got = f"{more[0]} without --from" if more else "no folder"
            raise UsageError(got=got, wanted="terreng init DIR, or terreng init DIR --from FILE...")
        init(folder)
    elif folder is None or folder.is_file():
        init_from(Path(), [*exports, *([folder] if folder else []), *more])
    else:
        init_from(folder, [*exports, *more])


def init(folder: Path) -> None:
    """Make the folder, with commented settings and a first map.

    Raises:
        UsageError: It is no folder, or has something in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(got=f"{folder}, which is not empty", wanted="a new or empty folder")
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for target, text in _template().items():
        (folder / target).write_text(text, encoding="utf-8")
    terminal.say(
        f"Made {folder}: put your exports into exports/shop, say in terreng.toml which column is what,\n"
        f"draw your journey in maps/first.yaml, then: terreng run --workspace {folder}\n{_pages()}"
    )


def init_from(folder: Path, named: list[Path]) -> None:
    """Make a workspace whose sources are proposed after a look at files; nothing of them is copied or shown.

    Args:
        folder: The workspace's folder; it may have other things in it, the files among them.
        named: Files and folders with exports.

    Raises:
        UsageError: There is a workspace already, or no file can be a source.
        SourceError: A file is not there.
    """
    from pipelines.proposal import propose

    template = _template()
    if folder.exists() and not folder.is_dir():
        raise UsageError(got=f"{folder}, which is a file", wanted="a folder")
    there = [target for target in template if target != ".gitignore" and (folder / target).exists()]
    if there:
        raise UsageError(got=f"{folder / there[0]}, which is there already", wanted="a folder without a workspace")
    proposal = propose(named, folder)
    if not proposal.sources_n:
        raise UsageError(got="; ".join(proposal.told) or "no file with data", wanted="files that can be sources")
    template["terreng.toml"] = template["terreng.toml"].partition(_SOURCES)[0] + _HEAD + proposal.text
    (folder / "maps").mkdir(parents=True, exist_ok=True)
    for target, text in template.items():
        if not (folder / target).exists():
            (folder / target).write_text(text, encoding="utf-8")
    _say(folder, proposal)


_HEAD = """# Proposed after a look at the files. What is "Unsure" wants an answer from somebody who knows them.
# A name for ids (identities) means the same in every source: rename one where two sources call the same ids otherwise.

"""


def _say(folder: Path, proposal: Proposal) -> None:
    told = "\n".join(f"  {line}" for line in proposal.told)
    terminal.say(
        f"Made {folder} with {proposal.sources_n} proposed sources:\n{told}\n"
        f"Answer what is unsure in terreng.toml, then: terreng ingest --workspace {folder}\n"
        f"Draw your journey in maps/first.yaml, then: terreng run --workspace {folder}\n{_pages()}"
    )


def _template() -> dict[str, str]:
    template = files("pipelines.commands") / "template"
    return {target: (template / origin).read_text(encoding="utf-8") for origin, target in TEMPLATE.items()}


def _pages() -> str:
    pages = files("schemas")
    return f"Every key is told in {pages / 'SETTINGS.md'} and {pages / 'MAPS.md'}"
