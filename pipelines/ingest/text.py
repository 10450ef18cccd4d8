"""Bytes to UTF-8, block by block, in the encoding that was told or recognised. Nothing is replaced or left out."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

BLOCK = 16 << 20  # bytes read at a time: fewer rows at a time than fill a row group are copied once more
SAMPLE_BLOCK = 512 << 10  # where only the first rows are looked at; more than any recognition looks at
# What is tried, in order, when nobody told the encoding. Latin-1 is not among them: it accepts any byte.
_FALLBACK = "cp1252"
_BINARY_SHARE = 0.3  # of zero bytes at every second place: UTF-16 without a mark


class UndecodableError(Exception):
    """A byte that is none in this encoding.

    Attributes:
        encoding: Encoding that was tried.
        offset: Place of the byte in the unpacked file.
        is_mixed: Valid characters beyond ASCII came before it, so the encoding is right and the byte is damaged.
    """

    def __init__(self, encoding: str, offset: int, is_mixed: bool) -> None:
        super().__init__(f"byte {offset} is not {encoding}")
        self.encoding, self.offset, self.is_mixed = encoding, offset, is_mixed


def recognise_encoding(head: bytes) -> str:
    """Encoding by its mark, or by the zero bytes of UTF-16; else UTF-8, to be proved by reading on."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[:4096]
    if len(sample) > 3:
        for encoding, start in (("utf-16-le", 1), ("utf-16-be", 0)):
            high = sample[start::2]
            if high.count(0) > _BINARY_SHARE * len(high) and sample[1 - start :: 2].count(0) == 0:
                return encoding
    return "utf-8"


def encodings_to_try(head: bytes, told: str | None) -> tuple[str, ...]:
    """The told encoding alone, or what was recognised and what to fall back on."""
    if told is not None:
        name = codecs.lookup(told).name
        return ("utf-8-sig",) if name == "utf-8" else (name,)
    found = recognise_encoding(head)
    return ("utf-8", _FALLBACK) if found == "utf-8" else (found,)


def is_encoding(name: str) -> bool:
    """Whether Python knows a text encoding of this name."""
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def utf8_blocks(file: BinaryIO, encoding: str, size: int = BLOCK) -> Iterator[bytes]:
    """The file's text as blocks of UTF-8, without a byte order mark. A character may straddle two blocks.

    Args:
        file: The file, unpacked.
        encoding: Of its text.
        size: Bytes read at a time.

    Raises:
        UndecodableError: A byte does not belong to the encoding.
    """
    if encoding in {"utf-8", "utf-8-sig"}:
        yield from _checked_utf8(file, size)
    else:
        yield from _transcoded(file, encoding, size)


def _checked_utf8(file: BinaryIO, size: int) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset, is_mixed, has_rest = 0, False, False
    while block := file.read(size):
        shown = block.removeprefix(codecs.BOM_UTF8) if offset == 0 else block
        if has_rest or not shown.isascii():
            try:
                text = decoder.decode(shown)
            except UnicodeDecodeError as error:
                good = error.object[: error.start] if isinstance(error.object, bytes) else b""
                raise UndecodableError("utf-8", offset + error.start, is_mixed or not good.isascii()) from error
            is_mixed = is_mixed or not text.isascii()
            has_rest = bool(decoder.getstate()[0])
        offset += len(block)
        yield shown
    if has_rest:
        raise UndecodableError("utf-8", offset, True)


def _transcoded(file: BinaryIO, encoding: str, size: int) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    offset = 0
    while True:
        block = file.read(size)
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise UndecodableError(encoding, offset + error.start, True) from error
        offset += len(block)
        if text:
            yield text.encode("utf-8", "surrogatepass")
        if not block:
            return
