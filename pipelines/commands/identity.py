"""`terreng identity`: how ids were joined into persons. Pseudonyms only, unless `map --raw` asks for more."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import terminal
from pipelines.commands.workspace import open_workspace
from schemas.errors import UsageError, WarehouseError
from schemas.words import Rule

if TYPE_CHECKING:
    import duckdb

    from pipelines.settings import Settings

Tables = dict[str, tuple[Sequence[str], Sequence[Sequence[object]]]]
_ONLY_OWNER = 0o600

PERSONS = """
SELECT rule, count(DISTINCT person_id) AS persons_n, count(*) AS ids_n, max(n) AS most_ids_n
FROM (SELECT rule, person_id, count(*) OVER (PARTITION BY rule, person_id) AS n FROM persons)
GROUP BY rule ORDER BY rule
"""
SIZES = """
WITH sized AS (SELECT rule, person_id, count(*) AS n FROM persons GROUP BY ALL)
SELECT CASE WHEN n <= 3 THEN n::VARCHAR WHEN n <= 5 THEN '4-5' WHEN n <= 10 THEN '6-10' WHEN n <= 20 THEN '11-20'
        WHEN n <= 50 THEN '21-50' ELSE '51 or more' END AS ids,
    count_if(rule = 'strict') AS strict_n, count_if(rule = 'default') AS default_n, count_if(rule = 'loose') AS loose_n
FROM sized GROUP BY ids ORDER BY min(n)
"""
STITCHING = """
SELECT source, rule, events_n, persons_n, stitched_n / events_n AS stitched_share, known_n / events_n AS known_share,
    lent_n
FROM stitching ORDER BY source, rule
"""
LINKS = """
SELECT left_type, right_type, trust, strength, coalesce(blocked_by, '') AS blocked_by, count(*) AS links_n,
    sum(evidence_n)::BIGINT AS evidence_n
FROM identity_links GROUP BY ALL ORDER BY ALL
"""
GUARDS = """
SELECT blocked_by, left_type, right_type, count(*) AS links_n, count(DISTINCT left_id) AS left_n,
    count(DISTINCT right_id) AS right_n
FROM identity_links WHERE blocked_by IS NOT NULL GROUP BY ALL ORDER BY links_n DESC, blocked_by, left_type, right_type
"""
SPLIT = """
SELECT left_type, left_id, right_type, right_id, evidence_n, trust
FROM identity_links WHERE blocked_by = 'two_people' ORDER BY evidence_n DESC, left_id, right_id LIMIT 20
"""
LARGEST = """
SELECT person_id, sum(n)::BIGINT AS ids_n, string_agg(n || ' ' || id_type, ', ' ORDER BY n DESC, id_type) AS ids
FROM (SELECT person_id, id_type, count(*) AS n FROM persons WHERE rule = 'default' GROUP BY ALL)
GROUP BY person_id ORDER BY ids_n DESC, person_id LIMIT 10
"""
CHANGES = """
SELECT rule, kind, count(*) AS changes_n, count(DISTINCT to_person_id) AS persons_n
FROM person_changes WHERE run_id = (
    SELECT run_id FROM runs WHERE status = 'succeeded' ORDER BY started_at DESC, run_id DESC LIMIT 1)
GROUP BY ALL ORDER BY ALL
"""
AUDIT = {
    "persons": PERSONS,
    "sizes": SIZES,
    "stitching": STITCHING,
    "links": LINKS,
    "guards": GUARDS,
    "split": SPLIT,
    "largest": LARGEST,
    "changes": CHANGES,
}
# The pseudonyms of ids that a pseudonym stands for: an id's its own, a person's that of the id that names her.
KNOWN = """
SELECT DISTINCT id FROM persons WHERE id = $id OR (person_id = $id AND id = substr(person_id, 3)) ORDER BY id
"""
WHO = """
SELECT mine.id_type, mine.id, mine.rule, mine.person_id, count(*) AS ids_n
FROM persons AS mine JOIN persons AS hers ON hers.rule = mine.rule AND hers.person_id = mine.person_id
WHERE list_contains($ids, mine.id) GROUP BY ALL ORDER BY ALL
"""
IDS = """
SELECT p.rule, p.person_id, p.id_type, p.id
FROM persons AS p SEMI JOIN (
    SELECT o.rule, o.person_id FROM persons AS o WHERE list_contains($ids, o.id) AND o.rule = $rule
) AS hers USING (rule, person_id)
ORDER BY ALL
"""
EVIDENCE = """
SELECT left_type, left_id, right_type, right_id, evidence_n, first_seen_at, trust, strength,
    coalesce(blocked_by, '') AS blocked_by, sources
FROM identity_links WHERE list_contains($ids, left_id) OR list_contains($ids, right_id) ORDER BY ALL
"""
MAP = "SELECT rule, person_id, id_type, id FROM persons WHERE rule = $rule ORDER BY ALL"
RAW_MAP = """
SELECT p.rule, p.person_id, p.id_type, p.id, i.value
FROM persons AS p JOIN identifiers AS i ON i.id_type = p.id_type AND i.id = p.id WHERE p.rule = $rule ORDER BY ALL
"""


def audit(workspace: Path, as_json: bool) -> None:
    """Persons per rule and their sizes, what each source's events rest on, links, guards, and what changed."""
    from pipelines.warehouse import reader

    with reader(open_workspace(workspace)) as connection:
        tables = {name: _asked(connection, query) for name, query in AUDIT.items()}
    _show(tables, as_json)


