"""Values of a database as text, with nothing lost, and the fingerprint of a result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

Row = tuple[str | None, ...]
_MODULUS = 1 << 256


def text_of(value: object) -> str | None:
    """A value as text: ISO 8601, all digits of a number, bytes in hex, documents as JSON; None for NULL."""
    if value is None or isinstance(value, str):
        return value
    match value:
        case bool():
            text = "true" if value else "false"
        case Decimal():
            text = format(value, "f") if value.is_finite() else str(value)
        case bytes() | bytearray() | memoryview():
            text = "\\x" + bytes(value).hex()
        case datetime():
            text = value.isoformat(sep=" ")
        case dict() | list() | tuple():
            text = json.dumps(value, ensure_ascii=False, default=text_of)
        case _:
            text = str(value)
    return text


class Fingerprint:
    """Of the rows of a result, in whatever order they come: a database without ORDER BY gives none twice alike."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = list(names)
        self._sum = 0
        self.rows_n = 0

    def add(self, rows: Iterable[Row]) -> None:
        """Take in further rows."""
        encode = json.JSONEncoder().encode
        for row in rows:
            digest = hashlib.sha256(encode(row).encode()).digest()
            # A sum and not an exclusive or: two equal rows are not none.
            self._sum += int.from_bytes(digest, "big")
            self.rows_n += 1
        self._sum %= _MODULUS

    def hexdigest(self) -> str:
        """SHA-256 over the names, the number and the sum of all rows."""
        whole = json.dumps([self._names, self.rows_n, f"{self._sum:x}"])
        return hashlib.sha256(whole.encode()).hexdigest()
