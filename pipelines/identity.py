"""Who is who: from ids seen together to persons, under three rules.

A link is two ids on one row. A rule takes a link unless one of its two ids fans out too far: a kiosk's cookie, a
shared phone or info@ is seen with so many ids of the other's type that it says nothing about who somebody is. What
hangs together by the links taken is one person. An id without any such link is a person of its own.

What this does not do: it knows no meaning of an id type, so a family that shares a tablet is one person (as far as
the limits allow); it never compares names or addresses; it does not forbid two ids of one type in one person; and it
does not cut long chains. `IdentityReport.largest_n` shows where that happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from models import sql
from pipelines.settings import Settings
from pipelines.warehouse import transaction
from schemas.tables import IDENTITY_LINKS, PERSONS
from schemas.words import Rule

# With how many distinct ids of the other's type an id may be seen before its links to them are refused. The larger of
# the two sides counts, so what a narrower rule takes every wider one takes too.
FAN_OUT_LIMITS: Mapping[Rule, int] = {
    # A phone, a computer and a tablet: one person with every device of a household, hardly ever a shared counter.
    Rule.STRICT: 3,
    # Devices and browsers times a few months of cleared cookies; ten people do not share one id by accident.
    Rule.DEFAULT: 10,
    # A year of cookies that the browser drops every week. Only what is certainly shared is refused beyond it.
    Rule.LOOSE: 50,
}
# Two rounds halve the graph: 70 would do for more ids than there are people.
MAX_ROUNDS = 100
_PERSON_KEYS_DDL = (
    "CREATE OR REPLACE TEMP TABLE identity_person_keys"
    " (rule VARCHAR, id_key BIGINT, person_key BIGINT, person_id VARCHAR)"
)


@dataclass(frozen=True)
class IdentityReport:
    """Counts of one resolution; mappings go from rule to a number.

    Attributes:
        ids_n: Ids known.
        links_n: Distinct pairs of ids seen together.
        blocked_n: Pairs that the default rule refuses.
        taken_n: Pairs that each rule takes.
        persons_n: Persons under each rule.
        largest_n: Ids of the largest person under each rule.
        rounds_n: Rounds in which persons were merged, over all rules.
    """

    ids_n: int
    links_n: int
    blocked_n: int
    taken_n: Mapping[str, int]
    persons_n: Mapping[str, int]
    largest_n: Mapping[str, int]
    rounds_n: int


class NoConvergenceError(RuntimeError):
    """Persons were still merging after the last round: a defect of ours, never to be passed over."""


class UnknownIdError(RuntimeError):
    """A link names an id that `identifiers` does not have exactly once: a defect of ours."""


def resolve_persons(connection: duckdb.DuckDBPyConnection, settings: Settings) -> IdentityReport:
    """Fills `identity_links`, `persons` and `person_keys` from `identifiers` and `link_evidence`, under every rule.

    The three tables change in one transaction. The result depends on the links alone, not on the order of rows or on
    internal numbers.

    Raises:
        NoConvergenceError: the components were not found within `MAX_ROUNDS` rounds.
        UnknownIdError: a link and the table of ids do not fit together.
    """
    _judge_links(connection)
    rounds_n = _find_persons(connection)
    with transaction(connection, settings.warehouse):
        _refill(connection, "person_keys", "SELECT rule, id_key, person_key, person_id FROM identity_person_keys")
        _refill(connection, "persons", _model("persons"), PERSONS.names)
        _refill(connection, "identity_links", _model("identity_links"), IDENTITY_LINKS.names)
    report = _report(connection, rounds_n)
    _forget(connection)
    return report


def _judge_links(connection: duckdb.DuckDBPyConnection) -> None:
    _make(connection, "identity_pairs", _model("identity_pairs"))
    _make(connection, "identity_fans", _model("identity_fans"))
    limits = {f"{rule}_limit": str(limit) for rule, limit in FAN_OUT_LIMITS.items()}
    _make(connection, "identity_strengths", _model("identity_strengths", **limits))
    seen_n = _number(connection, "SELECT count(*) FROM identity_pairs")
    judged_n = _number(connection, "SELECT count(*) FROM identity_strengths")
    if seen_n != judged_n:  # nothing is lost in silence
        raise UnknownIdError(f"{seen_n - judged_n} links name an id that the table identifiers does not have once")


def _find_persons(connection: duckdb.DuckDBPyConnection) -> int:
    """Widens the rule step by step: each starts from the persons of the narrower one and adds its own links."""
    _make(connection, "identity_roots", _model("identity_roots"))
    connection.execute(_PERSON_KEYS_DDL)
    rounds_n = 0
    for rule in (Rule.STRICT, Rule.DEFAULT, Rule.LOOSE):
        quoted = f"'{rule}'"
        _make(connection, "identity_edges", _model("identity_edges", rule=quoted))
        rounds_n += _merge_roots(connection)
        connection.execute(f"INSERT INTO identity_person_keys {_model('person_keys', rule=quoted)}")
    return rounds_n


def _merge_roots(connection: duckdb.DuckDBPyConnection) -> int:
    """Gives all ids that hang together by `identity_edges` the same root; returns the rounds it took.

    Every round, each root hangs itself on its smallest neighbour and the graph shrinks to the roots that are left. Two
    rounds leave at most half of them, whatever the shape of the graph. Passing labels along the edges would be
    simpler, but takes hundreds of rounds on a long chain.
    """
    for round_n in range(MAX_ROUNDS):
        if _number(connection, "SELECT count(*) FROM identity_edges") == 0:
            return round_n
        _make(connection, "identity_hooks", _model("identity_hooks"))
        _climb(connection)
        _make(connection, "identity_merged", _model("identity_merged"))
        _rename(connection, "identity_merged", "identity_roots")
        _make(connection, "identity_contracted", _model("identity_contracted"))
        _rename(connection, "identity_contracted", "identity_edges")
    raise NoConvergenceError(f"the links between ids were not resolved within {MAX_ROUNDS} rounds")


def _climb(connection: duckdb.DuckDBPyConnection) -> None:
    """Follows parents to the top, doubling the reach each time: parents are always smaller, so there is a top."""
    before = _parent_sum(connection)
    for _ in range(MAX_ROUNDS):
        _make(connection, "identity_jumped", _model("identity_jump"))
        _rename(connection, "identity_jumped", "identity_hooks")
        after = _parent_sum(connection)
        if after == before:  # parents only ever fall
            return
        before = after
    raise NoConvergenceError(f"the roots of the identity links were not reached within {MAX_ROUNDS} jumps")


def _parent_sum(connection: duckdb.DuckDBPyConnection) -> int:
    return _number(connection, "SELECT sum(parent) FROM identity_hooks")


def _report(connection: duckdb.DuckDBPyConnection, rounds_n: int) -> IdentityReport:
    sizes = connection.sql(
        "SELECT rule, count(*), max(ids_n) FROM"
        " (SELECT rule, person_key, count(*) AS ids_n FROM identity_person_keys GROUP BY rule, person_key)"
        " GROUP BY rule"
    ).fetchall()
    strengths = dict(connection.sql("SELECT strength, count(*) FROM identity_strengths GROUP BY strength").fetchall())
    strict_n, default_n, loose_n, none_n = (strengths.get(word, 0) for word in (*Rule, "none"))
    return IdentityReport(
        ids_n=_number(connection, "SELECT count(*) FROM identifiers"),
        links_n=strict_n + default_n + loose_n + none_n,
        blocked_n=loose_n + none_n,
        taken_n={"strict": strict_n, "default": strict_n + default_n, "loose": strict_n + default_n + loose_n},
        persons_n={str(rule): 0 for rule in Rule} | {rule: persons_n for rule, persons_n, _ in sizes},
        largest_n={str(rule): 0 for rule in Rule} | {rule: largest_n for rule, _, largest_n in sizes},
        rounds_n=rounds_n,
    )


def _model(name: str, **values: str) -> str:
    return sql.render(f"staging/{name}", **values)


def _make(connection: duckdb.DuckDBPyConnection, name: str, select: str) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}")


def _rename(connection: duckdb.DuckDBPyConnection, old: str, new: str) -> None:
    connection.execute(f"DROP TABLE {new}")
    connection.execute(f"ALTER TABLE {old} RENAME TO {new}")


def _refill(connection: duckdb.DuckDBPyConnection, table: str, select: str, columns: tuple[str, ...] = ()) -> None:
    names = f" ({', '.join(columns)})" if columns else ""
    connection.execute(f"DELETE FROM {table}")
    connection.execute(f"INSERT INTO {table}{names} {select}")


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drops the working tables, so that a long run does not keep their memory."""
    for (name,) in connection.sql(
        "SELECT table_name FROM duckdb_tables() WHERE temporary AND table_name LIKE 'identity\\_%' ESCAPE '\\'"
    ).fetchall():
        connection.execute(f"DROP TABLE temp.{name}")


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.sql(query).fetchall()[0][0])
