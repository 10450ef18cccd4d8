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
import polars as pl

from pipelines.engine import Engine, engine_of
from pipelines.identity import guards, history, joining, jumping, owners, probabilistic
from pipelines.identity.persons import RULES, Persons
from pipelines.identity.working import count, quoted, text, within, workroom
from pipelines.settings import Settings
from pipelines.warehouse import transaction
from schemas.words import IdKind, Rule

__all__ = ["IdentityReport", "UnknownIdError", "resolve_persons"]


# Tables that DuckDB holds beside its schemas.
_HELD = (
    "identity_nodes",
    "identity_fans",
    "identity_supers",
    "identity_crowds",
    "identity_owned_events",
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
    engine = engine_of(connection, settings)
    with workroom(engine):
        kinds = _judge_links(engine, settings)
        probabilistic.add_guesses(engine, settings)
        joined = jumping.join_ids(engine) if jumping.is_wanted(engine, settings) else joining.join_ids(engine)
        changed = history.find_changes(engine, joined)
        with transaction(connection, settings.warehouse):
            _write_links(engine)
            _write_persons(engine, joined)
            history.keep_changes(engine, changed, now or datetime.now(UTC))
            lent_n = owners.find_owners(engine, kinds)
            _write_stitching(engine, joined)
        report = _report(engine, joined, lent_n)
        engine.drop(*_HELD)
    return report


def _judge_links(engine: Engine, settings: Settings) -> Mapping[str, IdKind]:
    """Make the tables of judged links; returns the id types and their kinds."""
    kinds = guards.describe(engine, settings)
    for model in ("identity_nodes", "identity_pairs", "identity_typed"):
        engine.hold(f"staging/{model}")
    seen_n = count(engine, "identity_pairs")
    engine.drop("identity_pairs")
    jumping.put_owners(engine) if jumping.is_wanted(engine, settings) else joining.put_owners(engine)
    ends = within(text("identity_ends"))
    if count(engine, "identity_owners"):
        ends = within(text("identity_owned_ends", ends=ends))
    bounds: dict[str, str | int] = {"ends": ends, "types_n": len(kinds), "super_limit": guards.SUPER_NODE}
    for model in ("identity_fans", "identity_supers", "identity_crowds", "identity_strengths"):
        engine.hold(f"staging/{model}", bounds)
    judged_n = count(engine, "identity_strengths")
    engine.drop("identity_typed")
    if seen_n != judged_n:  # nothing is lost in silence
        raise UnknownIdError(f"{seen_n - judged_n} links name an id that the table identifiers does not have once")
    return kinds


def _write_links(engine: Engine) -> None:
    engine.hold("staging/identity_several_sources")
    engine.clear("identity_links")
    engine.append("staging/identity_links")
    engine.drop("identity_several_sources", "identity_strengths")


def _write_persons(engine: Engine, joined: Persons) -> None:
    engine.clear("person_keys", "persons")
    for rule in RULES:
        with joined.parts(rule) as parts:
            engine.append("staging/person_keys", {"rule": quoted(rule), "parts": parts})
    engine.append("staging/persons")


def _write_stitching(engine: Engine, joined: Persons) -> None:
    engine.clear("stitching")
    engine.hold("staging/identity_owned_events")
    found = []
    for rule in RULES:
        with joined.parts(rule) as parts:
            found.append(engine.frame(text("stitching", rule=quoted(rule), parts=parts)))
    engine.append_frame("stitching", pl.concat(found).sort("source", "rule"))


def _report(engine: Engine, joined: Persons, lent_n: int) -> IdentityReport:
    home = engine.connection
    sizes = {str(rule): joined.sizes(rule) for rule in RULES}
    counted = "SELECT strength, count(*) FROM main.identity_links GROUP BY strength"
    strengths = dict(home.sql(counted).fetchall())
    strict_n, default_n, loose_n, none_n = (strengths.get(word, 0) for word in (*Rule, "none"))
    ((ids_n,),) = home.sql("SELECT count(*) FROM main.identifiers").fetchall()
    return IdentityReport(
        ids_n=ids_n,
        links_n=strict_n + default_n + loose_n + none_n,
        blocked_n=loose_n + none_n,
        taken_n={"strict": strict_n, "default": strict_n + default_n, "loose": strict_n + default_n + loose_n},
        persons_n={rule: each.persons_n for rule, each in sizes.items()},
        largest_n={rule: each.largest_n for rule, each in sizes.items()},
        refused_n=joined.refused_n,
        lent_n=lent_n,
    )
