"""The settings with which a file is read: part of what is known of it."""

from __future__ import annotations

import hashlib
import json

from pipelines.settings import Settings, Source


def mapping_of(settings: Settings, source: Source) -> str:
    """Hash of all settings that decide what a file's rows become; tolerance and outages are not among them."""
    # Unsorted: the first identity that is filled in is an event's main one.
    words = source.model_dump(mode="json", include={"kind", "columns", "read", "drop"})
    return hashlib.sha256(json.dumps([settings.timezone, words]).encode()).hexdigest()
