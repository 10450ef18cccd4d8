"""Write what a connector's page says of its tables, and what its fixture is expected to give, for review.

`python tests/write_connectors.py [KIND...]`: without names, the pages of all connectors; with names, their expected
files, too. Look at the difference before you commit it: it is what the test compares with.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # so that it runs as a plain script

from pipelines.connectors import connector_names, load_connector  # noqa: E402 - the path comes first
from pipelines.settings.tables import EventMapping, TableMapping, id_type_of  # noqa: E402 - the same
from pipelines.settings.words import Constant, Mapped, Sql, Template, TimeColumn  # noqa: E402 - the same

PAGES = ROOT / "pipelines" / "connectors"
FIXTURES = ROOT / "tests" / "pipelines" / "connectors"
START = "<!-- From here on written by tests/write_connectors.py from the connector's file. -->"
NOW = "2026-11-01T00:00:00Z"
NAMES = ("expected_events.csv", "expected_fates.csv", "expected_links.csv")
_EVENTS = """
    WITH told AS (
        SELECT event_key, unnest(map_keys(ids)) AS id_type, unnest(map_values(ids)) AS id FROM events),
    clear AS (
        SELECT event_key, string_agg(id_type || '=' || value, ';' ORDER BY id_type, value) AS ids
        FROM told JOIN identifiers USING (id_type, id) GROUP BY 1)
    SELECT e.event_id, strftime(e.occurred_at, '%Y-%m-%dT%H:%M:%S.%f') AS occurred_at, e.activity, e.channel,
        e.initiator, e.status, e.session_id AS session, c.ids,
        array_to_string(list_sort(list_transform(map_entries(e.attributes), lambda a: a.key || '=' || a.value)), ';')
            AS attributes
    FROM events e JOIN clear c USING (event_key) ORDER BY ALL"""
_FATES = """
    SELECT f.paths[1] AS file, m.table_name AS "table", f.status, f.rows_n AS rows, f.accepted_n AS accepted,
        f.duplicate_n AS duplicate,
        array_to_string(list_sort(list_transform(map_entries(f.dropped), lambda d: d.key || '=' || d.value)), ';')
            AS dropped,
        coalesce((SELECT string_agg(reason_code || '=' || n, ';' ORDER BY reason_code) FROM (
            SELECT reason_code, count(*) AS n FROM rejected_rows r WHERE r.file_id = f.file_id GROUP BY 1)), '')
            AS rejected
    FROM files f LEFT JOIN file_mappings m USING (source, file_id) ORDER BY ALL"""
_LINKS = """
    SELECT least(l.id_type || '=' || l.value, r.id_type || '=' || r.value) AS "left",
        greatest(l.id_type || '=' || l.value, r.id_type || '=' || r.value) AS "right", sum(evidence_n) AS evidence_n
    FROM link_evidence e JOIN identifiers l ON l.id_key = e.left_key JOIN identifiers r ON r.id_key = e.right_key
    GROUP BY ALL ORDER BY ALL"""


def kinds() -> list[str]:
    """Connectors with tables of their own: not those that are another one under a second name."""
    own = (tomllib.loads((PAGES / f"{name}.toml").read_text(encoding="utf-8")) for name in connector_names())
    return [name for name, told in zip(connector_names(), own, strict=True) if "same_as" not in told]


def observed(kind: str) -> dict[str, str]:
    """What the fixture's files become: the texts of the expected files, by their names."""
    fixture = FIXTURES / kind
    told_in = fixture / "source.toml"
    text = told_in.read_text(encoding="utf-8") if told_in.is_file() else ""
    lines = text.splitlines(keepends=True)
    now = next((line.partition("=")[2].strip().strip('"') for line in lines if line.startswith("now =")), NOW)
    more = "".join(line for line in lines if not line.startswith("now ="))
    more = re.sub(r"^(\[+)(?!sources\b|\[)", r"\1sources.", more, flags=re.MULTILINE)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        shutil.copytree(fixture / "files", root / "files")
        paths = [path.relative_to(root).as_posix() for path in sorted(root.rglob("*")) if path.is_file()]
        source = f'[[sources]]\nname = "{kind}"\nkind = "{kind}"\npath = {paths}\ntolerance = 1\n{more}'
        (root / "terreng.toml").write_text(f'[workspace]\nname = "x"\n{source}', encoding="utf-8")
        return _taken_in(root, datetime.fromisoformat(now))


