"""Pseudonyms at the door: a salted hash of every id, and the salt that makes it ours alone."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from schemas.errors import SettingsError

if TYPE_CHECKING:
    from pipelines.settings import Settings

SALT_BYTES = 32  # as long as the hash: guessing the salt is as hard as inverting it
PSEUDONYM_LENGTH = 20  # hex digits, 80 bits: no collision to expect below a billion ids
SESSION_TYPE = "session_id"


def load_salt(settings: Settings) -> bytes:
    """The workspace's salt: from the environment, else made once and kept beside the warehouse, for its owner only.

    Raises:
        SettingsError: The variable is set and empty, or the kept salt cannot be read.
    """
    told = os.environ.get(settings.salt_env)
    if told is not None:
        if not told.strip():
            raise SettingsError(
                f"{settings.salt_env} is empty", "a secret text", "unset it to use the workspace's salt"
            )
        return told.strip().encode()
    path = settings.state_dir / "salt"
    try:
        settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _write_once(str(path))
        salt = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"the salt cannot be kept: {error.strerror}", "a writable folder", "", str(path)) from error
    if len(salt) < SALT_BYTES:
        raise SettingsError("the salt is damaged", f"{SALT_BYTES} bytes", "restore it from a copy", str(path))
    return salt


def _write_once(path: str) -> None:
    """Write a new salt; whoever comes second keeps the first one's. A half-written salt never has the name."""
    draft = f"{path}.{os.getpid()}"
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(SALT_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)  # noqa: PTH108 (a plain path, in step with os.open and os.link above)


def pseudonym_sql(salt: bytes, id_type: str, value: str) -> str:
    """SQL expression of the pseudonym of the SQL expression `value`, an id of the given type."""
    prefix = f"{salt.hex()}{id_type}:".replace("'", "''")
    return f"substr(sha256('{prefix}' || {value}), 1, {PSEUDONYM_LENGTH})"
