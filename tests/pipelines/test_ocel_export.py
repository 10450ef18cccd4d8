"""The journeys as an object-centric log: what pm4py reads of it is what is published."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from pipelines.ocel_export import write_ocel
from pipelines.settings import Settings
from pipelines.warehouse import reader
from schemas.errors import WarehouseError
from tests.pipelines.report.conftest import Build, build
from tests.pipelines.report.sample_maps import make_map

__all__ = ["build"]

WHAT = ("(e.source, e.event_id)", "person_id", "journey_id")


@pytest.fixture
def settings(build: Build) -> Settings:
    return build(make_map(5).replace("become_customer", "person"), 40)


def test_pm4py_reads_the_events_journeys_and_persons_that_are_published(settings: Settings, tmp_path: Path) -> None:
    with reader(settings) as connection:
        path = write_ocel(connection, tmp_path)
        again = write_ocel(connection, tmp_path / "again")
        joined = "journeys JOIN journey_events AS e USING (journey_id) WHERE rule = 'default'"
        counts = (connection.sql(f"SELECT count(DISTINCT {what}) FROM {joined}").fetchall() for what in WHAT)
        events_n, persons_n, journeys_n = (rows[0][0] for rows in counts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas' and pm4py's own
        import pm4py

        log = pm4py.read_ocel2_sqlite(str(path))
    kinds = log.objects["ocel:type"].value_counts().to_dict()

    assert path.read_bytes() == again.read_bytes()
    assert len(log.events) == events_n
    assert kinds.pop("person behind") == persons_n
    assert kinds == {"person": journeys_n}
    assert set(log.o2o["ocel:qualifier"]) == {"of"}
    assert set(log.relations["ocel:oid"]) == set(log.objects["ocel:oid"])


def test_a_folder_that_cannot_be_written_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with reader(settings) as connection, pytest.raises(WarehouseError, match="a folder with room"):
        write_ocel(connection, tmp_path / "taken")
