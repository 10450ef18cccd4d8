"""One row per row of a file, judged: mapped to our words, timed, and with the reason if it is refused or dropped.

Everything here looks at one row alone and is one pass in SQL; what needs other rows (duplicates, ids) comes after.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pipelines.ingest.intake import Intake
from pipelines.ingest.moments import EARLIEST, FUTURE_SLACK, is_ambiguous, is_nonexistent, moment_sql
from pipelines.ingest.readers.landing import RAW_LENGTH, Landing, quoted
from pipelines.ingest.words import columns_of, drop_sql, trimmed, word_sql
from pipelines.pseudonyms import SESSION_TYPE, pseudonym_sql
from pipelines.settings import Columns
from schemas.words import EventStatus, Initiator

BROKEN_ROW = "broken_row"
REASONS = {
    "missing_timestamp": "the time is empty",
    "unreadable_timestamp": "the time is in no form that was expected",
    "nonexistent_local_time": "the clock was set forward over this time in its zone; it needs an offset",
    "ambiguous_local_time": "the clock showed this time twice in its zone; it needs an offset",
    "out_of_range": f"the time lies before {EARLIEST.year}",
    "in_the_future": "the time lies more than a day after the run",
    "missing_activity": "the activity is empty",
    "missing_identity": "no identity is filled in, or a link has less than two",
    "missing_event_id": "the event id is empty",
    "unreadable_order": "the order is no whole number",
    "unknown_initiator": f"the initiator is none of {', '.join(Initiator)}",
    "unknown_status": f"the status is none of {', '.join(EventStatus)}",
}
_MASK = "***"
_DECIMAL_COMMA = r"[-+]?\d+,\d+"


@dataclass(frozen=True)
class Plan:
    """What a file's rows are mapped by.

    Attributes:
        columns: The source's words.
        identities: Id types in the settings' order; their values stand in `i0`, `i1`, ...
        attributes: Attribute names; their values stand in `a0`, `a1`, ...
        has_rest: A column `rest` has the attributes as one MAP instead.
        zone: The workspace's zone.
        salt: The workspace's salt.
        latest: Events after this are refused.
        decimal: Decimal mark of the file.
        drops: SQL of the drop rules.
    """

    columns: Columns
    identities: tuple[str, ...]
    attributes: tuple[str, ...]
    has_rest: bool
    zone: str
    salt: bytes
    latest: datetime
    decimal: str
    drops: str


def plan_of(intake: Intake, columns: Columns, landing: Landing) -> Plan:
    """How a file's rows become events.

    Raises:
        SourceError: The file lacks a column that the settings name.
    """
    _refuse_absent(columns, landing)
    return Plan(
        columns=columns,
        identities=tuple(columns.identities),
        attributes=() if landing.rest else _attributes(columns, landing),
        has_rest=bool(landing.rest),
        zone=intake.settings.timezone,
        salt=intake.salt,
        latest=intake.now + FUTURE_SLACK,
        decimal=landing.decimal,
        drops=drop_sql(intake.source.drop, landing),
    )


def _refuse_absent(columns: Columns, landing: Landing) -> None:
    """Of a sparse file only the columns that no event can do without must be there."""
    needed = [*columns_of(columns.activity)] + ([columns.time.column] if columns.occurred_at else [])
    named = [*columns.identities.values(), *(columns.attributes or ())]
    for column in needed:
        if column not in landing.text:
            raise landing.absent(column)
    if not any(column in landing.text for column in columns.identities.values()):
        raise landing.absent(named[0])
    for column in named:
        landing.text_of(column)
        if column not in landing.text:
            landing.notes.append(f"no row has {column!r}")


def _attributes(columns: Columns, landing: Landing) -> tuple[str, ...]:
    if columns.attributes is not None:
        return columns.attributes
    words = (columns.event_id, columns.activity, columns.channel, columns.initiator, columns.status, columns.session_id)
    used = {word for word in (*words, columns.order) if isinstance(word, str)} | set(columns.identities.values())
    used |= {columns.time.column} if columns.occurred_at else set()
    return tuple(name for name in landing.text if name not in used)


def events_sql(plan: Plan, landing: Landing) -> str:
    """The staged rows of a source of events: SQL over the landing's relation."""
    columns = plan.columns
    moment = moment_sql(columns.time, plan.zone)
    delivered = [
        f"{trimmed(landing.text_of(columns.time.column))} AS when_text",
        f"{word_sql(columns.activity, landing)} AS activity",
        f"{word_sql(columns.channel, landing)} AS channel",
        f"lower({word_sql(columns.initiator, landing)}) AS initiator",
        f"lower({word_sql(columns.status, landing)}) AS status",
        f"{word_sql(columns.session_id, landing)} AS session",
        f"{_event_id(columns, landing)} AS event_id",
        f"{trimmed(landing.text_of(columns.order)) if columns.order else 'NULL'} AS order_text",
        *_identity_columns(plan, landing),
        *_attribute_columns(plan, landing),
        f"{plan.drops} AS drop_reason",
    ]
    return f"""
        WITH delivered AS (SELECT landed.*, {", ".join(delivered)} FROM {landing.relation} AS landed),
        walled AS (SELECT *, {moment.wall} AS wall FROM delivered),
        clocked AS (SELECT *, {moment.instant} AS instant_us FROM walled),
        placed AS (SELECT *, CASE WHEN instant_us IS NULL THEN {moment.offset} END AS offset_s FROM clocked),
        timed AS (SELECT *, coalesce(instant_us, epoch_us(wall) - 1000000::BIGINT * offset_s) AS at_us FROM placed),
        judged AS (SELECT *, {_reason_sql(plan)} AS reason_code FROM timed)
        SELECT line, event_id, CAST(make_timestamp(CASE WHEN reason_code IS NULL THEN at_us END) AS TIMESTAMPTZ)
            AS occurred_at, activity, channel, initiator, status,
            {pseudonym_sql(plan.salt, SESSION_TYPE, "session")} AS session_id, {_tie_sql(columns)} AS tie,
            {", ".join([*_names("i", plan.identities), *_attribute_names(plan)])},
            drop_reason, CASE WHEN drop_reason IS NULL THEN reason_code END AS reason_code,
            CASE WHEN reason_code IS NOT NULL AND drop_reason IS NULL THEN {_raw_sql(columns, landing)} END AS raw
        FROM judged"""


