"""Versions of a map: few journeys that straddle a change are not told, nor given away by what is beside them."""

from __future__ import annotations

from typing import Any

import duckdb

from pipelines.privacy.cover import Cover, read_cover
from schemas.tables import TABLES

COLUMNS = ("journeys_n", "converted_n", "abandoned_n", "conforming_n", "mature_n")


def covered(*rows: tuple[int, bool, int, int, int, int, int]) -> tuple[Cover, list[dict[str, Any]]]:
    """A snapshot with these versions (version, straddles, journeys, converted, abandoned, conforming, mature)."""
    con = duckdb.connect()
    con.execute("SET timezone = 'UTC'")
    for table in TABLES.values():
        con.execute(table.ddl())
    for version, straddles, *counts in rows:
        said: dict[str, Any] = {"map_version": version, "straddles": straddles}
        said |= dict(zip(COLUMNS, counts, strict=True))
        said |= {"journey": "buy", "is_in_force": False, "content_hash": "x", "exited_n": 0, "in_flight_n": 0}
        said |= {"converted_share": 0.5, "converted_low": 0.4, "converted_high": 0.6}
        con.execute(
            f"INSERT INTO map_versions ({', '.join(said)}) VALUES ({', '.join('?' * len(said))})", [*said.values()]
        )
    found = con.sql("SELECT * FROM map_versions ORDER BY map_version, straddles")
    return read_cover(con, 5), [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def hidden(cover: Cover, row: dict[str, Any]) -> set[str]:
    return {name for name in cover.columns("map_versions", row) if name in COLUMNS}


def test_few_journeys_that_straddle_are_hidden() -> None:
    cover, (alone, straddling) = covered((1, False, 100, 60, 40, 50, 100), (1, True, 3, 3, 0, 3, 3))
    assert hidden(cover, straddling) == {"journeys_n", "converted_n", "conforming_n", "mature_n"}
    assert "journeys_n" not in hidden(cover, alone)


def test_all_but_a_few_tells_of_the_few() -> None:
    cover, (row,) = covered((1, False, 100, 60, 40, 98, 99))
    assert hidden(cover, row) == {"conforming_n", "mature_n"}


def test_large_numbers_are_shown() -> None:
    cover, (row,) = covered((1, False, 100, 60, 40, 50, 100))
    assert hidden(cover, row) == set()


def test_a_status_of_few_hides_a_second_one() -> None:
    cover, (row,) = covered((1, False, 100, 97, 3, 50, 100))
    assert hidden(cover, row) == {"converted_n", "abandoned_n"}
