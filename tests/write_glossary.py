"""Write the part of `schemas/README.md` that comes from the code: `python tests/write_glossary.py`."""

from __future__ import annotations

import enum
import inspect
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # so that it runs as a plain script

from schemas import words  # noqa: E402 - the path comes first
from schemas.table import Table  # noqa: E402 - the same
from schemas.tables import TABLES  # noqa: E402 - the same

BAR = "\\|"
GLOSSARY = ROOT / "schemas" / "README.md"
START = "<!-- From here on written by tests/write_glossary.py from schemas/tables.py. -->"


def closed_lists() -> list[type[enum.StrEnum]]:
    """Every enum of `schemas.words`, in order."""
    members = [each for each in vars(words).values() if isinstance(each, type) and issubclass(each, enum.StrEnum)]
    members.remove(enum.StrEnum)
    return sorted(members, key=lambda each: inspect.getsourcelines(each)[1])


def written_part() -> str:
    """Every table with its grain and columns."""
    return START + "\n\n## Tables\n\n" + "\n".join(_table(table) for table in TABLES.values())


def with_written_part(text: str) -> str:
    """The glossary with its written part renewed."""
    return text.split(START, maxsplit=1)[0] + written_part()


def _table(table: Table) -> str:
    lines = [f"### `{table.name}`", "", f"{table.grain[:1].upper()}{table.grain[1:]}.", ""]
    lines += ["| column | type | meaning |", "|---|---|---|"]
    for column in table.columns:
        kind = column.type + (", may be null" if column.nullable else "")
        lines.append(f"| `{column.name}` | {kind} | {column.meaning.replace('|', BAR)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    GLOSSARY.write_text(with_written_part(GLOSSARY.read_text(encoding="utf-8")), encoding="utf-8")
