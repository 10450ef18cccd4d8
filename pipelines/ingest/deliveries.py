"""The files that a source's path names: found, told apart by content, and opened through gzip, zstd and archives."""

from __future__ import annotations

import glob
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from pipelines.fetch.stores import fetched_folder, find, is_url
from pipelines.ingest.archives import ARCHIVE_ERRORS, is_tar, is_zip, members, open_member
from pipelines.settings import Settings, Source
from schemas.errors import SourceError

_HASH_BLOCK = 1 << 20
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_PACKED = {".gz", ".zst"}
_ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
UNPACKING_ERRORS = (OSError, EOFError, zlib.error, *ARCHIVE_ERRORS)  # what reading a damaged file raises


@dataclass(frozen=True)
class Delivery:
    """One file of a source.

    Attributes:
        path: Where it is.
        shown: The path as the user knows it, relative to the workspace where it lies inside.
        member: Name of the file in the archive at `path`; "" where `path` is the file itself.
        content: Hash of what is in it, where that is known without reading it.
        fetch: Puts a file of an object store to `path`; returns the SHA-256 of its bytes.
        unpacked: All of it without its packing, where it is held in memory.
    """

    path: Path
    shown: str
    member: str = ""
    content: str = ""
    fetch: Callable[[], str] | None = field(default=None, compare=False)
    unpacked: bytes | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The file's own name, without folders."""
        return PurePosixPath(self.member).name if self.member else self.path.name

    @property
    def extension(self) -> str:
        """Lower-case extension of what is inside the packing: `events.csv.gz` is `.csv`."""
        suffixes = [suffix.lower() for suffix in PurePosixPath(self.name).suffixes]
        inner = suffixes[:-1] if suffixes and suffixes[-1] in _PACKED else suffixes
        return inner[-1] if inner else ""


def deliveries(settings: Settings, source: Source) -> tuple[Delivery, ...]:
    """Every file that the source's paths name, each once, in the order of their names under each path.

    Raises:
        SourceError: Nothing is there, or what is there is no file.
    """
    found = {file.path: file for pattern in source.path for file in _deliveries(settings, source, pattern)}
    return tuple(inner for file in found.values() for inner in _inside(file))


def _inside(delivery: Delivery) -> Iterator[Delivery]:
    """The file itself, or every file of an archive."""
    if delivery.fetch is not None:
        if not delivery.name.lower().endswith(_ARCHIVES):
            yield delivery
            return
        delivery.fetch()
    try:
        is_archive = is_tar(delivery.path) or is_zip(delivery.path)
    except OSError as error:
        raise unreadable(delivery, error) from error
    if not is_archive:
        yield delivery
        return
    for member in members(delivery.path, delivery.shown):
        yield Delivery(delivery.path, f"{delivery.shown}/{member}", member)


