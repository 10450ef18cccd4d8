"""Archives (.zip, .tar, .tar.gz): what lies in them, each a delivery of its own. Nothing is ever written out.

An archive comes from outside and is not trusted: names that lead out of a folder, members that blow up when they are
unpacked, and archives in archives are refused with the archive's name.
"""

from __future__ import annotations

import io
import lzma
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from schemas.errors import SourceError

# Deflate can shrink a thousandfold. The densest export that we saw, JSON with the same keys on every line, has 1 : 60.
MOST_RATIO = 200
SMALL_BYTES = 100 << 20  # a member as small does no harm, however dense
MOST_MEMBERS = 100_000
ARCHIVE_ERRORS = (zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, zlib.error, EOFError)
_ZIP = b"PK\x03\x04"
_TAR_NAMES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_WORKBOOK = "[Content_Types].xml"
_NESTED = (".zip", ".tar", ".tgz", ".tar.gz", ".rar", ".7z")
_JUNK = "__MACOSX"


def is_zip(path: Path) -> bool:
    """Whether a file is a ZIP archive, and no workbook, which is one, too."""
    with path.open("rb") as file:
        if path.suffix.lower() in {".zip", ".xlsx"}:
            return path.suffix.lower() == ".zip"
        if file.read(4) != _ZIP:
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return _WORKBOOK not in archive.namelist()
    except zipfile.BadZipFile:
        return False


def is_tar(path: Path) -> bool:
    """Whether a file is a tar archive, by its name."""
    return path.name.lower().endswith(_TAR_NAMES)


def members(path: Path, shown: str) -> tuple[str, ...]:
    """The names of the files in an archive, in order; what an operating system adds is left out.

    Raises:
        SourceError: The archive is damaged, locked, or not to be trusted.
    """
    try:
        names = _zip_members(path, shown) if is_zip(path) else _tar_members(path, shown)
    except ARCHIVE_ERRORS as error:
        raise SourceError("the archive is damaged", "a whole archive", "deliver it again", shown) from error
    if len(names) > MOST_MEMBERS:
        raise SourceError(f"{len(names)} files in one archive", f"at most {MOST_MEMBERS}", "", shown)
    for name in names:
        _check_name(name, shown)
    kept = [name for name in names if _JUNK not in PurePosixPath(name).parts and PurePosixPath(name).name[0] != "."]
    if not kept:
        raise SourceError("an archive without a file", "one file or more", "deliver it again", shown)
    return tuple(sorted(kept))


def open_member(path: Path, member: str) -> BinaryIO:
    """One file of an archive as a stream of its bytes, packed as they were before.

    Raises what `ARCHIVE_ERRORS` lists.
    """
    if is_zip(path):
        archive = zipfile.ZipFile(path)
        return cast("BinaryIO", io.BufferedReader(_Member(archive.open(member), archive)))
    tar = tarfile.open(path)  # noqa: SIM115 (closed with the member)
    inner = tar.extractfile(member)
    if inner is None:  # members() has left out what is no file
        raise tarfile.TarError(member)
    return cast("BinaryIO", io.BufferedReader(_Member(inner, tar)))


class _Member(io.RawIOBase):
    """A member's stream, which closes its archive, too."""

    def __init__(self, inner: object, archive: zipfile.ZipFile | tarfile.TarFile) -> None:
        self._inner, self._archive = cast("BinaryIO", inner), archive

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        found = self._inner.read(len(view))
        view[: len(found)] = found
        return len(found)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            self._archive.close()
        super().close()


def _zip_members(path: Path, shown: str) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        files = [info for info in archive.infolist() if not info.is_dir()]
    for info in files:
        if info.flag_bits & 1:
            raise SourceError(f"{info.filename!r} is locked with a password", "an open archive", "unpack it", shown)
        if info.file_size > SMALL_BYTES and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            got = f"{info.filename!r} would grow to {info.file_size >> 20} MB from {info.compress_size >> 10} KB"
            raise SourceError(got, f"at most {MOST_RATIO} times", "unpack it by hand if you trust it", shown)
    return [info.filename for info in files]


def _tar_members(path: Path, shown: str) -> list[str]:
    size, names = path.stat().st_size, []
    with tarfile.open(path) as archive:
        for info in archive:
            if info.isfile():
                names.append(info.name)
            elif not info.isdir():
                got = f"{info.name!r} is no file but a link or a device"
                raise SourceError(got, "an archive of files", "", shown)
            if info.size > SMALL_BYTES and info.size > MOST_RATIO * size:
                raise SourceError(f"{info.name!r} would grow to {info.size >> 20} MB", "less", "", shown)
    return names


def _check_name(name: str, shown: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
        raise SourceError(f"{name!r} leads out of the archive", "plain names", "do not trust this archive", shown)
    if name.lower().endswith(_NESTED):
        raise SourceError(f"an archive in the archive: {name!r}", "files", "unpack the outer one", f"{shown}/{name}")
