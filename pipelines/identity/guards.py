"""How far links are trusted, and which ids join too much to tell who somebody is."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.engine import Engine
from pipelines.id_types import kind_of
from pipelines.identity.working import quoted
from pipelines.settings import Settings
from schemas.words import IdKind

VERIFIED, STATED, GUESSED = range(3)
TRUST: Mapping[str, int] = {"verified": VERIFIED, "stated": STATED, "guessed": GUESSED}
# Kinds in the order in which they name a person: what lasts longest first.
NAMES_FIRST = (IdKind.PERSON, IdKind.EMAIL, IdKind.PHONE, IdKind.CASE, IdKind.RECORD, IdKind.DEVICE)
_SYSTEM_KEYS = frozenset({IdKind.PERSON, IdKind.RECORD, IdKind.CASE})
_LOGIN = frozenset({IdKind.PERSON, IdKind.DEVICE})

# With how many ids of one type an id may be seen, by the kind of those others, under strict, default and loose. What a
# narrower rule allows, every wider one does.
LIMITS: Mapping[IdKind, tuple[int, int, int]] = {
    # A phone, a machine or an order that two customers used says of neither who she is. Under `loose` it goes to the
    # one it was seen with most, up to a large household.
    IdKind.PERSON: (1, 1, 5),
    # Private and work; with an old one beside them. Ten are a shared form.
    IdKind.EMAIL: (2, 3, 10),
    IdKind.PHONE: (2, 3, 10),
    # Browsers that drop their cookies every week give 50 a year for each device. Hundreds are a test account.
    IdKind.DEVICE: (20, 50, 200),
}
NO_LIMIT = 1_000_000
GUESSER, GUESSES = -1, "probabilistic"
"""The source, and its number, of what splink guesses."""
SUPER_NODE = 2_000
"""Links of one id to all others together, beyond which no person can be behind it: a stand-in or a defect."""

# The part before the @ of addresses that a company, not a person, reads.
ROLES = (
    "abuse admin administrator booking bestilling billing contact customer customerservice do-not-reply donotreply dpo"
    " enquiries faktura feedback finance firmapost firma hallo hei hej hello help helpdesk hilsen hr info information"
    " inquiries invoice invoices it jobs kontakt kontor kundeservice kundservice kundtjanst mail mailer-daemon"
    " marketing media moms news newsletter no-reply no_reply noreply office orders ordre post postmaster postmottak"
    " privacy regnskap reception resepsjon root salg sales security service shop spam styret support team test tester"
    " testing tilbud unknown webmaster"
)
STAND_INS = (
    "0 00 000 0000 00000 000000 0000000 00000000 -1 - -- . ? na n.a. n/a nil none null unknown undefined anonymous"
    " anonym anon guest gjest ukjent okand ukendt ingen mangler missing empty blank test tester dummy default xxx"
    " 99999999 123456789 1234567890 12345678"
)


def describe(engine: Engine, settings: Settings) -> Mapping[str, IdKind]:
    """Make the working tables that the models judge by: types, pairs of types, blocked ids, sources.

    Ids are judged at home: they stand in the clear nowhere else. Returns the id types and their kinds.
    """
    home = engine.connection
    names = [str(name) for (name,) in home.sql("SELECT DISTINCT id_type FROM identifiers ORDER BY 1").fetchall()]
    kinds = {name: kind_of(settings, name) for name in names}
    _put_types(engine, kinds)
    _put_type_pairs(engine, settings, kinds)
    _put_sources(engine, settings)
    # One look for each type: a condition on all of them at once is evaluated where it need not be.
    looks = [
        f"SELECT id_key FROM identifiers WHERE id_type = {quoted(name)} AND ({_is_blocked(settings, name, kind)})"
        for name, kind in kinds.items()
    ]
    nobody = "SELECT id_key FROM identifiers WHERE FALSE"
    engine.put("identity_blocked", home.sql(" UNION ALL ".join(looks or [nobody])).pl())
    return kinds


def trust_of(one: IdKind, other: IdKind) -> int:
    """How far a link of two kinds is trusted where the source does not say.

    Verified is what a system knows of its own: which number logged in on which device, which record is whose, which of
    its keys is which. What people typed, and what a record says of the device it came from, is stated.
    """
    both = frozenset({one, other})
    return VERIFIED if both <= _SYSTEM_KEYS or both == _LOGIN else STATED


def limits_of(settings: Settings, id_type: str, other_type: str, other_kind: IdKind) -> tuple[int, int, int]:
    """With how many ids of the other type an id may be seen, under each rule."""
    told = settings.identity.limits.get(id_type, {}).get(other_type)
    return (told, told, told) if told else LIMITS.get(other_kind, (NO_LIMIT, NO_LIMIT, NO_LIMIT))


def _is_owned(kind: IdKind, other: IdKind) -> int:
    """Whether ids of the first kind belong to somebody, and those of the other say to whom."""
    return int(kind != IdKind.PERSON and other == IdKind.PERSON)


def _put_types(engine: Engine, kinds: Mapping[str, IdKind]) -> None:
    rows = [
        (number, name, str(kind), NAMES_FIRST.index(kind), int(kind == IdKind.PERSON))
        for number, (name, kind) in enumerate(kinds.items())
    ]
    schema = {"type_n": pl.Int32, "id_type": pl.String, "kind": pl.String, "place": pl.Int32, "is_person": pl.Int32}
    engine.put("identity_types", pl.DataFrame(rows, schema=schema, orient="row"))


def _put_type_pairs(engine: Engine, settings: Settings, kinds: Mapping[str, IdKind]) -> None:
    rows = [
        (at, to, trust_of(kind, other), _is_owned(kind, other), *limits_of(settings, name, other_name, other))
        for at, (name, kind) in enumerate(kinds.items())
        for to, (other_name, other) in enumerate(kinds.items())
    ]
    small = dict.fromkeys(("type_n", "other_type", "trust", "is_owned"), pl.Int32)
    limits = dict.fromkeys(("strict_limit", "default_limit", "loose_limit"), pl.Int64)
    engine.put("identity_type_pairs", pl.DataFrame(rows, schema={**small, **limits}, orient="row"))


def _put_sources(engine: Engine, settings: Settings) -> None:
    """Sources that show links, numbered in the order of names, and how far each says that its links are trusted.

    `sources` is what a link says that one source alone shows.
    """
    told = {source.name: TRUST[source.links] for source in settings.sources if source.links}
    known = engine.connection.sql("SELECT DISTINCT source FROM link_evidence ORDER BY 1").fetchall()
    rows = [(number, name, told.get(name), [name]) for number, (name,) in enumerate(known)]
    rows.append((GUESSER, GUESSES, GUESSED, [GUESSES]))
    kinds = {"source_n": pl.Int32, "source": pl.String, "trust": pl.Int32}
    frame = pl.DataFrame(rows, schema={**kinds, "sources": pl.List(pl.String)}, orient="row")
    engine.put("identity_sources", frame)


def _is_blocked(settings: Settings, id_type: str, kind: IdKind) -> str:
    """SQL of whether an id of this type joins too much by its very text."""
    tests = [f"lower(value) LIKE {quoted(_like(glob))} ESCAPE '^'" for glob in settings.identity.block.get(id_type, ())]
    if kind not in {IdKind.RECORD, IdKind.CASE}:  # a ticket 0 is a ticket
        tests.append(f"lower(value) IN ({_list(STAND_INS.split())})")
    if kind == IdKind.EMAIL:
        local, domain = "split_part(lower(value), '@', 1)", "split_part(split_part(lower(value), '@', 2), '.', 1)"
        tests += [f"{local} IN ({_list([*ROLES.split(), *STAND_INS.split()])})", f"{local} = {domain}"]
    if kind == IdKind.PHONE:
        tests.append("length(ltrim(value, '+')) < 5")
    if kind in {IdKind.PHONE, IdKind.DEVICE}:
        tests.append("length(value) > 3 AND translate(value, left(ltrim(value, '+'), 1) || '+-', '') = ''")
    return " OR ".join(tests) or "FALSE"


def _like(glob: str) -> str:
    escaped = "".join(f"^{sign}" if sign in "^%_" else sign for sign in glob.lower())
    return escaped.replace("*", "%").replace("?", "_")


def _list(words: list[str]) -> str:
    return ", ".join(quoted(word) for word in words)
