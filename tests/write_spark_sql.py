"""Writes the models in Spark's words, `models/spark`: run it after any change of a model.

A file there that begins with `-- override: <why>` was written by hand and is left alone.
"""

from __future__ import annotations

from pathlib import Path

from models import sql
from pipelines.engine.spark.translate import model_in_spark

FOLDER = Path(__file__).parent.parent / "models" / "spark"
OVERRIDE = "-- override: "


def texts() -> dict[Path, str]:
    """File to the text that belongs there."""
    wanted = {}
    for name in sql.names():
        path = FOLDER / f"{name}.sql"
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        wanted[path] = kept if kept.startswith(OVERRIDE) else model_in_spark(sql.load(name))
    return wanted


def main() -> None:
    """Writes every file, and removes those whose model is gone."""
    wanted = texts()
    for path in FOLDER.rglob("*.sql"):
        if path not in wanted:
            path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
