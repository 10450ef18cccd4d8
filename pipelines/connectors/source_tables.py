"""The tables of a source: its only one for plain kinds, else a connector's with what the workspace adds."""

from __future__ import annotations

from difflib import get_close_matches

from pydantic import ValidationError

from pipelines.connectors.reading import load_connector
from pipelines.settings import Settings
from pipelines.settings.sources import Source
from pipelines.settings.tables import AnyWord, EventMapping, Read, TableChanges, TableMapping, id_type_of
from pipelines.settings.words import Mapped
from schemas.errors import SettingsError


def tables_of(settings: Settings, source: Source) -> tuple[TableMapping, ...]:
    """Every table that the source's files may be.

    Raises:
        SettingsError: The connector is not there or wrong, or the source changes a table that it does not have.
    """
    if source.columns is not None:
        plain = source.columns.as_table(source.read, source.drop)
        return (plain.model_copy(update={"timezone": source.timezone}),)
    if source.kind == "ocel":
        from pipelines.ingest.readers.ocel import ocel_table

        return (ocel_table(source),)
    if not source.is_connector:
        from pipelines.ingest.readers.xes import XES_COLUMNS

        return (XES_COLUMNS.as_table(source.read, source.drop),)
    tables = load_connector(source.kind, settings.root).tables
    names = [table.name for table in tables]
    for named in (*source.tables, *source.skip_tables):
        if named not in names:
            near = get_close_matches(named, names, 1)
            hint = f"did you mean {near[0]!r}?" if near else ""
            got = f"source {source.name!r}: {source.kind} has no table {named!r}"
            raise SettingsError(got, f"one of {', '.join(names)}", hint, "terreng.toml")
    _refuse_unknown_ids(source, tables)
    return tuple(_changed(table, source) for table in tables if table.name not in source.skip_tables)


def _refuse_unknown_ids(source: Source, tables: tuple[TableMapping, ...]) -> None:
    known = sorted({id_type_of(kind) for table in tables for kind in table.id_types})
    if unknown := sorted(set(source.ids) - set(known)):
        got = f"source {source.name!r}: {source.kind} has no id type {unknown[0]!r}"
        raise SettingsError(got, f"one of {', '.join(known)}", "", "terreng.toml")


def _changed(table: TableMapping, source: Source) -> TableMapping:
    changes = source.tables.get(table.name, TableChanges())
    keys = [event.key for event in table.events]
    if unknown := [key for key in changes.skip_events if key not in keys]:
        got = f"source {source.name!r}: table {table.name!r} has no event {unknown[0]!r}"
        raise SettingsError(got, f"one of {', '.join(filter(None, keys)) or 'none'}", "", "terreng.toml")
    named = [word for words in (changes.identities, changes.attributes, changes.scores) for word in words.values()]
    wanted = [word.column for word in named if isinstance(word, Mapped)]
    told: dict[str, object] = {
        "files": (*changes.files, *table.files),
        "wanted": tuple(dict.fromkeys(wanted)),
        "aliases": {
            **table.aliases,
            **{name: (*also, *table.aliases.get(name, ())) for name, also in changes.aliases.items()},
        },
        "timezone": changes.timezone or source.timezone or table.timezone,
        "read": _read(table.read, source.read, changes.read),
        "identities": {**_renamed(table.identities, source), **changes.identities},
        "attributes": {**_without_ids(table.attributes or {}, changes.identities), **changes.attributes},
        "scores": {**table.scores, **changes.scores},
        "consent": changes.consent or table.consent,
        "sentiment": changes.sentiment or table.sentiment,
        "events": (*_events(table, source, changes.skip_events), *changes.events),
        "drop": (*changes.drop, *source.drop, *table.drop),
    }
    return _checked(table.model_copy(update=told), source)


def _without_ids(attributes: dict[str, AnyWord], ids: dict[str, AnyWord]) -> dict[str, AnyWord]:
    """What the workspace knows to be an id is none of the attributes that the connector keeps."""
    hidden = {word.column for word in ids.values() if isinstance(word, Mapped)}
    return {name: word for name, word in attributes.items() if not (isinstance(word, Mapped) and word.column in hidden)}


def _events(table: TableMapping, source: Source, skipped: tuple[str, ...]) -> list[EventMapping]:
    kept = [event for event in table.events if event.key not in skipped]
    return [event.model_copy(update={"identities": _renamed(event.identities, source)}) for event in kept]


def _renamed(identities: dict[str, AnyWord], source: Source) -> dict[str, AnyWord]:
    new = {kind: source.ids.get(id_type_of(kind)) for kind in identities}
    return {kind.replace(id_type_of(kind), new[kind] or id_type_of(kind)): word for kind, word in identities.items()}


def _read(table: Read, *changes: Read | None) -> Read:
    """What the workspace tells goes before what the connector tells."""
    told = {name: getattr(read, name) for read in changes if read is not None for name in read.model_fields_set}
    return table.model_copy(update=told)


def _checked(table: TableMapping, source: Source) -> TableMapping:
    """Whether the changed table still holds together."""
    try:
        return TableMapping.model_validate(table.model_dump(exclude_unset=False))
    except ValidationError as error:
        told = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        got, _, wanted = told.partition("; ")
        raise SettingsError(f"source {source.name!r}: {got}", wanted, "", "terreng.toml") from error