def explain(workspace: Path, texts: tuple[str, str], rule: Rule, as_json: bool) -> None:
    """The ids of a person, the links among them, and the chain from an id to the one that names her, or to another.

    Args:
        workspace: The folder.
        texts: The id, and another one or "": pseudonyms, `type=id`, or plain ids. "-": read from stdin.
        rule: By which ids were joined.
        as_json: For machines.

    Raises:
        UsageError: No person and no id has this pseudonym. What was typed is not repeated.
    """
    from pipelines.warehouse import reader

    settings = open_workspace(workspace)
    first, second = (sys.stdin.readline().strip() if text == "-" else text for text in texts)
    with reader(settings) as connection:
        start = known_ids(connection, settings, first)
        end = known_ids(connection, settings, second) if second else ()
        who = _asked(connection, WHO, ids=[*start, *end])
        ids = _asked(connection, IDS, ids=[*start, *end], rule=str(rule))
        chain, told = _chain(connection, start[0], end, rule)
        links = _asked(connection, EVIDENCE, ids=[str(row[3]) for row in ids[1]])
    _show({"persons": who, "chain": chain, "ids": ids, "links": links}, as_json)
    if told:
        terminal.note(told)


def write_map(workspace: Path, to: Path, rule: Rule, has_raw: bool) -> None:
    """Which ids belong to which person, as a CSV that is safe to open in a spreadsheet.

    Raises:
        WarehouseError: The file cannot be written.
    """
    from pipelines import exports
    from pipelines.warehouse import reader, writer

    settings = open_workspace(workspace)
    opened = writer(settings) if has_raw else reader(settings)
    with opened as connection:
        rows = connection.sql(RAW_MAP if has_raw else MAP, params={"rule": str(rule)}).pl()
    unfinished = to.with_name(f".{to.name}.unfinished")
    try:
        # Made for its owner alone before the first id is in it.
        with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, _ONLY_OWNER), "wb") as file:
            exports.disarmed(rows).write_csv(file)
        unfinished.replace(to)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise WarehouseError(
            f"{error.strerror}", "a file that can be written", "choose another --to", str(to)
        ) from error
    terminal.say(str(to))
    if has_raw:
        terminal.note(f"{to} has ids in the clear: whoever can read it knows who is who. Delete it when you are done.")


def known_ids(connection: duckdb.DuckDBPyConnection, settings: Settings, text: str) -> tuple[str, ...]:
    """The pseudonyms of what was typed, as far as they are published; a plain id is tried as each type.

    Raises:
        UsageError: None is published. What was typed is not repeated.
    """
    from pipelines.privacy.asked import read_asked, refuse_bytes

    refuse_bytes(text)
    types = [str(name) for (name,) in connection.sql("SELECT DISTINCT id_type FROM persons ORDER BY 1").fetchall()]
    tried = [text]
    named, sign, value = text.partition("=")
    for id_type in [named] if sign and named in types else types:
        try:
            tried += read_asked(settings, (value if sign and named in types else text,), id_type).pseudonyms
        except UsageError:
            continue  # it names nobody as this type
    found = [row[0] for each in tried for row in connection.sql(KNOWN, params={"id": each}).fetchall()]
    if not found:
        raise UsageError(
            got="an id that is not in the published tables",
            wanted="a pseudonym, type=id or a plain id that some source delivered",
            hint="`terreng run` publishes; ids are compared trimmed, addresses in lower case, numbers with their +",
        )
    return tuple(dict.fromkeys(str(each) for each in found))


def _chain(
    connection: duckdb.DuckDBPyConnection, start: str, end: tuple[str, ...], rule: Rule
) -> tuple[tuple[Sequence[str], Sequence[Sequence[object]]], str]:
    """The chain as a table, and a sentence where there is something to say."""
    from pipelines.identity.chains import TAKEN, Step, shortest_chain

    person = "SELECT person_id FROM persons WHERE rule = $rule AND id = $id"
    (mine,) = connection.sql(person, params={"rule": str(rule), "id": start}).fetchall()[0]
    ends = end or (str(mine).removeprefix("p_"),)
    (hers,) = connection.sql(person, params={"rule": str(rule), "id": ends[0]}).fetchall()[0]
    steps = shortest_chain(connection, start, ends, TAKEN[rule] if mine == hers else (*TAKEN[Rule.LOOSE], "none"))
    told = "" if mine == hers else f"two persons under the {rule} rule; " + (
        "the chain below has links that it refuses" if steps else "no chain of links leads from one to the other"
    )  # fmt: skip
    names = tuple(Step.__dataclass_fields__)
    return (names, [tuple(asdict(step).values()) for step in steps]), told


def _asked(
    connection: duckdb.DuckDBPyConnection, query: str, **values: object
) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
    rows = connection.sql(query, params=values) if values else connection.sql(query)
    return rows.columns, rows.fetchall()


def _show(tables: Tables, as_json: bool) -> None:
    if as_json:
        terminal.say_json(
            {name: [dict(zip(header, row, strict=True)) for row in rows] for name, (header, rows) in tables.items()}
        )
        return
    for name, (header, rows) in tables.items():
        terminal.say(f"\n{name}")
        terminal.say_table(header, rows)
