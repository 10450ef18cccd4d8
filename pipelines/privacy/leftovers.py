"""Files of the workspace that may still speak of a person: our own, which go, and deliveries, which are the user's."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import duckdb

from pipelines.settings import Settings


class Readable(Protocol):
    """An open file of bytes."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many."""


_BLOCK = 1 << 20
_KEPT = ("salt", "lock", "lock.json")  # of the state folder
_PACKED = (".xlsx", ".zip", ".ods")


def find_leftovers(settings: Settings, words: Iterable[str], raw: Iterable[str]) -> tuple[Path, ...]:
    """Files that Terreng made and that have one of her pseudonyms, or an id of hers in the clear.

    Exports and mined logs of earlier runs, and whatever the state folder keeps: traceback files, rows to be mended,
    drafts. Reports are not among them: they count people and name none.
    """
    needles = tuple(text.encode() for text in {*words, *(each for each in raw if len(each) > 3)})
    return tuple(path for path in _ours(settings) if needles and _mentions(path, needles))


def deliveries(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Delivered files that have rows of hers, as `files` names them. Works on the tables of `count_rows`."""
    rows = con.sql("""
        WITH hers AS (
            SELECT source, file_id FROM erase_events
            UNION SELECT source, file_id FROM erase_refused
            UNION SELECT source, file_id FROM link_evidence
                WHERE left_key IN (SELECT id_key FROM erase_ids WHERE NOT is_shared)
                OR right_key IN (SELECT id_key FROM erase_ids WHERE NOT is_shared)
            UNION SELECT source, file_id FROM consents WHERE id IN (SELECT id FROM erase_ids WHERE NOT is_shared))
        SELECT DISTINCT unnest(f.paths) AS path FROM files f JOIN hers USING (source, file_id) ORDER BY path
    """).fetchall()
    return tuple(str(path) for (path,) in rows)


def _ours(settings: Settings) -> Iterator[Path]:
    for folder in (settings.state_dir, *settings.reports_dir.glob("*/exports"), *settings.reports_dir.glob("*/mined")):
        yield from (
            path
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_symlink() and path.name not in _KEPT
        )


def _mentions(path: Path, needles: tuple[bytes, ...]) -> bool:
    """Whether one of the texts stands in the file, unpacked where it is packed."""
    if path.suffix == ".parquet":
        return _has_row(path, needles)
    if path.suffix in _PACKED and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            return any(_has_member(packed, name, needles) for name in packed.namelist())
    if path.suffix == ".gz":
        with gzip.open(path) as unpacked:
            return _has(unpacked, needles)
    with path.open("rb") as plain:
        return _has(plain, needles)


def _has_member(packed: zipfile.ZipFile, name: str, needles: tuple[bytes, ...]) -> bool:
    with packed.open(name) as unpacked:
        return _has(unpacked, needles)


def _has(file: Readable, needles: tuple[bytes, ...]) -> bool:
    """Block by block, with as much of the block before as a text may lie across their edge."""
    overlap = max(len(needle) for needle in needles)
    tail = b""
    while block := file.read(_BLOCK):
        seen = tail + block
        if any(needle in seen for needle in needles):
            return True
        tail = seen[-overlap:]
    return False


def _has_row(path: Path, needles: tuple[bytes, ...]) -> bool:
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")  # it would write into the middle of what `--json` prints
        rows = con.from_parquet(str(path))
        texts = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in rows.columns)
        con.register("texts", rows.project(f"concat_ws(chr(31), {texts}) AS line"))
        wanted = [needle.decode() for needle in needles]
        found = con.sql(
            "SELECT count(*) FROM texts WHERE EXISTS (SELECT 1 FROM (SELECT unnest($wanted) AS word)"
            " WHERE contains(line, word))",
            params={"wanted": wanted},
        ).fetchall()
    return bool(found[0][0])
