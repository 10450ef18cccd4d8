"""Every row is accepted, a duplicate, dropped or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.pipelines.ingest.conftest import Shop

HEADER = "id,at,what,who,region\n"
GOOD = "e1,2026-03-01T10:00:00Z,visit,C1,north\n"


def test_a_row_becomes_an_event_with_pseudonyms_and_attributes(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + GOOD)

    report = shop.take()

    assert (report.rows_n, report.accepted_n, report.new_files_n) == (1, 1, 1)
    [(event_id, at, activity, ids, attributes, line)] = shop.rows(
        "SELECT event_id, CAST(occurred_at AS VARCHAR), activity, ids, attributes, line FROM events"
    )
    assert (event_id, at, activity, line) == ("e1", "2026-03-01 10:00:00+00", "visit", 2)
    assert attributes == {"region": "north"}
    assert list(ids) == ["customer_id"]
    assert len(ids["customer_id"]) == 20
    assert shop.rows("SELECT value, id = ids['customer_id'] FROM identifiers, events") == [("C1", True)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("e2,,visit,C2,north", "missing_timestamp"),
        ("e2,yesterday,visit,C2,north", "unreadable_timestamp"),
        ("e2,2026-13-01,visit,C2,north", "unreadable_timestamp"),
        ("e2,20260301,visit,C2,north", "out_of_range"),
        ("e2,1970-01-01T00:00:00Z,visit,C2,north", "out_of_range"),
        ("e2,2026-06-03T00:00:00Z,visit,C2,north", "in_the_future"),
        ("e2,infinity,visit,C2,north", "unreadable_timestamp"),
        ("e2,2026-03-01T10:00:00Z,,C2,north", "missing_activity"),
        ("e2,2026-03-01T10:00:00Z,visit,,north", "missing_identity"),
        ("e2,2026-03-01T10:00:00Z,visit,   ,north", "missing_identity"),
        (",2026-03-01T10:00:00Z,visit,C2,north", "missing_event_id"),
        ("e2,2026-03-01T10:00:00Z,visit,C2", "broken_row"),
        ("e2,2026-03-01T10:00:00Z,visit,C2,north,west", "broken_row"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_reason_and_without_its_id(shop: Shop, row: str, reason: str) -> None:
    shop.deliver("a.csv", HEADER + GOOD + row + "\n" + GOOD.replace("e1", "e3"))

    report = shop.take()

    assert (report.rows_n, report.accepted_n, report.reasons) == (3, 2, {reason: 1})
    [(line, code, raw)] = shop.rows("SELECT line, reason_code, raw FROM rejected_rows")
    assert (line, code) == (3, reason)
    assert "C2" not in raw


def test_words_of_initiator_and_status_are_closed_lists(shop: Shop) -> None:
    lines = ["Customer,ok", "company,FAILED", ",", "robot,ok", "customer,maybe"]
    rows = [f"e{n},2026-03-01T10:00:00Z,visit,C1,{line}\n" for n, line in enumerate(lines)]
    shop.deliver("a.csv", "id,at,what,who,by,how\n" + "".join(rows))
    columns = '[sources.columns]\nevent_id = "id"\noccurred_at = "at"\nactivity = "what"\n'
    columns += 'identities = {c = "who"}\ninitiator = "by"\nstatus = "how"\n'

    report = shop.take(columns=columns)

    assert report.reasons == {"unknown_initiator": 1, "unknown_status": 1}
    assert shop.rows("SELECT initiator, status FROM events ORDER BY line") == [
        ("customer", "ok"), ("company", "failed"), (None, None),
    ]  # fmt: skip


def test_of_rows_with_one_event_id_the_earliest_stays(shop: Shop) -> None:
    later, earlier = GOOD.replace("10:00", "12:00"), GOOD.replace("10:00", "09:00")
    shop.deliver("a.csv", HEADER + later + earlier + GOOD)

    report = shop.take()

    assert (report.accepted_n, report.duplicate_n) == (1, 2)
    assert shop.rows("SELECT line FROM events") == [(3,)]


def test_without_an_event_id_only_equal_rows_are_duplicates(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + GOOD + GOOD + GOOD.replace("north", "south"))

    report = shop.take(columns='[sources.columns]\noccurred_at = "at"\nactivity = "what"\nidentities = {c = "who"}\n')

    assert (report.accepted_n, report.duplicate_n) == (2, 1)


def test_a_second_run_changes_nothing(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + GOOD + "e2,,visit,C1,north\n")
    first = shop.take()
    before = [shop.rows(f"SELECT * FROM {table}") for table in ("events", "rejected_rows", "files", "identifiers")]

    second = shop.take()

    after = [shop.rows(f"SELECT * FROM {table}") for table in ("events", "rejected_rows", "files", "identifiers")]
    assert before == after
    assert (first.new_files_n, second.new_files_n) == (1, 0)
    assert (first.rows_n, first.reasons) == (second.rows_n, second.reasons)


def test_a_file_delivered_again_under_another_name_only_adds_its_path(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + GOOD)
    shop.take()
    shop.deliver("b.csv", HEADER + GOOD)

    report = shop.take()

    assert (report.files_n, report.new_files_n, report.rows_n) == (2, 0, 1)
    assert shop.rows("SELECT paths FROM files") == [(["a.csv", "b.csv"],)]


def test_a_file_that_grew_adds_its_new_rows(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + GOOD)
    shop.take()
    shop.deliver("a.csv", HEADER + GOOD + GOOD.replace("e1", "e2"))

    report = shop.take()

    assert (report.rows_n, report.accepted_n, report.duplicate_n) == (2, 1, 1)
    assert shop.rows("SELECT count(*), count(DISTINCT event_key) FROM events") == [(2, 2)]


def test_rows_of_known_noise_are_dropped_with_the_first_reason_that_fits(shop: Shop) -> None:
    agents = ["Googlebot", "Mozilla", "bad_bot", "", "bot%"]
    rows = [f"e{n},2026-03-01T10:00:00Z,visit,C1,{agent}\n" for n, agent in enumerate(agents)]
    shop.deliver("a.csv", HEADER.replace("region", "agent") + "".join(rows) + "e9,,visit,C1,Googlebot\n")
    drop = '[[sources.drop]]\nreason = "search"\nwhere = {agent = "Google*", what = "visit"}\n'
    drop += '[[sources.drop]]\nreason = "bot"\nwhere = {agent = ["*_bot", "bot?"]}\n'

    report = shop.take(more=drop)

    assert (report.accepted_n, report.dropped_n, report.rejected_n) == (2, 4, 0)
    assert shop.rows("SELECT dropped FROM files") == [({"bot": 2, "search": 2},)]


def test_more_refused_rows_than_tolerated_are_told(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + GOOD * 1 + "e2,,visit,C1,north\n")

    assert shop.take().is_over_tolerance


def test_templates_constants_and_mapped_words_make_activities_and_channels(shop: Shop) -> None:
    shop.deliver(
        "a.csv", "id,at,stage,who,via\ne1,2026-03-01,Won,C1,IOS\ne2,2026-03-01,,C1,x\ne3,2026-03-02,Lost,C1,\n"
    )
    columns = '[sources.columns]\nevent_id = "id"\noccurred_at = "at"\nactivity = {template = "Deal.{stage}!"}\n'
    columns += 'channel = {column = "via", values = {IOS = "app"}}\ninitiator = {value = "company"}\n'
    columns += 'identities = {c = "who"}\nattributes = ["stage"]\n'

    report = shop.take(columns=columns)

    assert report.reasons == {"missing_activity": 1}
    assert shop.rows("SELECT activity, channel, initiator, attributes FROM events ORDER BY line") == [
        ("Deal.Won!", "app", "company", {"stage": "Won"}), ("Deal.Lost!", None, "company", {"stage": "Lost"}),
    ]  # fmt: skip


def test_two_identities_on_a_row_are_a_link_and_the_first_one_filled_is_the_main_one(shop: Shop) -> None:
    rows = ["e1,2026-03-02,visit,C1,m1", "e2,2026-03-01,visit,C1,m1", "e3,2026-03-01,visit,,m2"]
    shop.deliver("a.csv", "id,at,what,who,mail\n" + "\n".join(rows))

    shop.take(columns=shop.columns.replace('"who"}', '"who", email = "mail"}'))

    evidence = "SELECT l.value, r.value, evidence_n, CAST(first_seen_at AS VARCHAR) FROM link_evidence"
    evidence += " JOIN identifiers l ON l.id_key = left_key JOIN identifiers r ON r.id_key = right_key"
    [(left, right, count, seen)] = shop.rows(evidence)
    assert ({left, right}, count, seen) == ({"C1", "m1"}, 2, "2026-03-01 00:00:00+00")
    main = "SELECT value FROM events JOIN identifiers USING (id_key) ORDER BY line"
    assert shop.rows(main) == [("C1",), ("C1",), ("m2",)]
    assert shop.rows("SELECT map_keys(ids) FROM events ORDER BY line") == [
        (["customer_id", "email"],), (["customer_id", "email"],), (["email"],),
    ]  # fmt: skip


def test_a_link_table_gives_links_alone(shop: Shop) -> None:
    shop.deliver("a.csv", "left,right\na,1\na,1\nb,\nc,3\n")
    columns = '[sources.columns]\nidentities = {l = "left", r = "right"}\n'

    report = shop.take(columns=columns)

    assert (report.rows_n, report.accepted_n, report.duplicate_n) == (4, 2, 1)
    assert report.reasons == {"missing_identity": 1}
    assert shop.rows("SELECT count(*) FROM events") == [(0,)]
    assert shop.rows("SELECT evidence_n, first_seen_at FROM link_evidence") == [(1, None), (1, None)]
    assert shop.take(columns=columns).new_files_n == 0
    shop.deliver("b.csv", "left,right\na,1\nd,4\n")
    again = shop.take(columns=columns)
    assert (again.accepted_n, again.duplicate_n) == (3, 2)


def test_two_ids_of_one_type_on_a_row_are_a_link(shop: Shop) -> None:
    shop.deliver("a.csv", "one,other\na,b\na,a\nc,\n")

    report = shop.take(columns='[sources.columns]\nidentities = {cookie = ["one", "other"]}\n')

    assert (report.accepted_n, report.reasons) == (2, {"missing_identity": 1})
    evidence = "SELECT l.value, r.value FROM link_evidence JOIN identifiers l ON l.id_key = left_key"
    evidence += " JOIN identifiers r ON r.id_key = right_key WHERE (l.id_type, r.id_type) = ('cookie', 'cookie')"
    assert [set(pair) for pair in shop.rows(evidence)] == [{"a", "b"}]


def test_ties_follow_the_order_column_or_the_line_of_whole_days_or_the_id(shop: Shop) -> None:
    shop.deliver("a.csv", "id,at,what,who,n\ne1,2026-03-01,visit,C1,9\ne2,2026-03-01T10:00:00Z,visit,C1,8\n")

    shop.take()
    plain = shop.rows("SELECT event_id, tie FROM events ORDER BY line")
    assert plain[0] == ("e1", 2)
    assert plain[1] == ("e2", shop.rows("SELECT CAST(md5_number_lower('e2') >> 1 AS BIGINT)")[0][0])

    shop.deliver("b.csv", "id,at,what,who,n\ne3,2026-03-01,visit,C1,9\ne4,2026-03-01,visit,C1,x\n")
    report = shop.take("b.csv", columns=shop.columns + 'order = "n"\n')
    assert report.reasons == {"unreadable_order": 1}
    assert shop.rows("SELECT tie FROM events WHERE event_id = 'e3'") == [(9,)]


def test_combinations_of_empty_attributes_keep_only_what_is_filled(shop: Shop) -> None:
    rows = [f"e{n},2026-03-01,visit,C1,{a},{b},{c}" for n, (a, b, c) in enumerate(
        (a, b, c) for a in ("", "1") for b in ("", "2") for c in ("", "3"))]  # fmt: skip
    shop.deliver("a.csv", "id,at,what,who,a,b,A\n" + "\n".join(rows))

    shop.take()

    for _, attributes in shop.rows("SELECT line, attributes FROM events"):
        assert all(attributes.values())
    assert shop.rows("SELECT sum(cardinality(attributes)) FROM events") == [(12,)]