def links_sql(plan: Plan, landing: Landing) -> str:
    """The staged rows of a link table: ids alone, a hash of the row, and the reason if it is refused."""
    filled = " + ".join(f"CAST({name} IS NOT NULL AS INTEGER)" for name in _names("i", plan.identities))
    hashed = ", ".join(f"{quoted(kind)} || '=' || i{place}" for place, kind in enumerate(plan.identities))
    return f"""
        WITH delivered AS (
            SELECT landed.*, {", ".join(_identity_columns(plan, landing))}, {plan.drops} AS drop_reason
            FROM {landing.relation} AS landed),
        judged AS (SELECT *, CASE WHEN {filled} < 2 THEN 'missing_identity' END AS reason_code FROM delivered)
        SELECT line, md5(concat_ws(chr(31), {hashed})) AS event_id, CAST(NULL AS TIMESTAMPTZ) AS occurred_at,
            {", ".join(_names("i", plan.identities))}, drop_reason,
            CASE WHEN drop_reason IS NULL THEN reason_code END AS reason_code,
            CASE WHEN reason_code IS NOT NULL AND drop_reason IS NULL
                THEN {_raw_sql(plan.columns, landing)} END AS raw
        FROM judged"""


def _names(letter: str, of: Iterable[object]) -> list[str]:
    return [f"{letter}{place}" for place, _ in enumerate(of)]


def _attribute_names(plan: Plan) -> list[str]:
    return ["rest"] if plan.has_rest else _names("a", plan.attributes)


def _identity_columns(plan: Plan, landing: Landing) -> list[str]:
    columns = plan.columns.identities.values()
    return [f"{trimmed(landing.text_of(column))} AS i{place}" for place, column in enumerate(columns)]


def _attribute_columns(plan: Plan, landing: Landing) -> list[str]:
    if plan.has_rest:
        return [f"{landing.rest} AS rest"]
    texts = [landing.text_of(column) for column in plan.attributes]
    if plan.decimal == ",":
        number = f"regexp_full_match({{0}}, '{_DECIMAL_COMMA}')"
        texts = [f"CASE WHEN {number.format(text)} THEN replace({text}, ',', '.') ELSE {text} END" for text in texts]
    return [f"{text} AS a{place}" for place, text in enumerate(texts)]


def _event_id(columns: Columns, landing: Landing) -> str:
    if columns.event_id is not None:
        return word_sql(columns.event_id, landing)
    if landing.row_hash:
        return landing.row_hash
    named = ", ".join(f"{quoted(name + '=')} || {landing.text[name]}" for name in sorted(landing.text))
    return f"md5(concat_ws(chr(31), {named}))"


def _tie_sql(columns: Columns) -> str:
    """Whole days keep the order of the file; instants take an order that does not depend on it."""
    if columns.order:
        return "TRY_CAST(order_text AS BIGINT)"
    is_hash = columns.event_id is None  # then its first 15 hex digits are as good as a hash of it
    by_id = (
        "CAST('0x' || left(event_id, 15) AS BIGINT)" if is_hash else "CAST(md5_number_lower(event_id) >> 1 AS BIGINT)"
    )
    return f"CASE WHEN wall = date_trunc('day', wall) THEN line ELSE {by_id} END"


def _reason_sql(plan: Plan) -> str:
    columns = plan.columns
    no_identity = " AND ".join(f"{name} IS NULL" for name in _names("i", plan.identities))
    earliest, latest = (int(moment.timestamp() * 1_000_000) for moment in (EARLIEST, plan.latest))
    tests = {
        "missing_timestamp": "when_text IS NULL",
        "nonexistent_local_time": is_nonexistent("offset_s"),
        "ambiguous_local_time": is_ambiguous("offset_s"),
        "unreadable_timestamp": "at_us IS NULL",
        "out_of_range": f"at_us < {earliest}",
        "in_the_future": f"at_us > {latest}",
        "missing_activity": "activity IS NULL",
        "missing_identity": no_identity,
        "missing_event_id": "event_id IS NULL",
        "unreadable_order": "TRY_CAST(order_text AS BIGINT) IS NULL" if columns.order else "FALSE",
        "unknown_initiator": _is_none_of("initiator", Initiator) if columns.initiator else "FALSE",
        "unknown_status": _is_none_of("status", EventStatus) if columns.status else "FALSE",
    }
    cases = " ".join(f"WHEN {test} THEN '{code}'" for code, test in tests.items() if test != "FALSE")
    return f"CASE {cases} END"


def _is_none_of(column: str, words: Iterable[str]) -> str:
    return f"{column} NOT IN ({', '.join(quoted(word) for word in words)})"


def _raw_sql(columns: Columns, landing: Landing) -> str:
    """The row as `name=value` pairs with ids masked: they may stand in no table but `identifiers`."""
    masked = {*columns.identities.values(), *columns_of(columns.session_id)}
    parts = [
        f"{quoted(f'{name}={_MASK}')}" if name in masked else f"{quoted(f'{name}=')} || {text}"
        for name, text in landing.text.items()
    ]
    return f"left(concat_ws(' | ', {', '.join(parts)}), {RAW_LENGTH})"
