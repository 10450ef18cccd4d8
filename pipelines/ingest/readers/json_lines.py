"""Lines of JSON objects, as columns of text.

Nested objects become columns with dotted names, arrays stay JSON text, and lists of `{key, value}` (as in GA4's
event_params) become a column per key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.ingest.readers.landing import Broken, Landing, quoted, shape_of

VALID = "lines_valid"
COLUMNS_MAX = 2_000  # more names than that are data, not names
IS_OBJECT = "coalesce(json_valid(raw) AND TRY(json_type(raw)) = 'OBJECT', FALSE)"
NO_OBJECT = "not one JSON object"
_PAIR = {"key", "value"}


@dataclass(frozen=True)
class Leaf:
    """A place in the objects that holds one text; where no record has one, it may hold anything elsewhere."""

    name: str
    path: str
    is_void: bool = False


@dataclass(frozen=True)
class Pairs:
    """A place that holds a list of keys and values; `fields` are the places of a value's text, "" for itself."""

    name: str
    path: str
    fields: tuple[str, ...]


def land_json(con: duckdb.DuckDBPyConnection, landing: Landing, relation: str) -> None:
    """Set aside what is no JSON object, and give the landing a column per place in the others.

    Args:
        con: Connection that sees the relation.
        landing: Its relation, columns and broken records are set.
        relation: Table with `line` and `raw`.
    """
    for line, raw in con.sql(f"SELECT line, raw FROM {relation} WHERE NOT {IS_OBJECT} ORDER BY line").fetchall():
        landing.broken.append(Broken(int(line), NO_OBJECT, shape_of(str(raw or ""))))
    if landing.broken:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {VALID} AS SELECT * FROM {relation} WHERE {IS_OBJECT}")
        relation = VALID
    places = _places(con, relation, landing)
    settle(landing, relation, places, lambda place: _keys(con, relation, place))


def settle(
    landing: Landing, relation: str, places: Iterable[Leaf | Pairs], keys_of: Callable[[Pairs], list[str]]
) -> None:
    """Give a landing of JSON objects its columns.

    Args:
        landing: Its relation and columns are set.
        relation: What has `raw`, and whatever else stays beside it.
        places: Where texts lie in the objects.
        keys_of: Keys of a list of pairs.
    """
    landing.is_sparse, landing.row_hash, landing.json = True, "md5(raw)", "raw"
    places = list(places)
    leaves = [place for place in places if isinstance(place, Leaf)][:COLUMNS_MAX]
    pairs = [place for place in places if isinstance(place, Pairs)]
    landing.text = {leaf.name: f"nullif(leaves[{at}], '')" for at, leaf in enumerate(leaves, start=1)}
    landing.relation = f"({_extraction(relation, leaves, pairs)})"
    for at, place in enumerate(pairs):
        for key in keys_of(place):
            landing.text.setdefault(
                f"{place.name}.{key}", f"nullif(values{at}[list_position(keys{at}, {quoted(key)})], '')"
            )


def _places(con: duckdb.DuckDBPyConnection, relation: str, landing: Landing) -> list[Leaf | Pairs]:
    places = places_of(con.sql(f"SELECT {structure_sql()} FROM {relation}").fetchall()[0][0])
    if len(places) > COLUMNS_MAX:
        landing.notes.append(f"only the first {COLUMNS_MAX} of {len(places)} columns were taken")
    return places


def structure_sql(order: str = "", rows: str = "") -> str:
    """SQL of what the JSON objects `raw` are made of: as json_group_structure, which would read each of them once more.

    Args:
        order: ORDER BY of the rows; "": as they come.
        rows: FILTER of the rows; "": all of them.
    """
    return f"json_structure('[' || string_agg(raw, ','{order}){rows} || ']')->0"


def places_of(structure: str | None) -> list[Leaf | Pairs]:
    """Where texts lie in JSON objects that are made so."""
    found = json.loads(structure) if structure else {}
    return list(_walk(found, "", "$")) if isinstance(found, dict) else []


def _walk(structure: dict[str, Any], prefix: str, path: str) -> Iterator[Leaf | Pairs]:
    for key, kind in structure.items():
        if '"' in key:
            continue  # a JSON path cannot name it
        name = f"{prefix}{key}"
        place = f'{path}."{key}"'
        if isinstance(kind, dict) and kind:
            yield from _walk(kind, f"{name}.", place)
        elif isinstance(kind, list) and kind and isinstance(kind[0], dict) and kind[0].keys() == _PAIR:
            yield Pairs(name, place, _value_fields(kind[0]["value"]))
        else:
            yield Leaf(name, place, kind == "NULL")


def _value_fields(value: object) -> tuple[str, ...]:
    """GA4 writes a value's type into its name (`int_value`); beside it may stand when it was set."""
    if not isinstance(value, dict):
        return ("",)
    return tuple(field for field in value if field.endswith("_value")) or tuple(value)


def _extraction(relation: str, leaves: list[Leaf], pairs: list[Pairs]) -> str:
    """One pass over each line for all leaves, and one for each list of pairs."""
    paths = ", ".join(quoted(leaf.path) for leaf in leaves)
    columns = [f"json_extract_string(raw, [{paths}]) AS leaves" if leaves else "CAST([] AS VARCHAR[]) AS leaves"]
    for at, place in enumerate(pairs):
        columns.append(f"json_extract_string(raw, {quoted(place.path + '[*].key')}) AS keys{at}")
        texts = ", ".join(f"pair->>{quoted(_value_path(field))}" for field in place.fields)
        listed = f"json_extract(raw, {quoted(place.path + '[*]')})"
        columns.append(f"list_transform({listed}, lambda pair: coalesce({texts}, NULL)) AS values{at}")
    return f"SELECT *, {', '.join(columns)} FROM {relation}"


def _value_path(field: str) -> str:
    return f'$.value."{field}"' if field else "$.value"


def _keys(con: duckdb.DuckDBPyConnection, relation: str, place: Pairs) -> list[str]:
    query = f"SELECT DISTINCT {keys_sql(place)} FROM {relation} ORDER BY 1"
    return [str(key) for (key,) in con.sql(query).fetchall() if key is not None][:COLUMNS_MAX]


def keys_sql(place: Pairs) -> str:
    """SQL of every key of a list of pairs, a row for each."""
    return f"unnest(json_extract_string(raw, {quoted(place.path + '[*].key')}))"
