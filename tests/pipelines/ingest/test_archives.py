"""Archives are opened in place: every file in them is a delivery of its own."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from schemas.errors import SourceError

if TYPE_CHECKING:
    from tests.pipelines.ingest.conftest import Shop

HEADER = "id,at,what,who\n"
ROWS = tuple(f"e{n},2026-03-0{n}T10:00:00Z,visit,C{n}\n" for n in range(1, 5))


def zipped(files: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", kind) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode=mode) as archive:  # type: ignore[call-overload]  # mode is one of its words
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return content.getvalue()


def csv(*places: int) -> bytes:
    return (HEADER + "".join(ROWS[place] for place in places)).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("export.zip", zipped({"b/part2.csv": csv(2, 3), "part1.csv.gz": gzip.compress(csv(0, 1))})),
        ("export.bin", zipped({"b/part2.csv": csv(2, 3), "part1.csv.gz": gzip.compress(csv(0, 1))})),
        ("export.tar.gz", tarred({"b/part2.csv": csv(2, 3), "part1.csv.gz": gzip.compress(csv(0, 1))})),
        ("export.tgz", tarred({"b/part2.csv": csv(2, 3), "part1.csv.gz": csv(0, 1)})),
        ("export.tar", tarred({"b/part2.csv": csv(2, 3), "part1.csv.gz": csv(0, 1)}, "w")),
    ],
)
def test_every_member_is_a_file_of_its_own(shop: Shop, name: str, content: bytes) -> None:
    shop.deliver(name, content)

    report = shop.take("export*")

    assert (report.files_n, report.accepted_n) == (2, 4)
    assert shop.rows("SELECT paths, rows_n FROM files ORDER BY paths") == [
        ([f"{name}/b/part2.csv"], 2), ([f"{name}/part1.csv.gz"], 2),
    ]  # fmt: skip


def test_a_member_is_known_by_its_content_in_whatever_archive_it_comes(shop: Shop) -> None:
    shop.deliver("in/one.zip", zipped({"a.csv": csv(0, 1)}))
    shop.deliver("in/two.zip", zipped({"new.csv": csv(2), "a.csv": csv(0, 1)}, zipfile.ZIP_STORED))
    shop.deliver("in/three.tar.gz", tarred({"a.csv": csv(0, 1)}))
    shop.deliver("in/a.csv", csv(0, 1))

    report = shop.take("in/*")

    assert (report.files_n, report.new_files_n, report.accepted_n, report.duplicate_n) == (5, 2, 3, 0)


def test_what_an_operating_system_adds_is_left_out(shop: Shop) -> None:
    shop.deliver("a.zip", zipped({"__MACOSX/._a.csv": b"\0", ".DS_Store": b"\0", "in/": b"", "in/a.csv": csv(0)}))

    assert (shop.take("a.zip").files_n, shop.take("a.zip").accepted_n) == (1, 1)


def locked() -> bytes:
    """An archive whose only member claims to be encrypted."""
    data = bytearray(zipped({"a.csv": csv(0)}))
    data[6] |= 1
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def lying() -> bytes:
    """An archive whose member is longer than it claims."""
    data = bytearray(zipped({"a.csv": csv(0, 1, 2, 3)}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 20)
    return bytes(data)


def linked() -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        info = tarfile.TarInfo("a.csv")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.zip", zipped({"../a.csv": csv(0)}), r"a.zip: '../a.csv' leads out of the archive"),
        ("a.zip", zipped({"x/../../a.csv": csv(0)}), "leads out of the archive"),
        ("a.zip", zipped({"/etc/a.csv": csv(0)}), "leads out of the archive"),
        ("a.zip", zipped({"C:\\a.csv": csv(0)}), "leads out of the archive"),
        ("a.tar.gz", tarred({"../a.csv": csv(0)}), "leads out of the archive"),
        ("a.tar.gz", linked(), "'a.csv' is no file but a link or a device"),
        ("a.zip", zipped({"b.zip": zipped({"a.csv": csv(0)})}), "a.zip/b.zip: an archive in the archive"),
        ("a.zip", zipped({"a.csv": csv(0) + b"\n" * (150 << 20)}), r"'a.csv' would grow to 150 MB from \d+ KB"),
        ("a.zip", zipped({"a.csv": csv(0)})[:-30], "a.zip: the archive is damaged"),
        ("a.zip", b"", "a.zip: the archive is damaged"),
        ("a.tar.gz", tarred({"a.csv": csv(0) * 9_000})[:-90], "a.tar.gz: the archive is damaged"),
        ("a.zip", zipped({}), "an archive without a file"),
        ("a.zip", locked(), "'a.csv' is locked with a password"),
        ("a.zip", lying(), "a.zip/a.csv: the file cannot be read: Bad CRC-32"),
        ("a.zip", zipped({"a.parquet": b"PAR1 and more"}), "a.zip/a.parquet: a Parquet file in an archive"),
    ],
)
def test_an_archive_that_cannot_be_trusted_or_read_is_refused(
    shop: Shop, name: str, content: bytes, message: str
) -> None:
    shop.deliver(name, content)

    with pytest.raises(SourceError, match=message):
        shop.take(name)

    assert shop.rows("SELECT count(*) FROM events") == [(0,)]
