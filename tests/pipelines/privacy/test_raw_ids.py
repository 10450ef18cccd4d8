"""Ids as delivered stand in one table, which ingest, identity and erase alone read, and nowhere else."""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.settings import Settings
from tests.conftest import ROOT, Terreng
from tests.pipelines.privacy.conftest import CUSTOMER, MAIL, deliver, stands

# Whoever reads the table's `value`, or passes ids in the clear on; every other reader takes keys and pseudonyms.
READERS = {
    "pipelines/ingest",  # writes it, and looks ids up
    "pipelines/identity",  # block lists are globs on ids, `identity map --raw` is asked for
    "pipelines/commands/identity.py",
    "pipelines/privacy",  # erase
    "pipelines/engine/spark/mirror.py",  # names the column that never leaves for a cluster
}
MENTIONS = re.compile(r"\bidentifiers\b")
VALUE = re.compile(r"\bvalue\b")


def sql_texts() -> Iterator[tuple[str, str]]:
    for room in ("models", "pipelines"):
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in {".py", ".sql"}:
                yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def test_only_ingest_identity_and_erase_read_ids_in_the_clear() -> None:
    readers = {name for name, text in sql_texts() if MENTIONS.search(text) and VALUE.search(text)}
    models = {name for name in readers if name.startswith("models/")}
    assert {name for name in models if not name.startswith("models/staging/identity_")} == set()
    allowed = {name for name in readers for folder in READERS if name.startswith(folder)}
    assert readers - models - allowed - {"pipelines/warehouse/access.py"} == set(), "access.py only makes the table"


def test_the_search_finds_its_readers() -> None:
    names = {name for name, text in sql_texts() if MENTIONS.search(text) and VALUE.search(text)}
    assert "pipelines/ingest/loading.py" in names
    assert "pipelines/privacy/subject.py" in names


def unpacked(path: Path) -> bytes:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return b"".join(book.read(name) for name in book.namelist())
    return path.read_bytes()


@pytest.mark.parametrize("text", [MAIL, CUSTOMER])
def test_no_id_leaves_the_warehouse(text: str, shop_run: Settings, terreng: Terreng) -> None:
    for export_format in ("csv", "parquet", "xlsx-tables", "xes"):
        assert terreng("export", "-f", export_format, "-w", shop_run.root).code == 0
    told = "".join(
        answer.out + answer.err
        for answer in (
            terreng("run", "-w", shop_run.root),
            terreng("identity", "audit", "-w", shop_run.root),
            terreng("findings", "-w", shop_run.root),
        )
    )
    assert text not in told
    where = [name for name in stands(shop_run.root, text) if not name.startswith("warehouse.duckdb")]
    assert where == []
    assert [p for p in shop_run.reports_dir.rglob("*") if p.is_file() and text.encode() in unpacked(p)] == []
    assert {name.split(": ")[1] for name in stands(shop_run.root, text) if ": " in name} <= {
        "identifiers",
        "rejected_rows",
    }


def test_errors_about_a_file_with_ids_name_none(shop: Settings, terreng: Terreng) -> None:
    deliver(shop.root, "wrong.csv", [f'2026-03-01T10:00:00Z,visit,{CUSTOMER},{MAIL},"north'])
    (shop.root / "exports" / "shop" / "other.csv").write_text(f"who,what\n{CUSTOMER},{MAIL}\n", encoding="utf-8")
    answer = terreng("run", "-w", shop.root)
    told = answer.out + answer.err + json.dumps([p.read_text(encoding="utf-8", errors="replace") for p in
                                                 shop.state_dir.rglob("*.txt")])  # fmt: skip
    assert answer.code != 0
    assert MAIL not in told
    assert CUSTOMER not in told
