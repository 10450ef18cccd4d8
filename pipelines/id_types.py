"""Id types: what kind of thing an id names, and the one form in which ids of that kind are kept.

The kind decides two things. At the door it decides the normal form, so that the same address typed twice is one id.
Later it decides how far an id is trusted to tell who somebody is (see `pipelines.identity`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from schemas.words import IdKind

if TYPE_CHECKING:
    from pipelines.settings import Settings

MERGED = "merged_"
"""An identity called `merged_contact` is an old id of type `contact`: its row says that two of them are one person."""

# Names as they are common in exports; the first pattern that a name fits decides. What fits none is a record, which
# belongs to one person and says of no two people that they differ.
_KINDS_OF_NAMES: tuple[tuple[IdKind, str], ...] = (
    (IdKind.EMAIL, r"e?_?mail|(.*_)?e_?mail(_address|_hash)?|.*email"),
    (IdKind.PHONE, r"(.*_)?(tele)?phone(_number|_no)?|(.*_)?(mobile|msisdn|tlf|telefon|mobil)(_number|_no)?"),
    (
        IdKind.DEVICE,
        r"(.*_)?cookie(_id)?|(.*_)?device(_id)?|anonymous_?id|visitor(_?id)?|(user_)?pseudo_id|(domain|network)_userid"
        r"|client_?id|app(_instance)?(_id)?|installation(_id)?|idfa|idfv|gaid|aaid|fingerprint|ecid|mcvisid",
    ),
    (
        IdKind.PERSON,
        r"(.*_)?(customer|kunde|client_no|member|subscriber|person|contact|patient|student|citizen)"
        r"(_?id|_?no|_?nr|_?number|_?key)?|user(_?id|_?name)?|login(_?id)?|(.*_)?user_id",
    ),
    (IdKind.CASE, r"case(_?id)?"),
)
# What trackers and exports write where they mean that there is no id. Longer lists belong in the block list, which
# refuses links and keeps the rows; these never name anybody.
_NOBODY = ("null", "NULL", "Null", "undefined", "none", "None", "NONE", "nan", "NaN", "(not set)", "(none)", "N/A",
           "n/a", "00000000-0000-0000-0000-000000000000")  # fmt: skip
_TELLS_PEOPLE = frozenset({IdKind.PERSON, IdKind.EMAIL, IdKind.PHONE, IdKind.DEVICE})


def kind_of(settings: Settings, id_type: str) -> IdKind:
    """The kind of an id type: as `[identity.types]` says, else as a connector in use does, else by its name."""
    return kind_of_name(type_of(id_type), {**_kinds_of_connectors(settings), **settings.identity.types})


def _kinds_of_connectors(settings: Settings) -> dict[str, str]:
    """Id type, as the workspace calls it, to the kind that a connector gives it; the first source counts."""
    from pipelines.connectors import load_connector

    found: dict[str, str] = {}
    for source in settings.sources:
        if source.is_connector:
            for name, kind in load_connector(source.kind, settings.root).ids.items():
                found.setdefault(source.ids.get(name, name), kind)
    return found


def kind_of_name(id_type: str, told: Mapping[str, str]) -> IdKind:
    """The kind of an id type, `told` first."""
    if id_type in told:
        return IdKind(told[id_type])
    name = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", id_type).lower()).strip("_")
    return next((kind for kind, names in _KINDS_OF_NAMES if re.fullmatch(names, name)), IdKind.RECORD)


def type_of(identity: str) -> str:
    """The id type of a word of `identities`: `merged_contact` is of type `contact`, every other word is its own."""
    return identity.removeprefix(MERGED) or identity


def form_sql(kind: IdKind | str, text: str) -> str:
    """SQL of an id's normal form, from the SQL of the text as delivered; null where it names nobody.

    Trimmed, always. E-mail addresses in lower case. Phone numbers as digits with a leading `+` where they have a
    country (`00` is `+`), without extensions. Everything else as delivered: whether `A1` and `a1` are one id is for
    the system to say that made them.
    """
    # Nothing at all, and what begins with a blank, is less than '!'. Looking for blanks is cheaper than trimming.
    form = f"CASE WHEN {text} < '!' OR ends_with({text}, ' ') THEN nullif(trim({text}), '') ELSE {text} END"
    if kind in _TELLS_PEOPLE:
        # Not IN: DuckDB makes a join of so many words, and a join does not keep the rows in the order of the file.
        nobody = " ".join(f"WHEN {_quoted(word)} THEN NULL" for word in _NOBODY)
        form = f"CASE {text} {nobody} ELSE {form} END"
    if kind == IdKind.EMAIL:
        return f"lower({form})"
    return _phone_sql(form) if kind == IdKind.PHONE else form


def _phone_sql(text: str) -> str:
    without_extension = rf"regexp_replace({text}, '([0-9])\s*[A-Za-z#;,].*$', '\1')"
    without_trunk = rf"replace({without_extension}, '(0)', '')"
    digits = f"regexp_replace({without_trunk}, '[^0-9+]', '', 'g')"
    international = f"regexp_replace({digits}, '^00', '+')"
    return rf"nullif(nullif(regexp_replace({international}, '([0-9+])[+]+', '\1', 'g'), '+'), '')"


def _quoted(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
