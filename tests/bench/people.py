"""Joining ids into persons against networkx: links of a made-up world, and both ways to join them."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from pipelines import warehouse
from pipelines.engine import Engine
from pipelines.identity import joining, resolve_persons
from pipelines.settings import Settings
from tests.bench.measure import Costs

THREADS = 2
_SEEN_AT = "TIMESTAMPTZ '2026-03-01 00:00:00Z'"
# Half of the links are logins, a fifth typed addresses, the rest tickets. One cookie in thirty has two customers, one
# in a million is a kiosk. Ids are spread by a hash, as pseudonyms are.
_LINKS = """
CREATE TABLE links AS
WITH numbered AS (SELECT range AS n, hash(range) AS h, hash(range + 1000000007) AS g FROM range({links_n}))
SELECT CASE WHEN n % 10 < 5 THEN 'customer_id' WHEN n % 10 < 7 THEN 'email' ELSE 'ticket' END AS left_type,
    CASE WHEN n % 10 < 7 AND n % 10 >= 5 THEN 'e' || (h % {customers_n}) WHEN n % 10 < 5 THEN 'c' || (h % {customers_n})
        ELSE 't' || n END AS left_id,
    CASE WHEN n % 10 < 5 THEN 'cookie' ELSE 'customer_id' END AS right_type,
    CASE WHEN n % 10 < 5 AND g % 1000003 = 0 THEN 'kiosk' || (g % 7) WHEN n % 10 < 5 THEN 'k' || CASE WHEN g % 30 = 0
        THEN n - 10 ELSE n END ELSE 'c' || (h % {customers_n}) END AS right_id
FROM numbered
"""
_IDENTIFIERS = """
INSERT INTO identifiers
SELECT row_number() OVER (), id_type, id, substr(sha256(id_type || id), 1, 20) FROM (
    SELECT left_type AS id_type, left_id AS id FROM world.links UNION SELECT right_type, right_id FROM world.links)
"""
_EVIDENCE = f"""
INSERT INTO link_evidence
SELECT 'f', 'web', least(l.id_key, r.id_key), greatest(l.id_key, r.id_key), 1, {_SEEN_AT} FROM world.links
JOIN identifiers l ON l.id_type = left_type AND l.value = left_id
JOIN identifiers r ON r.id_type = right_type AND r.value = right_id
"""


def write_links(file: Path, links_n: int) -> None:
    """Make the world: a table `links`, an id and its type at each end."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(_LINKS.format(links_n=links_n, customers_n=links_n // 5))


def join(folder: Path, memory: str) -> Costs:
    """All that `terreng` does with links: judge them, join them under three rules, write who is who."""
    costs, root = Costs(), folder / "people"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    warehouse_file = root / "warehouse.duckdb"
    settings = Settings(root=root, name="bench", warehouse=warehouse_file, memory_limit=memory, threads=THREADS)
    with warehouse.writer(settings) as connection:
        connection.execute(f"ATTACH '{folder / 'links.duckdb'}' AS world (READ_ONLY)")
        connection.execute(_IDENTIFIERS)
        connection.execute(_EVIDENCE)
        connection.execute("DETACH world")
    plain = joining.join_ids

    def measured(engine: Engine) -> joining.Joined:
        with costs.step("components"):
            return plain(engine)

    with warehouse.writer(settings) as connection:
        joining.join_ids = measured
        try:
            with costs.step("persons"):
                report = resolve_persons(connection, settings)
        finally:
            joining.join_ids = plain
    costs.numbers |= {"links": report.links_n, "persons": report.persons_n["default"], "refused": report.refused_n}
    shutil.rmtree(root)
    return costs


def join_with_networkx(folder: Path, memory: str) -> Costs:
    """The same links as a graph of numbers, and its connected components: no guard, no rule, nothing written."""
    import networkx as nx  # type: ignore[import-untyped]  # it has no types of its own

    del memory
    costs = Costs()
    with duckdb.connect(str(folder / "links.duckdb"), read_only=True) as connection:
        table = connection.sql(
            "SELECT (hash(left_type || left_id) >> 2)::BIGINT AS l, (hash(right_type || right_id) >> 2)::BIGINT AS r"
            " FROM links"
        ).to_arrow_table()
    lefts, rights = table["l"].to_pylist(), table["r"].to_pylist()
    with costs.step("components"):
        graph = nx.Graph()
        graph.add_edges_from(zip(lefts, rights, strict=True))
        costs.numbers["persons"] = sum(1 for _ in nx.connected_components(graph))
    return costs
