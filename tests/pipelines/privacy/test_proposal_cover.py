"""Proposals and findings of frictions keep small numbers to themselves."""

from __future__ import annotations

import duckdb
import pytest

from models.suppression import Hidden
from pipelines.privacy.cover import Cover, read_cover
from pipelines.privacy.measures import Key
from schemas.tables import TABLES


@pytest.mark.parametrize(
    ("fitting", "after", "hidden"),
    [
        (0.50, 0.60, set()),
        (0.50, 0.52, {"fitting_share_after"}),  # two of a hundred fit by the change
        (0.50, 0.97, {"fitting_share_after"}),  # and three still would not
        (0.03, 0.50, {"fitting_share", "fitting_share_after"}),
        (0.50, None, set()),
    ],
)
def test_a_proposal_tells_no_share_of_few_journeys(fitting: float, after: float | None, hidden: set[str]) -> None:
    with duckdb.connect() as connection:
        for table in TABLES.values():
            connection.execute(table.ddl())
        connection.execute(
            "INSERT INTO proposals BY NAME SELECT 'buy' AS journey, 'pay' AS touchpoint, 'missing' AS signal,"
            " 'said' AS said, 100 AS journeys_n, $fitting AS fitting_share, $after AS fitting_share_after",
            {"fitting": fitting, "after": after},
        )
        found = connection.sql("SELECT * FROM proposals")
        (row,) = (dict(zip(found.columns, values, strict=True)) for values in found.fetchall())
        assert set(read_cover(connection, 5).columns("proposals", row)) == hidden
        assert read_cover(connection, 1).columns("proposals", row) == {}


def test_a_finding_goes_where_the_number_of_those_with_the_signal_is_hidden() -> None:
    finding = {"journey": "buy", "touchpoint": "pay", "signal": "loop", "journeys_n": 70}
    assert not Cover(5).hides_finding(finding)
    hidden: Hidden[Key] = Hidden(beside=frozenset({("buy", "exposed", "pay", "loop")}))
    assert Cover(5, hidden).hides_finding(finding)