def _taken_in(root: Path, now: datetime) -> dict[str, str]:
    from pipelines import warehouse
    from pipelines.ingest import ingest
    from pipelines.settings import load_settings

    settings = load_settings(root)
    plain = mock.patch("pipelines.ingest.staging.pseudonym_sql", lambda _salt, _kind, value: value)
    salted = mock.patch.dict(os.environ, {"TERRENG_SALT": "a salt for the tests"})
    with plain, salted, warehouse.writer(settings) as con:
        ingest(con, settings, now.astimezone(UTC))
        return {name: _csv(con, query) for name, query in zip(NAMES, (_EVENTS, _FATES, _LINKS), strict=True)}


def _csv(con: Any, query: str) -> str:
    rows = con.sql(query)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows.columns)
    writer.writerows(rows.fetchall())
    return text.getvalue()


def with_written_part(kind: str, text: str) -> str:
    """A connector's page with its written part renewed."""
    return text.split(START, maxsplit=1)[0].rstrip() + "\n\n" + written_part(kind)


def written_part(kind: str) -> str:
    """What a connector's file says, for people."""
    connector = load_connector(kind)
    ids = [f"`{name}` ({what})" for name, what in connector.ids.items()]
    parts = [START, "", f"Ids: {', '.join(ids)}.", ""]
    for table in connector.tables:
        parts += [f"### `{table.name}`", "", *_table(table), ""]
    return "\n".join(parts)


def _table(table: TableMapping) -> Iterable[str]:
    if table.files:
        yield f"- Files: {_codes(table.files)}."
    if table.columns:
        yield f"- Needs the columns {_codes(table.columns)}."
    if table.role == "unused":
        yield f"- Known and left aside: {table.why}."
    if table.role == "lookup":
        yield "- Labels for other tables; neither events nor links."
    if table.explode:
        yield f"- One row for each element of `{table.explode}`."
    for event in table.events:
        yield f"- {_event(event)}"
    if table.identities:
        told = [f"`{id_type_of(kind)}` from {_word(word)}" for kind, word in table.identities.items()]
        yield f"- Ids: {', '.join(dict.fromkeys(told))}."
    if kept := {**(table.attributes or {}), **{n: w for event in table.events for n, w in event.attributes.items()}}:
        yield f"- Keeps {_codes(kept)}."
    for rule in table.drop:
        where = " and ".join(f"`{column}` is {_codes(globs)}" for column, globs in rule.where.items())
        unless = "".join(f", unless `{column}` is {_codes(globs)}" for column, globs in rule.unless.items())
        yield f"- Drops as `{rule.reason}`: {where}{unless}."
    if table.consent:
        yield f"- Drops as `no_consent` where `{table.consent.column}` is not {_codes(table.consent.granted)}."


def _event(event: EventMapping) -> str:
    where = [f"`{column}` is {_codes(globs)}" for column, globs in event.where.items()]
    where += [f"`{column}` is not {_codes(globs)}" for column, globs in event.unless.items()]
    key = f" (key `{event.key}`)" if event.key else ""
    when = f"where {' and '.join(where)}" if where else ""
    skip = ", if it is filled in" if event.when_empty == "skip" else ""
    skip += ", once it has come" if event.when_future == "skip" else ""
    return f"Event {_word(event.activity)}{key} at {_word(event.occurred_at)}{skip}{', ' if when else ''}{when}."


def _word(word: Constant | Mapped | Template | Sql | TimeColumn) -> str:
    match word:
        case Constant(value=value):
            return f"`{value}`"
        case Template(template=template):
            return f"`{template}`"
        case Sql(sql=sql):
            return f"`{_line(sql)}`"
        case Mapped(column=column) | TimeColumn(column=column) if column is not None:
            return f"`{column}`"
        case _:
            return f"`{_line(getattr(word, 'sql', '') or '')}`"


def _line(text: str) -> str:
    return " ".join(text.split())


def _codes(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def main(wanted: list[str]) -> None:
    """Write the pages, and the expected files of the named connectors."""
    for kind in wanted or kinds():
        page = PAGES / f"{kind}.md"
        if page.is_file():
            page.write_text(with_written_part(kind, page.read_text(encoding="utf-8")), encoding="utf-8")
    for kind in wanted:
        for name, text in observed(kind).items():
            (FIXTURES / kind / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
