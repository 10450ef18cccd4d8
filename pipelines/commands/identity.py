"""`terreng identity`: how ids were joined into persons. Pseudonyms only."""

from __future__ import annotations

from pathlib import Path

from pipelines import terminal
from pipelines.commands.workspace import open_workspace
from schemas.errors import UsageError

PERSONS = """
SELECT rule, count(DISTINCT person_id) AS persons_n, count(*) AS ids_n, max(n) AS most_ids_n
FROM (SELECT rule, person_id, count(*) OVER (PARTITION BY rule, person_id) AS n FROM persons)
GROUP BY rule ORDER BY rule
"""
LINKS = """
SELECT left_type, right_type, strength, coalesce(blocked_by, '') AS blocked_by, count(*) AS links_n,
    sum(evidence_n)::BIGINT AS evidence_n
FROM identity_links GROUP BY ALL ORDER BY ALL
"""
# Every id of the person behind a pseudonym, whether that names the person or one of her ids.
IDS = """
SELECT p.rule, p.person_id, p.id_type, p.id
FROM persons AS p
WHERE p.person_id IN (
    SELECT o.person_id FROM persons AS o WHERE o.rule = p.rule AND (o.id = $id OR o.person_id = $id)
)
ORDER BY ALL
"""
EVIDENCE = """
SELECT left_type, left_id, right_type, right_id, evidence_n, strength, coalesce(blocked_by, '') AS blocked_by
FROM identity_links WHERE list_contains($ids, left_id) OR list_contains($ids, right_id) ORDER BY ALL
"""


def audit(workspace: Path, as_json: bool) -> None:
    """Persons per rule, and links per pair of id types."""
    from pipelines.warehouse import reader

    with reader(open_workspace(workspace)) as connection:
        tables = {
            name: (query_columns.columns, query_columns.fetchall())
            for name, query_columns in (("persons", connection.sql(PERSONS)), ("links", connection.sql(LINKS)))
        }
    _show(tables, as_json)


def explain(workspace: Path, pseudonym: str, as_json: bool) -> None:
    """The ids of a person, and the links among them.

    Raises:
        UsageError: No person and no id has this pseudonym.
    """
    from pipelines.warehouse import reader

    with reader(open_workspace(workspace)) as connection:
        ids = connection.sql(IDS, params={"id": pseudonym})
        rows = ids.fetchall()
        if not rows:
            raise UsageError(got=f"{pseudonym!r}", wanted="the pseudonym of an id or a person in the published tables")
        links = connection.sql(EVIDENCE, params={"ids": [row[3] for row in rows]})
        _show({"ids": (ids.columns, rows), "links": (links.columns, links.fetchall())}, as_json)


def _show(tables: dict[str, tuple[list[str], list[tuple[object, ...]]]], as_json: bool) -> None:
    if as_json:
        terminal.say_json(
            {name: [dict(zip(header, row, strict=True)) for row in rows] for name, (header, rows) in tables.items()}
        )
        return
    for name, (header, rows) in tables.items():
        terminal.say(f"\n{name}")
        terminal.say_table(header, rows)
