"""What was typed after `terreng erase`: hashed at once, never shown again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb

from pipelines.id_types import form_sql, kind_of
from pipelines.pseudonyms import PSEUDONYM_LENGTH, load_salt, pseudonym_sql
from pipelines.settings import Settings
from schemas.errors import UsageError

_PSEUDONYM = re.compile(rf"(p_)?[0-9a-f]{{{PSEUDONYM_LENGTH}}}")
_HINT = "write email=kari@example.com, or --type email with the id alone, or a pseudonym as `terreng identity` shows it"


@dataclass(frozen=True)
class Asked:
    """Whom an erasure is about.

    Attributes:
        pseudonyms: Pseudonyms of ids or of persons.
        raw: The ids as typed and in their normal form, to look for where only text is kept.
    """

    pseudonyms: tuple[str, ...] = field(repr=False)
    raw: tuple[str, ...] = field(repr=False)


def read_asked(settings: Settings, texts: Iterable[str], id_type: str) -> Asked:
    """The pseudonyms of what was typed: one id a text, empty ones passed over.

    Args:
        settings: The workspace's.
        texts: `type=id`, pseudonyms, or plain ids where `id_type` is given.
        id_type: Type of all of them; "": each says its own.

    Raises:
        UsageError: A text is no id, or there is none. The text itself is not repeated.
    """
    pseudonyms: list[str] = []
    raw: list[str] = []
    for text in filter(None, (each.strip() for each in texts)):
        refuse_bytes(text)
        if not id_type and _PSEUDONYM.fullmatch(text):
            pseudonyms.append(text)
            continue
        kind, value = _parts(text, id_type)
        for each in (value, *short_forms(value)):
            formed, pseudonym = _hashed(settings, kind, each)
            pseudonyms.append(pseudonym)
            raw += [each, formed]
    if not pseudonyms:
        raise UsageError("no id", "the id of the person to erase", _HINT)
    return Asked(tuple(dict.fromkeys(pseudonyms)), tuple(dict.fromkeys(raw)))


def refuse_bytes(text: str) -> None:
    """Bytes that are no text come as halves of signs from arguments and pipes, and no database takes them.

    Raises:
        UsageError: The text has such a half. The text itself is not repeated.
    """
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise UsageError("an id that is not UTF-8", "text", _HINT)


def _parts(text: str, id_type: str) -> tuple[str, str]:
    if id_type:
        return id_type, text
    kind, sign, value = text.partition("=")
    if not (sign and kind.strip() and value.strip()):
        raise UsageError("an id without its type", "type=id", _HINT)
    return kind.strip(), value.strip()


def short_forms(value: str) -> tuple[str, ...]:
    """The 15 signs of an id of Salesforce's that was typed with 18: the connector keeps the short form.

    The last three only repeat which of the others are capitals, so hardly another id passes for one.
    """
    if len(value) != 18 or not (value.isascii() and value.isalnum()):
        return ()
    fives = (value[:5], value[5:10], value[10:15])
    capitals = (sum(1 << place for place, sign in enumerate(five) if sign.isupper()) for five in fives)
    told = "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits] for bits in capitals)
    return (value[:15],) if value[15:] == told else ()


def _hashed(settings: Settings, id_type: str, value: str) -> tuple[str, str]:
    """The id in its normal form, and its pseudonym, as the door would have made them."""
    form = form_sql(kind_of(settings, id_type), "typed")
    with duckdb.connect() as con:
        query = (
            f"SELECT formed, {pseudonym_sql(load_salt(settings), id_type, 'formed')}"
            f" FROM (SELECT {form} AS formed FROM (SELECT CAST($value AS VARCHAR) AS typed))"
        )
        formed, pseudonym = con.sql(query, params={"value": value}).fetchall()[0]
    if formed is None:
        raise UsageError(f"a text that names nobody as {id_type}", "an id", _HINT)
    return str(formed), str(pseudonym)
