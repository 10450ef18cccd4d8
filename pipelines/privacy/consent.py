"""Who withdrew consent: people who said no in a link table stay out of every journey, under every rule.

The widest set of ids counts: everything that the loose rule takes for the same person as an id that said no. Using data
of somebody who said no weighs more than leaving out somebody who did not, so all of her events stay out, also those
before she said it; they stay in the warehouse, and come back when she says yes again.
"""

from __future__ import annotations

import duckdb

from pipelines.settings import Settings
from pipelines.warehouse import transaction

# Of several rows about one id the one with the largest version counts, and a no among equals: neither the order of
# delivery nor of rows decides.
_DENIED = """
WITH latest AS (
    SELECT id_type, id, max(coalesce(version, '')) AS version FROM consents GROUP BY id_type, id
)
SELECT DISTINCT c.id
FROM consents c
JOIN latest ON latest.id_type = c.id_type AND latest.id = c.id AND latest.version = coalesce(c.version, '')
WHERE NOT c.is_granted
"""
_WITHDRAWN = f"""
SELECT DISTINCT theirs.id_key
FROM identifiers i
JOIN person_keys mine ON mine.id_key = i.id_key AND mine.rule = 'loose'
JOIN person_keys theirs ON theirs.person_key = mine.person_key AND theirs.rule = 'loose'
WHERE i.id IN ({_DENIED})
ORDER BY theirs.id_key
"""
_COUNTS = """
SELECT k.rule, count(DISTINCT k.person_key), (
    SELECT count(*) FROM events e LEFT JOIN event_owners o ON o.event_key = e.event_key
    WHERE coalesce(o.id_key, e.id_key) IN (SELECT id_key FROM withdrawn_ids))
FROM person_keys k WHERE k.id_key IN (SELECT id_key FROM withdrawn_ids) GROUP BY k.rule ORDER BY k.rule
"""


def find_withdrawn(connection: duckdb.DuckDBPyConnection, settings: Settings) -> int:
    """Fill `withdrawn_ids`, by which journeys leave events out, and `withdrawals`. Returns how many ids there are.

    Call it after persons are resolved.
    """
    with transaction(connection, settings.warehouse):
        connection.execute("DELETE FROM withdrawn_ids")
        connection.execute(f"INSERT INTO withdrawn_ids {_WITHDRAWN}")
        connection.execute("DELETE FROM withdrawals")
        connection.execute(f"INSERT INTO withdrawals (rule, persons_n, events_n) {_COUNTS}")
    return int(connection.sql("SELECT count(*) FROM withdrawn_ids").fetchall()[0][0])
