"""Rows of a file, judged: mapped to our words, timed, and with the reason if they are refused or dropped.

Everything here looks at one row alone and is one pass in SQL; what needs other rows (duplicates, ids) comes after.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.id_types import form_sql
from pipelines.ingest.moments import FUTURE_SLACK, moment_sql
from pipelines.ingest.plans import Plan
from pipelines.ingest.readers.landing import RAW_LENGTH, quoted
from pipelines.ingest.reasons import NO_CONSENT, event_reason_sql
from pipelines.ingest.scores import score_attributes, wrong_score_sql
from pipelines.ingest.words import NULL, drop_sql, fits_sql, word_sql
from pipelines.pseudonyms import PSEUDONYM_LENGTH, SESSION_TYPE, pseudonym_sql
from pipelines.settings import Mapped
from pipelines.settings.tables import EventMapping

_MASK = "***"
_ADDRESS = r"[^\s@=|,;<>]+@[^\s@=|,;<>]+"
_DECIMAL_COMMA = r"[-+]?\d+,\d+"


def event_sql(
    plan: Plan, event: EventMapping, relation: str = "", place: int | None = None, *, raw: str = "", file: str = ""
) -> str:
    """The staged rows of one event of a table.

    Args:
        plan: The table's plan.
        event: What its rows say happened.
        relation: Rows with `row_no` and `row_drop`; "": the file's own, each of them with this event.
        place: Place of the event among the table's; None: it is the only one.
        raw: SQL of what a refused row shows; "": its text.
        file: Column that names the file of each row; "": they are of one file.
    """
    row = plan.row
    is_only = place is None
    moment = moment_sql(event.occurred_at, plan.zone)
    delivered = _delivered(plan, event, is_only=is_only)
    fits = fits_sql(event.where, event.unless, row)
    applies = "" if is_only else f" WHERE row_drop IS NULL AND {fits}"
    happened = "" if is_only or event.when_empty == "refuse" else " WHERE when_text IS NOT NULL"
    reason = event_reason_sql(event, names("i", plan.identities), "has_wrong_score", plan.latest)
    return f"""
        WITH delivered AS (
            SELECT landed.*, {", ".join(delivered)} FROM {relation or row.relation()} AS landed{applies}),
        walled AS (SELECT *, {moment.wall} AS wall FROM delivered{happened}),
        clocked AS (SELECT *, {moment.instant} AS instant_us FROM walled),
        placed AS (SELECT *, CASE WHEN instant_us IS NULL THEN {moment.offset} END AS offset_s FROM clocked),
        timed AS (SELECT *, coalesce(instant_us, epoch_us(wall) - 1000000::BIGINT * offset_s) AS at_us FROM placed),
        judged AS (SELECT *, {reason} AS reason_code FROM timed{_past_sql(plan, event)})
        SELECT {"" if is_only else f"row_no, {place} AS place, "}{file and f"{file}, "}line, event_id,
            make_timestamptz(CASE WHEN reason_code IS NULL THEN at_us END) AS occurred_at,
            activity, channel, initiator, status, {pseudonym_sql(plan.salt, SESSION_TYPE, "session")} AS session_id,
            {_tie_sql(plan, event, place)} AS tie, version, consent,
            {", ".join([*names("i", plan.identities), *attribute_names(plan)])},
            drop_reason, CASE WHEN drop_reason IS NULL THEN reason_code END AS reason_code,
            CASE WHEN reason_code IS NOT NULL AND drop_reason IS NULL THEN {raw or raw_sql(plan)} END AS raw
        FROM judged"""


def _delivered(plan: Plan, event: EventMapping, *, is_only: bool) -> list[str]:
    """What a row says of one event, in words as they were delivered."""
    row = plan.row
    return [
        f"{word_sql(event.occurred_at.text, row)} AS when_text",
        f"{word_sql(event.activity, row)} AS activity",
        f"{word_sql(event.channel, row)} AS channel",
        f"lower({word_sql(event.initiator, row)}) AS initiator",
        f"lower({word_sql(event.status, row)}) AS status",
        f"{word_sql(event.session_id, row)} AS session",
        f"{_event_id_sql(plan, event)} AS event_id",
        f"{word_sql(event.order, row)} AS order_text",
        f"{wrong_score_sql(plan.table, row)} AS has_wrong_score",
        *row_columns(plan),
        *identity_columns(plan, event),
        *_attribute_columns(plan, event),
        f"{drops_sql(plan) if is_only else _denial_sql(plan)} AS drop_reason",
    ]


def _past_sql(plan: Plan, event: EventMapping) -> str:
    """An appointment that lies ahead has not happened, and is no mistake of a clock."""
    now_us = int((plan.latest - FUTURE_SLACK).timestamp() * 1_000_000)
    return f" WHERE coalesce(at_us, 0) <= {now_us}" if event.when_future == "skip" else ""


def links_sql(plan: Plan) -> str:
    """The staged rows of a plain link table: ids alone, a hash of the row, and the reason if it is refused."""
    delivered = [*identity_columns(plan), *row_columns(plan), f"{drops_sql(plan)} AS drop_reason"]
    return f"""
        WITH delivered AS (SELECT landed.*, {", ".join(delivered)} FROM {plan.row.relation()} AS landed),
        judged AS (SELECT *, CASE WHEN {filled_n_sql(plan)} < 2 THEN 'missing_identity' END AS reason_code
            FROM delivered)
        SELECT line, {link_id_sql(plan)} AS event_id, CAST(NULL AS TIMESTAMPTZ) AS occurred_at, version, consent,
            {", ".join(names("i", plan.identities))}, drop_reason,
            CASE WHEN drop_reason IS NULL THEN reason_code END AS reason_code,
            CASE WHEN reason_code IS NOT NULL AND drop_reason IS NULL THEN {raw_sql(plan)} END AS raw
        FROM judged"""


def filled_n_sql(plan: Plan) -> str:
    """SQL of how many ids are filled in."""
    return " + ".join(f"CAST({name} IS NOT NULL AS INTEGER)" for name in names("i", plan.identities)) or "0"


def link_id_sql(plan: Plan) -> str:
    """SQL of what identifies a row that only links: its ids."""
    hashed = ", ".join(f"{quoted(kind)} || '=' || i{place}" for place, kind in enumerate(plan.identities))
    # Keyed: from a bare hash anybody could guess the ids.
    return f"substr(sha256('{plan.salt.hex()}link:' || concat_ws(chr(31), {hashed})), 1, {PSEUDONYM_LENGTH})"


def drops_sql(plan: Plan) -> str:
    """SQL of why a row is dropped: a rule that takes it, or a person who said no."""
    drops = drop_sql(plan.table.drop, plan.row)
    is_link = not plan.table.events  # what somebody said there is kept: it holds for all of her rows
    return drops if plan.table.consent is None or is_link else f"coalesce({drops}, {_denial_sql(plan)})"


def _denial_sql(plan: Plan) -> str:
    if plan.table.consent is None:
        return NULL
    return f"CASE WHEN NOT {_consent_sql(plan)} THEN {quoted(NO_CONSENT)} END"


def row_columns(plan: Plan) -> list[str]:
    """What a row says beside its event: its version, and whether the person consents."""
    return [f"{word_sql(plan.table.version, plan.row)} AS version", f"{_consent_sql(plan)} AS consent"]


def _consent_sql(plan: Plan) -> str:
    consent = plan.table.consent
    if consent is None:
        return "CAST(NULL AS BOOLEAN)"
    text = word_sql(Mapped(column=consent.column), plan.row)
    if text == NULL:
        return "CAST(NULL AS BOOLEAN)"
    granted = fits_sql({consent.column: consent.granted}, {}, plan.row)
    return f"CASE WHEN {text} IS NOT NULL THEN {granted} END"


def names(letter: str, of: Iterable[object]) -> list[str]:
    """`i0`, `i1`, ... for as many as there are."""
    return [f"{letter}{place}" for place, _ in enumerate(of)]


def attribute_names(plan: Plan) -> list[str]:
    """Columns of the staged attributes."""
    return ["rest"] if plan.has_rest else names("a", plan.attributes)


def identity_columns(plan: Plan, event: EventMapping | None = None) -> list[str]:
    """The ids of a row, or of one of its events, in their normal form."""
    told = {**plan.table.identities, **(event.identities if event else {})}
    columns = []
    for place, (identity, kind) in enumerate(zip(plan.identities, plan.forms, strict=True)):
        word = told.get(identity)
        delivered = plan.row.text_of(word.column) if isinstance(word, Mapped) and not word.values else None
        text = delivered or word_sql(word, plan.row)
        columns.append(f"{NULL if text == NULL else form_sql(kind, text)} AS i{place}")
    return columns


def _attribute_columns(plan: Plan, event: EventMapping) -> list[str]:
    row = plan.row
    if plan.has_rest:
        return [f"{row.landing.rest} AS rest"]
    told = {**(plan.table.attributes or {}), **event.attributes}
    scored = score_attributes(plan.table)
    of_others = {name for other in plan.table.events for name in other.attributes} - set(told)
    columns = []
    for place, name in enumerate(plan.attributes):
        if name in scored:
            text = scored[name](row)
        elif name in of_others:
            text = NULL
        else:
            word = told.get(name, Mapped(column=name))
            is_plain = isinstance(word, Mapped) and not word.values and word.otherwise is None
            text = (
                _number_sql(row.text_of(word.column), plan)
                if is_plain and isinstance(word, Mapped)
                else word_sql(word, row)
            )
        columns.append(f"{text} AS a{place}")
    return columns


def _number_sql(text: str, plan: Plan) -> str:
    if plan.row.landing.decimal != ",":
        return text
    return f"CASE WHEN regexp_full_match({text}, '{_DECIMAL_COMMA}') THEN replace({text}, ',', '.') ELSE {text} END"


def _event_id_sql(plan: Plan, event: EventMapping) -> str:
    table, row = plan.table, plan.row
    told = word_sql(event.event_id, row) if event.event_id is not None else _row_hash_sql(plan)
    if row.is_plain:
        return told
    prefix = ":".join(filter(None, (table.id_prefix or table.name, event.key)))
    return f"{quoted(prefix + ':')} || {told}"


def _row_hash_sql(plan: Plan) -> str:
    landing, part = plan.row.landing, plan.row.part
    if landing.row_hash:
        return f"md5({landing.row_hash} || coalesce({part}, ''))" if part else landing.row_hash
    named = ", ".join(f"{quoted(name + '=')} || {landing.text[name]}" for name in sorted(landing.text))
    return f"md5(concat_ws(chr(31), {', '.join(filter(None, (named, part)))}))"


def _tie_sql(plan: Plan, event: EventMapping, place: int | None) -> str:
    """Whole days keep the order of the file; instants take an order that does not depend on it.

    A time that names its zone is an instant, also at midnight.
    """
    is_hash = event.event_id is None and plan.row.is_plain  # then its first 15 hex digits are as good as a hash of it
    # As md5_number_lower, in a fifth of its time.
    by_id = "CAST('0x' || left(event_id, 15) AS BIGINT)" if is_hash else "CAST(md5_number(event_id) >> 65 AS BIGINT)"
    line = "line" if place is None else f"line * {len(plan.table.events)} + {place}"
    usual = f"CASE WHEN instant_us IS NULL AND wall = date_trunc('day', wall) THEN {line} ELSE {by_id} END"
    return f"coalesce(TRY_CAST(order_text AS BIGINT), {usual})" if event.order else usual


def raw_sql(plan: Plan) -> str:
    """The row as `name=value` pairs, with ids and whatever looks like an address masked."""
    parts = [_shown_sql(plan, name) for name in plan.shown]
    return masked_sql(f"concat_ws(' | ', {', '.join(parts)})" if parts else "''")


def shown_sql(plan: Plan, names: Iterable[str]) -> str:
    """SQL of a list of `name=value` pairs, null where a field is empty; `masked_sql` makes the row's text of them."""
    return f"CAST([{', '.join(_shown_sql(plan, name) for name in names)}] AS VARCHAR[])"


def masked_sql(text: str) -> str:
    """SQL of a row's text as it is kept: not too long, and without what looks like an address."""
    return f"regexp_replace(left({text}, {RAW_LENGTH}), {quoted(_ADDRESS)}, {quoted(_MASK)}, 'g')"


def _shown_sql(plan: Plan, name: str) -> str:
    if name in plan.masked:
        return quoted(f"{name}={_MASK}")
    return f"{quoted(f'{name}=')} || {plan.row.landing.text[name]}"
