"""Makes an Office file one that is the same whenever it is made: no clock in it, nor in the workbooks inside it."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP can tell
_DATES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def repeatable(file: bytes, as_of: datetime) -> bytes:
    """The file with every date in it set to one.

    Args:
        file: A PPTX or XLSX file.
        as_of: The date.
    """
    made = BytesIO()
    with ZipFile(BytesIO(file)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(_entry(name), _dated(name, old.read(name), as_of))
    return made.getvalue()


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _EPOCH)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _dated(name: str, content: bytes, as_of: datetime) -> bytes:
    if name.endswith(".xlsx"):
        return repeatable(content, as_of)
    if name == "docProps/core.xml":
        told = f"{as_of:%Y-%m-%dT%H:%M:%SZ}".encode()
        return _DATES.sub(lambda found: found[1] + told + found[3], content)
    return content
