"""Whose data an erasure is about: the chain of ids under one rule, less what also belongs to somebody else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import duckdb

from pipelines.id_types import kind_of
from pipelines.privacy.asked import Asked
from pipelines.settings import Settings
from schemas.errors import UsageError
from schemas.words import IdKind, Rule

# Temporary tables of the writer's connection: they never reach the warehouse's file.
_CHAIN = """
CREATE OR REPLACE TEMP TABLE erase_chain AS
WITH start AS (
    SELECT id_key FROM identifiers WHERE list_contains($asked, id)
    UNION
    SELECT id_key FROM person_keys WHERE rule = $rule AND list_contains($asked, person_id)
),
chain AS (
    SELECT id_key FROM start
    UNION
    SELECT k.id_key FROM person_keys k WHERE k.rule = $rule AND k.person_key IN (
        SELECT person_key FROM person_keys s WHERE s.rule = $rule AND s.id_key IN (SELECT id_key FROM start))
)
SELECT i.id_key, i.id_type, i.id, i.value, i.id_key IN (SELECT id_key FROM start) AS is_start,
    list_contains($verified, i.id_type) AS is_verified, s.person_key AS strict_key
FROM chain JOIN identifiers i ON i.id_key = chain.id_key
LEFT JOIN person_keys s ON s.id_key = chain.id_key AND s.rule = 'strict'
"""
# Verified people in the chain: under the strict rule they hold an id that only one person has.
_VERIFIED = """
SELECT strict_key, bool_or(is_start) AS is_hers FROM erase_chain
WHERE strict_key IN (SELECT strict_key FROM erase_chain WHERE is_verified) GROUP BY strict_key
"""
_SPLIT = """
CREATE OR REPLACE TEMP TABLE erase_ids AS
SELECT id_key, id_type, id, value, is_start, FALSE AS is_shared FROM erase_chain
WHERE NOT list_contains($others, strict_key) OR strict_key IS NULL
"""
# Seen on one row with the verified id of somebody else.
_SHARED = """
UPDATE erase_ids SET is_shared = TRUE
WHERE NOT list_contains($verified, id_type) AND id_key IN (
    SELECT mine.id_key FROM erase_ids mine
    JOIN (
        SELECT left_key AS one, right_key AS other FROM link_evidence
        UNION ALL SELECT right_key AS one, left_key AS other FROM link_evidence
    ) seen ON seen.one = mine.id_key
    JOIN identifiers i ON i.id_key = seen.other
    WHERE list_contains($verified, i.id_type) AND i.id_key NOT IN (SELECT id_key FROM erase_ids))
"""
# Asked for, and in no table of ids: no key, no type.
_UNKNOWN = """
INSERT INTO erase_ids
SELECT -1, 'unknown', word, '', TRUE, FALSE FROM (SELECT unnest($asked) AS word)
WHERE NOT starts_with(word, 'p_') AND word NOT IN (SELECT id FROM erase_ids)
"""


@dataclass(frozen=True)
class Subject:
    """Whose data is erased; the ids themselves stand in the temporary table `erase_ids` of the connection.

    Attributes:
        ids: Id type to how many ids are wiped.
        shared: Id type to how many ids are only unlinked, because they also belong to another verified person.
        others_n: Other verified people in the same chain, who are kept.
        words: Pseudonyms and names of the person and her journeys: none of them may stand anywhere afterwards.
        values: The wiped ids in the clear.
    """

    ids: dict[str, int]
    shared: dict[str, int]
    others_n: int
    words: tuple[str, ...] = field(repr=False)
    values: tuple[str, ...] = field(repr=False)


def find_subject(con: duckdb.DuckDBPyConnection, settings: Settings, asked: Asked, rule: Rule) -> Subject:
    """The person behind the ids that were asked for.

    Ids that the warehouse does not know stand for themselves: a refused row may have them.

    Raises:
        UsageError: What was asked for is shared by several verified people, so it does not say whose data to erase.
    """
    types = [str(row[0]) for row in con.sql("SELECT DISTINCT id_type FROM identifiers").fetchall()]
    verified = [each for each in types if kind_of(settings, each) == IdKind.PERSON]
    con.execute(_CHAIN, {"asked": list(asked.pseudonyms), "rule": str(rule), "verified": verified})
    others = _others(con)
    con.execute(_SPLIT, {"others": others})
    con.execute(_SHARED, {"verified": verified})
    starts = con.sql("SELECT is_shared FROM erase_ids WHERE is_start").fetchall()
    if starts and all(is_shared for (is_shared,) in starts):
        raise _ambiguous("several")
    con.execute(_UNKNOWN, {"asked": list(asked.pseudonyms)})
    values = tuple(dict.fromkeys((*_values(con), *asked.raw)))
    return Subject(_types(con, "NOT is_shared"), _types(con, "is_shared"), len(others), _words(con), values)


def _others(con: duckdb.DuckDBPyConnection) -> list[int]:
    """Keys of the other verified people in the chain."""
    found = {int(key): bool(is_hers) for key, is_hers in con.sql(_VERIFIED).fetchall()}
    if any(found.values()):
        return [key for key, is_hers in found.items() if not is_hers]
    if len(found) > 1:
        raise _ambiguous(str(len(found)))
    return []


def _ambiguous(how_many: str) -> UsageError:
    return UsageError(
        f"an id that {how_many} verified people share",
        "an id of one person alone",
        "name her by her customer number or login; or look at the chain with `terreng identity explain`",
    )


def _types(con: duckdb.DuckDBPyConnection, where: str) -> dict[str, int]:
    rows = con.sql(f"SELECT id_type FROM erase_ids WHERE {where} ORDER BY id_type").fetchall()
    return dict(Counter(str(id_type) for (id_type,) in rows))


def _words(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Also the names of persons, former ones too, and of journeys: such a name has one of her pseudonyms in it."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE erase_words AS
        WITH ids AS (SELECT id_key, id FROM erase_ids WHERE NOT is_shared),
        people AS (SELECT DISTINCT person_id FROM person_keys WHERE id_key IN (SELECT id_key FROM ids)),
        former AS (SELECT 'p_' || id AS word FROM ids),
        named AS (SELECT id AS word FROM ids UNION SELECT person_id AS word FROM people UNION SELECT word FROM former)
        SELECT word FROM named
        UNION SELECT journey_id FROM journeys WHERE person_id IN (SELECT word FROM named)""")
    return tuple(str(word) for (word,) in con.sql("SELECT word FROM erase_words ORDER BY word").fetchall())


def _values(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    return tuple(
        str(value)
        for (value,) in con.sql(
            "SELECT DISTINCT value FROM erase_ids WHERE NOT is_shared AND value <> '' ORDER BY value"
        ).fetchall()
    )