def _deliveries(settings: Settings, source: Source, path: str) -> tuple[Delivery, ...]:
    if is_url(path):
        stored = find(settings, source, path, fetched_folder(settings))
        return tuple(Delivery(each.path, each.url, "", each.known_content(), each.fetch) for each in stored)
    pattern = str(settings.root / path)
    if not glob.has_magic(path):
        return (_one_file(Path(pattern), settings),)
    found = [Path(name) for name in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207 (the pattern may be absolute)
    # A last ** stands for folders, too; everywhere else a folder is none of the files that were meant.
    files = [path for path in found if not (Path(pattern).name == "**" and path.is_dir())]
    if not files:
        got = f"source {source.name!r}: no file matches {path!r}"
        raise SourceError(got, "one file or more", _what_is_there(Path(pattern)), str(settings.root))
    return tuple(_one_of_many(file, settings, path) for file in files)


def content_hash(delivery: Delivery) -> str:
    """SHA-256 of the bytes as delivered, packed or not.

    Raises:
        SourceError: The file cannot be read.
    """
    if delivery.content:
        return delivery.content
    if delivery.fetch is not None:
        return delivery.fetch()
    digest = hashlib.sha256()
    try:
        with _opened(delivery) as file:
            while block := file.read(_HASH_BLOCK):
                digest.update(block)
    except UNPACKING_ERRORS as error:
        raise unreadable(delivery, error) from error
    return digest.hexdigest()


def _opened(delivery: Delivery) -> BinaryIO:
    if delivery.fetch is not None and not delivery.path.exists():
        delivery.fetch()
    return open_member(delivery.path, delivery.member) if delivery.member else delivery.path.open("rb")


def open_unpacked(delivery: Delivery) -> BinaryIO:
    """The file's bytes without their packing, which is told by the first bytes and not by the name.

    Raises:
        SourceError: The file cannot be opened. Reading from it raises what `UNPACKING_ERRORS` lists.
    """
    if delivery.unpacked is not None:
        return io.BytesIO(delivery.unpacked)
    try:
        file = _opened(delivery)
        magic = file.read(4)
        file.seek(0)
    except UNPACKING_ERRORS as error:
        raise unreadable(delivery, error) from error
    if magic.startswith(_GZIP):
        return cast("BinaryIO", io.BufferedReader(_GzipClosing(file)))
    if magic == _ZSTD:
        import pyarrow as pa

        return cast("BinaryIO", pa.CompressedInputStream(file, "zstd"))
    return file


class _GzipClosing(gzip.GzipFile):
    """A gzip stream that closes the file below it, too."""

    def __init__(self, below: BinaryIO) -> None:
        super().__init__(fileobj=below)
        self._below = below

    def close(self) -> None:
        super().close()
        self._below.close()


def beside(delivery: Delivery, name: str) -> Delivery:
    """The file of another name that was delivered together with this one, in its folder or its archive."""
    shown = f"{delivery.shown.rpartition('/')[0]}/{name}".lstrip("/")
    if not delivery.member:
        return Delivery(delivery.path.parent / name, shown)
    return Delivery(delivery.path, shown, str(PurePosixPath(delivery.member).parent / name))


def unreadable(delivery: Delivery, error: BaseException) -> SourceError:
    """What to say about a file that could not be read to its end."""
    told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    if isinstance(error, EOFError) or "runcated" in told:
        return SourceError("the file is cut off", "a whole file", "deliver it again", delivery.shown)
    return SourceError(
        f"the file cannot be read: {told.splitlines()[0] if told else 'damaged'}",
        "a readable file",
        "check the file and its permissions, or deliver it again",
        delivery.shown,
    )


def _one_of_many(path: Path, settings: Settings, pattern: str) -> Delivery:
    """Nothing that the pattern names is passed over in silence."""
    shown = _shown(path, settings)
    if path.is_file():
        return Delivery(path, shown)
    if path.is_dir():
        hint = f"move it away, write {shown}/* for every file in it, or narrow the path {pattern!r}"
        raise SourceError("a folder", "a file", hint, shown)
    got = "no file" if path.exists() else "a link to something that is not there"
    raise SourceError(got, "a file", f"remove it, or narrow the path {pattern!r}", shown)


def _one_file(path: Path, settings: Settings) -> Delivery:
    shown = _shown(path, settings)
    if path.is_dir():
        raise SourceError("a folder", "a file", f"write {shown}/* for every file in it", shown)
    if not path.exists():
        raise SourceError("there is no such file", "a file", _what_is_there(path), shown)
    return Delivery(path, shown)


def _shown(path: Path, settings: Settings) -> str:
    return path.relative_to(settings.root).as_posix() if path.is_relative_to(settings.root) else str(path)


def _what_is_there(path: Path) -> str:
    """A hint about the nearest name in the same folder, or about the folder itself."""
    folder = path.parent
    if not folder.is_dir():
        return f"the folder {folder.name!r} is not there" if not glob.has_magic(str(folder)) else ""
    names = sorted(entry.name for entry in folder.iterdir())
    near = get_close_matches(path.name, names, 1)
    return f"did you mean {near[0]!r}?" if near else "paths are relative to the workspace's folder"
