"""The owners' pages as files beside the report."""

from __future__ import annotations

from pathlib import Path

from pipelines.report.html import render
from pipelines.report.made import Made
from pipelines.report.owners.document import owner_document
from pipelines.report.owners.who import owners_of, page_names
from pipelines.report.page import materials_of

FOLDER = "owners"


def owner_addresses(made: Made) -> dict[str, str]:
    """Owner to the address of the owner's page, as the report links to it."""
    names = page_names(owners_of(made.views))
    return {owner: f"{FOLDER}/{stem}.html" for owner, stem in names.items()}


def write_owner_pages(made: Made, folder: Path) -> None:
    """Writes a page for each owner.

    Args:
        made: The whole report.
        folder: Where the report stands.
    """
    materials = materials_of(made.snapshot, made.views)
    addresses = owner_addresses(made)
    if addresses:
        (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    for owner, address in addresses.items():
        document = owner_document(made.document, materials, owner)
        if document is not None:
            (folder / address).write_text(render(document, root="../", home="../report.html"), encoding="utf-8")
