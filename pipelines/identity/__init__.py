"""Who is who: from ids seen together to persons, under three rules.

A link is two ids on one row. `strict` takes verified links only: which customer number logged in on which device,
which record is whose, which of a system's keys is which. `default` adds stated ones: addresses and phone numbers.
`loose` adds guesses, and gives what two people share to the one it was seen with most. Guards refuse ids that join
too much: blocked ones, those with too many links, and those seen with more others of a type than one person has
(`guards`). What hangs together by the links taken is one person; an id without any is a person of its own.

Under no rule are two different ids of one type of kind `person` in one person, unless a record of a merge says that
they are one. Where links would join them all the same, the weakest link between them is refused
(`models.components`). Each rule starts from the persons of the narrower one, so a wider rule joins more and never
parts what a narrower one joined.

An event belongs to the person of its first id; `owners` says when it does not.

What this does not do: compare names or addresses, except where `[identity.probabilistic]` says so, and then for
`loose` alone; know that a cookie has a new owner who never logs in; part a couple who share one mail address and
have no customer number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from pipelines.identity import guards, history, joining, owners, probabilistic
from pipelines.identity.working import forget, make, model, number, refill
from pipelines.settings import Settings
from pipelines.warehouse import transaction
from schemas.tables import IDENTITY_LINKS, PERSONS, STITCHING
from schemas.words import Rule

__all__ = ["IdentityReport", "UnknownIdError", "resolve_persons"]


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
        refused_n: Pairs that would have joined two people.
        lent_n: Events that belong to somebody else than their first id.
    """

    ids_n: int
    links_n: int
    blocked_n: int
    taken_n: Mapping[str, int]
    persons_n: Mapping[str, int]
    largest_n: Mapping[str, int]
    refused_n: int
    lent_n: int


class UnknownIdError(RuntimeError):
    """A link names an id that `identifiers` does not have exactly once: a defect of ours."""


def resolve_persons(
    connection: duckdb.DuckDBPyConnection, settings: Settings, now: datetime | None = None
) -> IdentityReport:
    """Fills `identity_links`, `persons`, `person_keys` and `event_owners`, under every rule, and tells what changed.

    They change in one transaction. The result depends on the links alone, not on the order of rows or on internal
    numbers; only `person_changes`, which compares it with the result before, has a history.

    Args:
        connection: The warehouse, open for writing.
        settings: The workspace's.
        now: When this is, for `person_changes`; None: by the clock.

    Raises:
        UnknownIdError: a link and the table of ids do not fit together.
        SettingsError: `[identity.probabilistic]` without splink.
        SourceError: its table of people cannot be read or compared.
    """
    _judge_links(connection, settings)
    probabilistic.add_guesses(connection, settings)
    joined = joining.join_ids(connection)
    history.find_changes(connection, joined)
    with transaction(connection, settings.warehouse):
        _write_links(connection)
        _write_persons(connection, joined)
        history.keep_changes(connection, now or datetime.now(UTC))
        lent_n = owners.find_owners(connection)
        _write_stitching(connection, joined)
    report = _report(connection, joined, lent_n)
    forget(connection)
    return report


def _write_links(connection: duckdb.DuckDBPyConnection) -> None:
    make(connection, "identity_source_lists", model("identity_source_lists"))
    make(connection, "identity_several_sources", model("identity_several_sources"))
    refill(connection, "identity_links", model("identity_links"), IDENTITY_LINKS.names)
    forget(connection, "identity_source_lists", "identity_several_sources", "identity_strengths")


def _write_persons(connection: duckdb.DuckDBPyConnection, joined: joining.Joined) -> None:
    connection.execute("DELETE FROM person_keys")
    for rule in joining.RULES:
        with joined.parts(connection, rule):
            keys = model("person_keys", rule=f"'{rule}'")
            connection.execute(f"INSERT INTO person_keys {keys}")
    refill(connection, "persons", model("persons"), PERSONS.names)


def _write_stitching(connection: duckdb.DuckDBPyConnection, joined: joining.Joined) -> None:
    connection.execute("DELETE FROM stitching")
    if not make(connection, "identity_owned_events", model("identity_owned_events")):
        return
    found = []
    for rule in joining.RULES:
        with joined.parts(connection, rule):
            name = f"identity_stitching_{rule}"
            make(connection, name, model("stitching", rule=f"'{rule}'"))
            found.append(f"SELECT * FROM {name}")
    refill(connection, "stitching", " UNION ALL ".join(found), STITCHING.names, by="source, rule")


def _judge_links(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    guards.describe(connection, settings)
    make(connection, "identity_nodes", model("identity_nodes"))
    seen_n = make(connection, "identity_pairs", model("identity_pairs"))
    make(connection, "identity_typed", model("identity_typed"))
    forget(connection, "identity_pairs")
    joining.put_owners(connection)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW identity_ends AS {model('identity_ends')}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW identity_owned_ends AS {model('identity_owned_ends')}")
    has_merges = number(connection, "SELECT count(*) FROM identity_owners") > 0
    ends = "identity_owned_ends" if has_merges else "identity_ends"
    types_n = number(connection, "SELECT count(*) FROM identity_types")
    bounds = {"ends": ends, "types_n": str(types_n), "super_limit": str(guards.SUPER_NODE)}
    make(connection, "identity_fans", model("identity_fans", **bounds))
    make(connection, "identity_supers", model("identity_supers", **bounds))
    make(connection, "identity_crowds", model("identity_crowds"))
    judged_n = make(connection, "identity_strengths", model("identity_strengths"))
    connection.execute("DROP VIEW identity_owned_ends; DROP VIEW identity_ends")
    forget(connection, "identity_typed")
    if seen_n != judged_n:  # nothing is lost in silence
        raise UnknownIdError(f"{seen_n - judged_n} links name an id that the table identifiers does not have once")


def _report(connection: duckdb.DuckDBPyConnection, joined: joining.Joined, lent_n: int) -> IdentityReport:
    sizes = {str(rule): joined.sizes(rule) for rule in joining.RULES}
    counted = "SELECT strength, count(*) FROM identity_links GROUP BY strength"
    strengths = dict(connection.sql(counted).fetchall())
    strict_n, default_n, loose_n, none_n = (strengths.get(word, 0) for word in (*Rule, "none"))
    return IdentityReport(
        ids_n=number(connection, "SELECT count(*) FROM identifiers"),
        links_n=strict_n + default_n + loose_n + none_n,
        blocked_n=loose_n + none_n,
        taken_n={"strict": strict_n, "default": strict_n + default_n, "loose": strict_n + default_n + loose_n},
        persons_n={rule: len(each) for rule, each in sizes.items()},
        largest_n={rule: int(each.max(initial=0)) for rule, each in sizes.items()},
        refused_n=joined.refused_n,
        lent_n=lent_n,
    )
