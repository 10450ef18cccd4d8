"""How a file's rows become events: its table's mapping, settled on the columns that the file has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipelines.id_types import kind_of
from pipelines.ingest.intake import Intake
from pipelines.ingest.moments import FUTURE_SLACK
from pipelines.ingest.named_row import NamedRow
from pipelines.ingest.scores import score_attributes
from pipelines.ingest.words import Word, columns_of
from pipelines.settings import Mapped, TableMapping
from pipelines.settings.tables import id_type_of


@dataclass(frozen=True)
class Plan:
    """What a file's rows are mapped by.

    Attributes:
        table: The mapping.
        row: The file's columns by the mapping's names.
        identities: The mapping's identities in their order; their values stand in `i0`, `i1`, ...
        forms: Kind of each, which decides its normal form.
        attributes: Attribute names; their values stand in `a0`, `a1`, ...
        has_rest: A column `rest` has the attributes as one MAP instead.
        zone: The workspace's zone.
        salt: The workspace's salt.
        latest: Events after this are refused.
        masked: Columns of the file that hold ids: they may stand in no table but `identifiers`.
        shown: Columns of the file that a refused row shows.
    """

    table: TableMapping
    row: NamedRow
    identities: tuple[str, ...]
    forms: tuple[str, ...]
    attributes: tuple[str, ...]
    has_rest: bool
    zone: str
    salt: bytes
    latest: datetime
    masked: frozenset[str]
    shown: tuple[str, ...]

    @property
    def is_many(self) -> bool:
        """Whether rows are staged first, because one may give several events, or none."""
        return gives_many(self.table)

    @property
    def staged_ids(self) -> dict[str, str]:
        """Staged column to the type of the id in it."""
        return {f"i{place}": kind for place, kind in enumerate(self.id_types)}

    @property
    def id_types(self) -> tuple[str, ...]:
        """Id type of each of the identities."""
        return tuple(id_type_of(identity) for identity in self.identities)


def gives_many(table: TableMapping) -> bool:
    """Whether a row of a table may give several events, or none."""
    if not table.name:  # a plain one
        return False
    only = table.events[0] if len(table.events) == 1 else None
    may_skip = only is None or "skip" in {only.when_empty, only.when_future}
    return only is None or may_skip or bool(only.where or only.unless or table.explode)


def plan_of(intake: Intake, row: NamedRow) -> Plan:
    """How a file's rows become events.

    Args:
        intake: The source.
        row: The file, under the names of its table's mapping.

    Raises:
        SourceError: The file lacks a column that the mapping names.
    """
    table, landing = row.table, row.landing
    refuse_absent(row)
    masked = frozenset(row.delivered(_hidden(table)) | {name for name in landing.text if name.lower() in intake.hidden})
    used = row.delivered(used_columns(table))
    return Plan(
        table=table,
        row=row,
        identities=table.id_types,
        forms=tuple(_form(intake, id_type_of(identity)) for identity in table.id_types),
        attributes=() if landing.rest else tuple(sorted(_attributes(row))),  # files differ in the order of columns
        has_rest=bool(landing.rest),
        zone=table.timezone or intake.settings.timezone,
        salt=intake.salt,
        latest=intake.now + FUTURE_SLACK,
        masked=masked,
        shown=tuple(name for name in landing.text if row.is_plain or name in used),
    )


def _form(intake: Intake, id_type: str) -> str:
    known = intake.kept.get(f"form {id_type}")
    return known or intake.kept.setdefault(f"form {id_type}", kind_of(intake.settings, id_type))


def refuse_absent(row: NamedRow) -> None:
    """Refuse a file without a column that the mapping cannot do without.

    Of a sparse file only the columns that no event can do without must be there.

    Raises:
        SourceError: A column is not there.
    """
    table, landing = row.table, row.landing
    if not row.is_plain:
        for column in table.columns:
            if not row.has(column):
                raise landing.absent(column, row.names_of(column), row.told_in)
        lacks = [column for column in table.wanted if not row.has(column)]
        landing.notes.extend(f"there is no column {column!r}, which terreng.toml names" for column in lacks)
        return
    events, ids = table.events, [column for word in table.identities.values() for column in columns_of(word)]
    needed = [
        column for event in events for word in (event.activity, event.occurred_at.text) for column in columns_of(word)
    ]
    for column in needed:
        if column not in landing.text:
            raise landing.absent(column)
    if not any(column in landing.text for column in ids):
        raise landing.absent(ids[0])
    for column in (*ids, *(table.attributes or {})):
        row.text_of(column)
        if column not in landing.text:
            landing.notes.append(f"no row has {column!r}")


def _words(table: TableMapping) -> list[Word]:
    """Every word of a mapping but those of its attributes."""
    of_events = [
        word
        for event in table.events
        for word in (
            *(event.event_id, event.activity, event.occurred_at.text, event.channel, event.initiator, event.status),
            *(event.session_id, event.order, *event.identities.values()),
        )
    ]
    return [*of_events, *table.identities.values(), *table.scores.values(), table.version]


def _hidden(table: TableMapping) -> set[str]:
    """Columns with ids, and with texts that are scored and not kept."""
    hidden: list[Word] = [*table.identities.values()]
    hidden += [word for event in table.events for word in event.identities.values()]
    hidden += [event.session_id for event in table.events]
    columns = {column for word in hidden for column in columns_of(word)}
    return columns | ({table.sentiment.column} if table.sentiment else set())


def used_columns(table: TableMapping) -> set[str]:
    """Every column that a mapping looks at."""
    attributes = [*(table.attributes or {}).values(), *(w for event in table.events for w in event.attributes.values())]
    columns = {column for word in (*_words(table), *attributes) for column in columns_of(word)}
    columns |= {column for rule in table.drop for column in (*rule.where, *rule.unless)}
    columns |= {column for event in table.events for column in (*event.where, *event.unless)}
    return columns | ({table.consent.column} if table.consent else set())


def _attributes(row: NamedRow) -> tuple[str, ...]:
    table = row.table
    scored = score_attributes(table)
    if table.attributes is not None:
        of_events = [name for event in table.events for name in event.attributes]
        return tuple(dict.fromkeys((*table.attributes, *of_events, *scored)))
    used = {word.column for word in _words(table) if isinstance(word, Mapped) and not word.values}
    used |= _hidden(table)
    return (*(name for name in row.landing.text if name not in used and name not in scored), *scored)
