"""Object-centric event logs in their three forms, held against what pm4py reads of them."""

from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pm4py
import pytest
from pm4py.objects.ocel.obj import OCEL

from schemas.errors import SourceError

if TYPE_CHECKING:
    from tests.pipelines.ingest.conftest import Shop

FORMS = {"json": pm4py.write_ocel2_json, "xml": pm4py.write_ocel2_xml, "sqlite": pm4py.write_ocel2_sqlite}
READERS = {"json": pm4py.read_ocel2_json, "xml": pm4py.read_ocel2_xml, "sqlite": pm4py.read_ocel2_sqlite}
ALL = '{Customer = "customer_id", order = "order", item = "item"}'
EVENTS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("e1", "place order", "2026-03-01T10:00:00Z", {"channel": "web", "total": 12.5}),
    ("e2", "pay", "2026-03-01T11:00:00Z", {}),
    ("e3", "ship", "2026-03-03T11:00:00Z", {"carrier": "Bodø & <sons>"}),
]
OBJECTS = [("c1", "Customer", "new"), ("c2", "Customer", "new"), ("o1", "order", None), ("i1", "item", None)]
OBJECTS += [("i2", "item", None)]
CHANGES = [("c1", "Customer", "gold", "2026-03-02T00:00:00Z")]
RELATIONS = [
    ("e1", "c1", "buyer"), ("e1", "o1", "made"), ("e1", "i1", "of"), ("e1", "i2", "of"), ("e2", "o1", "paid"),
    ("e3", "c1", "to"), ("e3", "c2", "for"), ("e3", "i1", "of"),
]  # fmt: skip
RELATED = [("c1", "o1", "places")]


def log() -> OCEL:
    """A log as pm4py has it."""
    kinds = {object_id: kind for object_id, kind, _ in OBJECTS}
    times = {event_id: (activity, pd.Timestamp(time)) for event_id, activity, time, _ in EVENTS}
    events = [
        {"ocel:eid": each, "ocel:activity": activity, "ocel:timestamp": pd.Timestamp(time), **more}
        for each, activity, time, more in EVENTS
    ]
    objects = [{"ocel:oid": each, "ocel:type": kind, "segment": segment} for each, kind, segment in OBJECTS]
    relations = [
        {"ocel:eid": event, "ocel:activity": times[event][0], "ocel:timestamp": times[event][1], "ocel:oid": each,
         "ocel:type": kinds[each], "ocel:qualifier": word} for event, each, word in RELATIONS
    ]  # fmt: skip
    changes = [
        {"ocel:oid": each, "ocel:type": kind, "ocel:field": "segment", "segment": segment,
         "ocel:timestamp": pd.Timestamp(time)} for each, kind, segment, time in CHANGES
    ]  # fmt: skip
    related = [{"ocel:oid": left, "ocel:oid_2": right, "ocel:qualifier": word} for left, right, word in RELATED]
    frames = [pd.DataFrame(rows) for rows in (events, objects, relations)]
    return OCEL(*frames, o2o=pd.DataFrame(related), object_changes=pd.DataFrame(changes))


def settings(path: str, objects: str = ALL) -> str:
    """A workspace with the log."""
    return f'[workspace]\nname = "T"\n[[sources]]\nname = "log"\nkind = "ocel"\npath = "{path}"\nobjects = {objects}\n'


@pytest.fixture(params=list(FORMS))
def form(request: pytest.FixtureRequest, shop: Shop) -> str:
    """A form of the log, which lies in the workspace as `log` with that extension."""
    FORMS[request.param](log(), str(shop.root / f"log.{request.param}"))
    return str(request.param)


def taken(shop: Shop) -> list[tuple[Any, ...]]:
    """The events that were taken in."""
    return shop.rows("SELECT event_id, activity, occurred_at, attributes FROM events ORDER BY event_id")


def test_events_and_their_objects_are_those_that_pm4py_reads(shop: Shop, form: str) -> None:
    theirs = READERS[form](str(shop.root / f"log.{form}"))

    report = shop.take_settings(settings(f"log.{form}"))

    assert (report.rejected_n, report.dropped_n) == (0, 0)
    first = {str(row[0]).removeprefix("ocel:").partition("#")[0]: row for row in taken(shop)}
    about = {str(each) for each in theirs.relations["ocel:eid"]}
    by_id = theirs.events[theirs.events["ocel:eid"].isin(about)].set_index("ocel:eid")
    assert set(first) == set(by_id.index)
    for event_id, (_, activity, occurred_at, attributes) in first.items():
        theirs_at = pd.to_datetime(by_id.loc[event_id, "ocel:timestamp"], utc=True)  # it drops the zone of some forms
        assert (activity, occurred_at) == (by_id.loc[event_id, "ocel:activity"], theirs_at)
        for name in ("channel", "total", "carrier"):
            value = by_id.loc[event_id].get(name)
            assert attributes.get(name) == (None if pd.isna(value) else str(value))
    known = {(kind, value) for kind, value in shop.rows("SELECT id_type, value FROM identifiers")}
    kinds = {"Customer": "customer_id", "order": "order", "item": "item"}
    objects = zip(theirs.objects["ocel:type"], theirs.objects["ocel:oid"], strict=True)
    assert known == {(kinds[str(kind)], str(each)) for kind, each in objects}


