"""XML files of other tools, read so that no trick of the file can harm: no document type, no network, no huge tree."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from schemas.errors import MapError

LARGEST_BYTES = 20_000_000


def read_xml(path: Path, wanted: str) -> etree._Element:
    """The first element of a file, without comments.

    Args:
        path: The file.
        wanted: What the file should be, for errors: "a BPMN file".

    Raises:
        MapError: It cannot be read, is too large, is no XML, or has a document type.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MapError(f"a file that cannot be read ({error.strerror})", wanted, file=str(path)) from None
    if len(content) > LARGEST_BYTES:
        raise MapError(f"{len(content):,} bytes", f"{wanted} of at most {LARGEST_BYTES:,}", file=str(path))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.LxmlError, ValueError) as error:  # ValueError: an encoding that its declaration does not have
        line = getattr(error, "lineno", None) or 0
        reason = str(error).split(", line ")[0] or "nothing in it"
        raise MapError(f"no valid XML ({reason})", wanted, file=str(path), line=line) from None
    if root.getroottree().docinfo.internalDTD is not None:
        # It can fetch or multiply text, and no modelling tool writes one.
        raise MapError("a document type in the file", f"{wanted} without one", "delete <!DOCTYPE ...>", str(path))
    return root


def local(element: etree._Element) -> str:
    """An element's name without its namespace; "" for what is no element."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def said(text: str | None) -> str:
    """A text on one line."""
    return " ".join((text or "").split())


def children(element: etree._Element, *names: str) -> list[etree._Element]:
    """Children of these names, in any namespace."""
    return [child for child in element if local(child) in names]


def line_of(element: etree._Element | None) -> int:
    """The line where an element begins; 0 where that is not known."""
    line = None if element is None else element.sourceline
    return line if isinstance(line, int) else 0
