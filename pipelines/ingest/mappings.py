"""What decides what a file's rows become: part of what is known of it."""

from __future__ import annotations

import hashlib
import json

from pipelines.id_types import kind_of
from pipelines.ingest.intake import Intake
from pipelines.ingest.lookups import lookup_digest
from pipelines.settings.tables import id_type_of


def mapping_of(intake: Intake) -> str:
    """Hash of all that decides what a file's rows become: its settings, its connector, and the labels it looks up."""
    return _digest([shape_of_tables(intake), lookup_digest(intake)])


def shape_of_tables(intake: Intake) -> str:
    """Hash of the settings and the connector alone; tolerance and outages are not among them."""
    if "shape" not in intake.kept:
        intake.kept["shape"] = _shape(intake)
    return intake.kept["shape"]


def _shape(intake: Intake) -> str:
    # Unsorted: the first identity that is filled in is an event's main one.
    tables = [table.model_dump(mode="json") for table in intake.tables]
    kinds = {kind: kind_of(intake.settings, id_type_of(kind)) for table in intake.tables for kind in table.id_types}
    return _digest([intake.settings.timezone, intake.source.kind, tables, kinds, *_asked(intake)])


def _asked(intake: Intake) -> list[object]:
    """What a database or a log is asked for."""
    if intake.source.kind == "sql":
        from pipelines.fetch.queries import query_text

        return [query_text(intake.settings, intake.source)]
    return [intake.source.objects] if intake.source.kind == "ocel" else []


def _digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
