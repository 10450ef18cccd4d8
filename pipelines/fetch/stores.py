"""Files in object stores: listed by a URL with a glob, and fetched when they are read and not known yet.

Who may read them is told to the store's library by its own environment variables and files, never to us.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import SourceError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

    from pipelines.settings import Settings, Source

_BLOCK = 4 << 20
_MEMORY = "objects.json"  # what was fetched of which version of an object
# What tells two versions of an object apart, as the libraries call it.
_MARKS = ("etag", "generation", "content_md5", "mtime", "lastmodified", "last_modified", "updated")


@dataclass(frozen=True)
class Store:
    """One kind of store.

    Attributes:
        module: The library that knows it.
        extra: Extra of ours that installs it; "" where none is needed.
        errors: What it raises beside OSError, as `module.Class`.
        login: How it is told who we are.
    """

    module: str
    extra: str
    errors: tuple[str, ...]
    login: str


_S3 = Store(
    "s3fs",
    "s3",
    ("botocore.exceptions.BotoCoreError", "botocore.exceptions.ClientError"),
    "AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; AWS_ENDPOINT_URL for another server",
)
_GCS = Store(
    "gcsfs",
    "gcs",
    ("google.auth.exceptions.GoogleAuthError", "gcsfs.retry.HttpError", "aiohttp.ClientError"),
    "GOOGLE_APPLICATION_CREDENTIALS",
)
_AZURE = Store(
    "adlfs",
    "azure",
    ("azure.core.exceptions.AzureError", "builtins.ValueError"),
    "AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
)
_LOCAL = Store("fsspec", "", (), "")
STORES = {
    "s3": _S3, "s3a": _S3, "gs": _GCS, "gcs": _GCS, "az": _AZURE, "abfs": _AZURE, "abfss": _AZURE,
    "file": _LOCAL, "memory": _LOCAL,
}  # fmt: skip


def is_url(path: str) -> bool:
    """Whether a path is one of a store."""
    return "://" in path


def fetched_folder(settings: Settings) -> Path:
    """Where what was fetched lies while a run reads it."""
    return settings.state_dir / "fetched"


@dataclass(frozen=True)
class StoredFile:
    """One object.

    Attributes:
        url: Its URL.
        mark: What changes when its content does; "" where the store does not tell.
        size: Its bytes; None where the store does not tell.
        path: Where it is put when it is fetched.
        source: Whose it is.
        settings: The workspace.
    """

    url: str
    mark: str
    size: int | None
    path: Path
    source: Source
    settings: Settings

    def known_content(self) -> str:
        """SHA-256 of its bytes, where this version was fetched before; else ""."""
        known = _remembered(self.settings).get(self.url, {})
        return known.get("content", "") if self.mark and known.get("mark") == self.mark else ""

    def fetch(self) -> str:
        """Put it into its place, and remember what was in it; returns the SHA-256 of its bytes.

        Raises:
            SourceError: It cannot be read to its end.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        filesystem, path = _opened(self.source, self.url)
        digest, size = hashlib.sha256(), 0
        with told(self.source, self.url), filesystem.open(path, "rb") as far, _private(self.path) as near:
            while block := far.read(_BLOCK):
                digest.update(block)
                size += len(block)
                near.write(block)
        if self.size is not None and size != self.size:
            got = f"{size} bytes came of {self.size}"
            raise SourceError(got, "the whole object", "run again", self.url)
        content = digest.hexdigest()
        _remember(self.settings, self.url, {"mark": self.mark, "content": content})
        return content


def find(settings: Settings, source: Source, url: str, folder: Path) -> tuple[StoredFile, ...]:
    """Every object that a URL names, in the order of their names.

    Args:
        settings: The workspace.
        source: Whose path it is.
        url: With or without a glob.
        folder: Where objects are put that are fetched.

    Raises:
        SourceError: Nothing is there, or the store does not let us look.
    """
    filesystem, path = _opened(source, url)
    with told(source, url):
        found = filesystem.glob(path, detail=True) if glob.has_magic(path) else {path: filesystem.info(path)}
        files = {name: info for name, info in found.items() if info.get("type") == "file"}
        if not files:
            # A glob does not tell a bucket that is not there from one in which nothing fits.
            filesystem.ls(path.split("/", 1)[0] or "/")
    if not files:
        got = f"source {source.name!r}: no object matches {url!r}"
        raise SourceError(got, "one object or more", "** stands for any number of folders, * for a part of a name")
    listed = []
    for name, info in sorted(files.items()):
        where = str(filesystem.unstrip_protocol(name))
        place = folder / hashlib.sha256(where.encode()).hexdigest()[:16] / Path(name).name
        listed.append(StoredFile(where, _mark(info), info.get("size"), place, source, settings))
    return tuple(listed)


def _mark(info: dict[str, Any]) -> str:
    known = {key.lower(): value for key, value in info.items()}
    marks = [f"{key}={known[key]}" for key in _MARKS if known.get(key)]
    return " ".join([f"size={known.get('size')}", *marks]) if marks else ""


def _opened(source: Source, url: str) -> tuple[AbstractFileSystem, str]:
    """The store's file system, and the path in it."""
    import fsspec

    scheme = url.split("://", 1)[0].lower()
    store = STORES.get(scheme)
    if store is None:
        known = ", ".join(f"{name}://" for name in STORES if name != "memory")
        raise SourceError(f"source {source.name!r}: {scheme}:// is no store that we know", f"one of {known}")
    try:
        import_module(store.module)
    except ImportError:
        got = f"source {source.name!r}: the library for {scheme}:// is not installed"
        raise SourceError(got, f"{store.module}", f"pip install 'terreng[{store.extra}]'") from None
    with told(source, url):
        filesystem = fsspec.filesystem(scheme, skip_instance_cache=True, use_listings_cache=False)
        return filesystem, str(filesystem._strip_protocol(url))


@contextmanager
def told(source: Source, url: str) -> Iterator[None]:
    """A store's errors as ours."""
    store = STORES[url.split("://", 1)[0].lower()]
    errors: tuple[type[Exception], ...] = (OSError, *_errors_of(store))
    try:
        yield
    except FileNotFoundError:
        got = f"source {source.name!r}: there is no such bucket or object"
        raise SourceError(got, "one that is there", "check its name, and the region or account", url) from None
    except PermissionError:
        raise SourceError(
            f"source {source.name!r}: permission is denied", "to list and read", store.login, url
        ) from None
    except errors as error:
        got = f"source {source.name!r}: the store cannot be read ({type(error).__name__})"
        raise SourceError(got, "a store that answers", store.login or "check the path", url) from None


def _errors_of(store: Store) -> tuple[type[Exception], ...]:
    places = [name.rpartition(".") for name in store.errors]
    return tuple(getattr(import_module(module), name) for module, _, name in places)


def _remembered(settings: Settings) -> dict[str, dict[str, str]]:
    try:
        known = json.loads((settings.state_dir / _MEMORY).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # nothing is lost with it: objects are fetched once more
        return {}
    return known if isinstance(known, dict) else {}


def _remember(settings: Settings, url: str, what: dict[str, str]) -> None:
    known = {**_remembered(settings), url: what}
    fresh = settings.state_dir / f"{_MEMORY}.new"
    fresh.unlink(missing_ok=True)
    with _private(fresh) as file:
        file.write(json.dumps(known, indent=1).encode())
    fresh.replace(settings.state_dir / _MEMORY)


def _private(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