def test_an_event_of_two_customers_happens_to_each_and_other_objects_are_linked(shop: Shop, form: str) -> None:
    shop.take_settings(settings(f"log.{form}"))

    ids = dict(shop.rows("SELECT i.id, i.value FROM identifiers i"))
    of_events = [
        (event_id, {kind: ids[each] for kind, each in of.items()})
        for event_id, of in shop.rows("SELECT event_id, ids FROM events ORDER BY event_id")
    ]
    assert of_events == [
        ("ocel:e1", {"customer_id": "c1", "order": "o1", "item": "i1"}),
        ("ocel:e2", {"order": "o1"}),
        ("ocel:e3", {"customer_id": "c1", "item": "i1"}),
        ("ocel:e3#2", {"customer_id": "c2", "item": "i1"}),
    ]
    links = shop.rows(
        "SELECT l.value, r.value FROM link_evidence e JOIN identifiers l ON l.id_key = left_key"
        " JOIN identifiers r ON r.id_key = right_key"
    )
    assert {tuple(sorted(pair)) for pair in links} == {
        ("c1", "o1"), ("c1", "i1"), ("c1", "i2"), ("i1", "o1"), ("c2", "i1"),
    }  # fmt: skip


def test_objects_have_the_values_that_held_at_the_time_and_say_as_what_they_took_part(shop: Shop, form: str) -> None:
    shop.take_settings(settings(f"log.{form}", '{Customer = "customer_id"}'))

    wanted = ("Customer.segment", "Customer.qualifier")
    found = [(row[0], *(row[3].get(name) for name in wanted)) for row in taken(shop)]
    assert found == [("ocel:e1", "new", "buyer"), ("ocel:e3", "gold", "to, for"), ("ocel:e3#2", "new", "to, for")]
    assert shop.rows("SELECT rows_n, accepted_n, dropped FROM files") == [(4, 3, {"no_object": 1})]


def document(**changes: object) -> str:
    """A small log in JSON."""
    event = {"id": "e1", "type": "pay", "time": "2026-03-01T10:00:00Z", "relationships": [{"objectId": "c1"}]}
    whole = {"eventTypes": [], "objects": [{"id": "c1", "type": "C"}], "events": [event | changes]}
    return json.dumps(whole)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"time": "yesterday"}, "unreadable_timestamp"), ({"time": None}, "missing_timestamp"),
        ({"type": ""}, "missing_activity"), ({"id": None}, "missing_event_id"), ({"time": "2026-03-01T10:00"}, ""),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_read_is_refused_with_its_number(
    shop: Shop, changes: dict[str, object], reason: str
) -> None:
    shop.deliver("a.json.gz", gzip.compress(document(**changes).encode()))

    report = shop.take_settings(settings("a.json.gz", '{C = "c"}'))

    assert report.reasons == ({reason: 1} if reason else {})
    assert shop.rows("SELECT line, reason_code FROM rejected_rows") == ([(1, reason)] if reason else [])


def test_an_event_about_nothing_is_dropped_by_name(shop: Shop) -> None:
    shop.deliver("a.json", document(relationships=[{"objectId": "gone"}]))

    shop.take_settings(settings("a.json", '{C = "c"}'))

    assert shop.rows("SELECT rows_n, dropped FROM files") == [(1, {"no_object": 1})]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("hello", "this is no OCEL log"),
        ("", "this is no OCEL log"),
        (document()[:-20], "no whole JSON"),
        ('{"objects": [1]}', "number 1 of its objects is not as OCEL 2.0 has them"),
        ('{"ocel:events": {}}', "the file has no objects"),
        (document().replace('"C"', '"D"'), "there is no object of type 'C'.*one of D"),
        ('<log><objects><object id="c1" type="C"/></objects><events><event', "no whole XML"),
    ],
)
def test_a_file_that_is_no_such_log_is_told(shop: Shop, content: str, told: str) -> None:
    shop.deliver("a.json", content)

    with pytest.raises(SourceError, match=told):
        shop.take_settings(settings("a.json", '{C = "c"}'))


def test_a_damaged_or_packed_database_is_told(shop: Shop) -> None:
    with sqlite3.connect(shop.root / "a.db") as made:
        made.execute("CREATE TABLE event (ocel_id TEXT)")
    made.close()
    with pytest.raises(SourceError, match="the SQLite file cannot be read: no such table"):
        shop.take_settings(settings("a.db", '{C = "c"}'))

    shop.deliver("a.db.gz", gzip.compress(Path(shop.root / "a.db").read_bytes()))
    with pytest.raises(SourceError, match="a packed SQLite file"):
        shop.take_settings(settings("a.db.gz", '{C = "c"}'))
