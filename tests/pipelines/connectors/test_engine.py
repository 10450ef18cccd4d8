"""What becomes of rows that go through a connector: several events of one row, links, labels, lists, and refusals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines import warehouse
from pipelines.ingest import SourceReport, ingest
from pipelines.settings import load_settings
from schemas.errors import SourceError

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HEAD = """title = "Desk"
[ids]
ticket = "record"
user = "person"
email = "email"
"""
TICKET = """
[[tables]]
name = "ticket"
files = ["ticket*"]
columns = ["id", "created_at"]
[tables.aliases]
created_at = ["created", "CreatedDate"]
[tables.identities]
ticket = "id"
user = "requester"
[[tables.events]]
key = "created"
activity = "ticket.created"
occurred_at = "created_at"
event_id = {template = "{id}"}
when_empty = "skip"
[[tables.events]]
key = "solved"
activity = "ticket.solved"
occurred_at = "solved_at"
event_id = {template = "{id}"}
when_empty = "skip"
where = {state = ["solved", "closed"]}
attributes = {by = "agent_group"}
[tables.attributes]
via = "via"
[[tables.drop]]
reason = "deleted"
where = {state = "deleted"}
"""


class Desk:
    """A workspace with one source of kind `desk`, whose connector a test writes."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.root, self.stack = root, stack
        self.con: Any = None

    def take(self, connector: str, more: str = "", **files: str) -> SourceReport:
        """Deliver files (`_csv` at the end of a name is its extension) and read them."""
        for name, text in {**files, "connectors/desk_toml": HEAD + connector}.items():
            path = self.root / ("exports/" if "/" not in name else "") / f"{name[::-1].replace('_', '.', 1)[::-1]}"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        source = f'[[sources]]\nname = "help"\nkind = "desk"\npath = "exports/*"\n{more}'
        (self.root / "terreng.toml").write_text(f'[workspace]\nname = "x"\n{source}', encoding="utf-8")
        settings = load_settings(self.root)
        if self.con is None:
            self.con = self.stack.enter_context(warehouse.writer(settings))
        return ingest(self.con, settings, NOW)[0]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return list(self.con.sql(query).fetchall())

    def events(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT event_id, activity, attributes FROM events ORDER BY 1")

    def links(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "SELECT l.value, r.value, sum(evidence_n)::INT FROM link_evidence JOIN identifiers l ON l.id_key = left_key"
            " JOIN identifiers r ON r.id_key = right_key GROUP BY ALL ORDER BY ALL"
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(tmp_path, stack)


def counts(report: SourceReport) -> tuple[int, ...]:
    return report.rows_n, report.accepted_n, report.duplicate_n, report.dropped_n, report.rejected_n


COLUMNS = "id,created_at,solved_at,state,requester,via,agent_group\n"


def test_a_row_gives_as_many_events_as_happened(desk: Desk) -> None:
    rows = (
        "1,2026-05-01,2026-05-02,solved,A,web,first\n"
        "2,2026-05-01,,open,B,phone,\n"
        "3,2026-05-01,2026-05-02,open,C,web,x\n"
    )
    assert counts(desk.take(TICKET, ticket_csv=COLUMNS + rows)) == (3, 3, 0, 0, 0)
    assert desk.events() == [
        ("ticket:created:1", "ticket.created", {"via": "web"}),
        ("ticket:created:2", "ticket.created", {"via": "phone"}),
        ("ticket:created:3", "ticket.created", {"via": "web"}),
        ("ticket:solved:1", "ticket.solved", {"via": "web", "by": "first"}),
    ]


def test_events_are_numbered_in_the_order_of_their_rows(desk: Desk) -> None:
    rows = "".join(f"{n},2026-05-01,2026-05-02,solved,A{n},web,\n" for n in range(500))

    desk.take(TICKET, ticket_csv=COLUMNS + rows)

    assert desk.rows("SELECT line, activity FROM events ORDER BY event_key") == [
        (n + 2, activity) for n in range(500) for activity in ("ticket.created", "ticket.solved")
    ]


def test_a_row_has_one_fate(desk: Desk) -> None:
    """Ticket 1 has one good event and one that cannot be read: all of it is refused."""
    rows = (
        "1,2026-05-01,soon,solved,A,web,\n"  # refused
        "2,,,open,B,web,\n"  # no event, two ids: a link
        "3,,,open,,web,\n"  # no event, one id
        ",,,open,,web,\n"  # nothing
        "4,2026-05-01,,deleted,D,web,\n"
    )
    report = desk.take(TICKET, ticket_csv=COLUMNS + rows)
    assert counts(report) == (5, 1, 0, 3, 1)
    assert report.reasons == {"unreadable_timestamp": 1}
    assert desk.rows("SELECT dropped FROM files") == [({"deleted": 1, "no_event": 1, "single_id": 1},)]
    assert desk.events() == []
    assert desk.links() == [("2", "B", 1)]


def test_what_a_row_adds_later_is_taken_and_the_rest_is_known(desk: Desk) -> None:
    first, second = "1,2026-05-01,,open,A,web,\n", "1,2026-05-01,2026-05-02,solved,A,web,g\n"
    desk.take(TICKET, ticket_1_csv=COLUMNS + first)
    report = desk.take(TICKET, ticket_2_csv=COLUMNS + second)
    assert counts(report) == (2, 2, 0, 0, 0)
    assert [event[0] for event in desk.events()] == ["ticket:created:1", "ticket:solved:1"]
    assert counts(desk.take(TICKET, ticket_3_csv=COLUMNS + second + second)) == (4, 2, 2, 0, 0)


def test_links_do_not_depend_on_the_order_of_delivery(tmp_path: Path) -> None:
    first, second = "1,2026-05-01,,open,A,web,\n", "1,2026-05-01,2026-05-02,solved,A,web,g\n"
    found = []
    for name, texts in (("a", (first, second)), ("b", (second, first))):
        (tmp_path / name).mkdir()
        with ExitStack() as stack:
            made = Desk(tmp_path / name, stack)
            for place, text in enumerate(texts):
                made.take(TICKET, **{f"ticket_{place}_csv": COLUMNS + text})
            found.append((made.links(), [event[0] for event in made.events()]))
    assert found[0] == found[1]


@pytest.mark.parametrize("header", ["id,created", "ID,CreatedDate", "Id,CREATED_AT"])
def test_a_column_is_found_by_its_other_names_in_any_case(desk: Desk, header: str) -> None:
    assert counts(desk.take(TICKET, ticket_csv=f"{header}\n1,2026-05-01\n")) == (1, 1, 0, 0, 0)


def test_a_column_that_must_be_there_is_told_with_the_names_that_were_tried(desk: Desk) -> None:
    with pytest.raises(SourceError) as caught:
        desk.take(TICKET, ticket_csv="id,made\n1,2026-05-01\n")
    assert "'created_at' (nor 'created', 'CreatedDate')" in caught.value.got
    assert "connectors/desk.toml" in caught.value.hint


def test_a_file_is_known_by_its_columns_where_its_name_says_nothing(desk: Desk) -> None:
    report = desk.take(TICKET, export_csv="id,created_at\n1,2026-05-01\n", other_csv="a,b\n1,2\n")
    assert counts(report) == (1, 1, 0, 0, 0)
    assert [note for note in report.notes if "not used" in note] == [
        "exports/other.csv: not used: neither its name nor its columns (a, b) are those of a table of desk"
    ]
    assert desk.rows("SELECT paths[1], status FROM files ORDER BY 1") == [
        ("exports/export.csv", "loaded"),
        ("exports/other.csv", "not_used"),
    ]


def test_a_file_that_fits_two_tables_is_left_aside_and_told(desk: Desk) -> None:
    second = TICKET.replace('name = "ticket"', 'name = "case"').replace('["ticket*"]', '["case*"]')
    report = desk.take(TICKET + second, export_csv="id,created_at\n1,2026-05-01\n")
    assert counts(report) == (0, 0, 0, 0, 0)
    assert "fit several tables: ticket, case" in report.notes[0]


def test_the_more_telling_name_wins(desk: Desk) -> None:
    users = '\n[[tables]]\nname = "ticket_user"\nfiles = ["ticket_user*"]\ncolumns = ["id", "mail"]\nattributes = {}\n'
    users += 'identities = {user = "id", email = "mail"}\n'
    desk.take(TICKET + users, ticket_users_csv="id,mail\n7,A@B.no\n")
    assert desk.links() == [("7", "a@b.no", 1)]


NOTES = """
[[tables]]
name = "note"
files = ["note*"]
columns = ["id", "at", "stage"]
attributes = {label = "stage_label"}
identities = {ticket = "id"}
lookups = [{table = "stage", key = "stage_id", on = "stage", take = {stage_label = "label"}}]
[[tables.events]]
activity = {template = "stage.{stage_label}"}
occurred_at = "at"
event_id = {template = "{id}"}
[[tables]]
name = "stage"
role = "lookup"
files = ["stage*"]
columns = ["stage_id", "label"]
version = "changed"
"""


def test_labels_are_looked_up_and_new_labels_read_the_rows_again(desk: Desk) -> None:
    notes = "id,at,stage\n1,2026-05-01,s1\n2,2026-05-01,s2\n"
    report = desk.take(NOTES, note_csv=notes, stage_csv="stage_id,label\ns1,Won\n")
    assert report.reasons == {"missing_activity": 1}
    assert desk.events() == [("note:1", "stage.Won", {"label": "Won"})]

    desk.take(NOTES, stage_2_csv="stage_id,label,changed\ns2,Lost,2026-01-01\ns1,Closed,2026-02-01\n")
    assert desk.events() == [
        ("note:1", "stage.Closed", {"label": "Closed"}),
        ("note:2", "stage.Lost", {"label": "Lost"}),
    ]
    assert desk.rows("SELECT status, rows_n FROM files ORDER BY paths") == [("loaded", 2), ("lookup", 1), ("lookup", 2)]


VISIT = """
[[tables]]
name = "visit"
files = ["visit*"]
columns = ["visitor", "actions"]
explode = "actions"
attributes = {url = "actions.page.url", lang = "props.$lang"}
identities = {user = "visitor"}
[[tables.events]]
activity = {column = "actions.type"}
occurred_at = {column = "actions.at", unit = "s"}
event_id = {template = "{visitor}:{actions.at}"}
where = {"actions.type" = "*"}
"""


def test_each_element_of_a_list_is_a_row(desk: Desk) -> None:
    actions = '[{"type":"view","at":1780000000,"page":{"url":"/a"}},{"type":"buy","at":"1780000060"},{"at":1780000070}]'
    lines = (
        f'{{"visitor":"v","actions":{actions},"props":"{{\\"$lang\\":\\"no\\"}}"}}\n{{"visitor":"w","actions":[]}}\n'
    )
    report = desk.take(VISIT, visit_jsonl=lines)
    assert counts(report) == (4, 2, 0, 2, 0)
    assert desk.events() == [
        ("visit:v:1780000000", "view", {"lang": "no", "url": "/a"}),
        ("visit:v:1780000060", "buy", {"lang": "no"}),
    ]


def sql_table(sql: str) -> str:
    return TICKET.replace("[tables.attributes]", f"[tables.attributes]\nmade = {{sql = '''{sql}'''}}")


@pytest.mark.parametrize(
    ("sql", "made"),
    [
        ("upper(via) || '!'", "WEB!"),
        ("CAST(via AS INTEGER) + 1", None),  # fails on this row
        ("list_filter(string_split(via, 'e'), lambda p: p <> 'w')[1]", "b"),
        ("url_path('https://a.no/b?c=d')", "/b"),
        ("not_there", None),
    ],
)
def test_words_of_sql_are_about_the_row(desk: Desk, sql: str, made: str | None) -> None:
    desk.take(sql_table(sql), ticket_csv=COLUMNS + "1,2026-05-01,,open,A,web,\n")
    assert desk.events()[0][2].get("made") == made


@pytest.mark.parametrize("sql", ["upper(", "nosuch(via)", "1; DROP TABLE events", "line", "1, 2"])
def test_a_word_that_is_no_sql_is_told(desk: Desk, sql: str) -> None:
    with pytest.raises(SourceError, match="cannot be read") as caught:
        desk.take(sql_table(sql), ticket_csv=COLUMNS + "1,2026-05-01,,open,A,web,\n")
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("sql", ["(SELECT 1 FROM read_csv('other.csv'))", "via IN (SELECT value FROM identifiers)"])
def test_a_word_of_sql_sees_its_row_alone(desk: Desk, sql: str) -> None:
    with pytest.raises(SourceError, match="has a query in it"):
        desk.take(sql_table(sql), ticket_csv=COLUMNS + "1,2026-05-01,,open,A,web,\n")


def test_a_refused_row_shows_no_id_and_nothing_that_the_connector_does_not_know(desk: Desk) -> None:
    header, row = "id,created_at,requester,via,phone,note\n", "77,soon,Kari,per@post.no,123 45 678,secret\n"
    desk.take(TICKET, ticket_csv=header + row)
    assert desk.rows("SELECT raw FROM rejected_rows") == [("id=*** | created_at=soon | requester=*** | via=***",)]


def test_answers_become_numbers_and_those_out_of_range_are_refused(desk: Desk) -> None:
    rows = "1,2026-05-01,,open,A,9,\n2,2026-05-01,,open,B,11,\n3,2026-05-01,,open,C,,\n4,2026-05-01,,open,D,6.0,\n"
    report = desk.take(TICKET, '[sources.tables.ticket]\nscores = {nps = "via"}\n', ticket_csv=COLUMNS + rows)
    assert report.reasons == {"score_out_of_range": 1}
    told = [(event[2].get("nps"), event[2].get("nps_group")) for event in desk.events()]
    assert told == [("9", "promoter"), (None, None), ("6", "detractor")]


def test_rows_of_people_who_said_no_are_dropped(desk: Desk) -> None:
    rows = "1,2026-05-01,,open,A,yes,\n2,2026-05-01,,open,B,no,\n3,2026-05-01,,open,C,,\n"
    consent = '[sources.tables.ticket]\nconsent = {column = "via", granted = "yes"}\n'
    assert counts(desk.take(TICKET, consent, ticket_csv=COLUMNS + rows)) == (3, 2, 0, 1, 0)
    assert desk.rows("SELECT dropped FROM files") == [({"no_consent": 1},)]


@pytest.mark.parametrize(
    ("more", "ids"),
    [
        ('ids = {user = "customer_id"}', ["customer_id", "ticket"]),
        ('[sources.tables.ticket]\nidentities = {email = "via"}', ["email", "ticket", "user"]),
    ],
)
def test_a_source_names_ids_its_own_way(desk: Desk, more: str, ids: list[str]) -> None:
    desk.take(TICKET, more, ticket_csv=COLUMNS + "1,2026-05-01,,open,A,a@b.no,\n")
    assert desk.rows("SELECT list_sort(map_keys(ids)) FROM events") == [(ids,)]


def test_merged_ids_are_links_between_ids_of_one_type(desk: Desk) -> None:
    merged = TICKET.replace('ticket = "id"', 'ticket = ["id", {column = "via", split = ";"}]')
    desk.take(merged, ticket_csv=COLUMNS + '1,2026-05-01,,open,,"8; 9",\n')
    assert desk.links() == [("1", "8", 1), ("1", "9", 1), ("8", "9", 1)]
    assert desk.rows("SELECT map_keys(ids) FROM events") == [(["ticket"],)]


def test_a_file_without_a_header_is_known_by_its_width(desk: Desk) -> None:
    names = ["id", "created_at", "via", *(f"more_{place}" for place in range(9))]
    bare = TICKET.replace('columns = ["id", "created_at"]', f"read = {{header_rows = 0, names = {names}}}")
    bare = bare.replace('["ticket*"]', "[]")
    rest = "\tx" * 9
    report = desk.take(
        bare, x_tsv=f"1\t2026-05-01\tweb{rest}\n2\t2026-05-02\tapp{rest}\n", y_tsv="1\t2026-05-01\tweb\n"
    )
    assert [event[2] for event in desk.events()] == [{"via": "web"}, {"via": "app"}]
    assert [note for note in report.notes if "y.tsv: not used" in note]


def test_names_may_stand_in_a_file_beside(desk: Desk) -> None:
    bare = TICKET.replace('columns = ["id", "created_at"]', 'read = {names_from = "names.tsv"}')
    report = desk.take(bare, ticket_tsv="1\t2026-05-01\tweb\n", names_tsv="id\tcreated_at\tvia\n")
    assert [event[2] for event in desk.events()] == [{"via": "web"}]
    assert [note for note in report.notes if "names.tsv: not used" in note]


def test_a_changed_connector_reads_the_files_again(desk: Desk) -> None:
    text = COLUMNS + "1,2026-05-01,,open,A,web,\n"
    desk.take(TICKET, ticket_csv=text)
    desk.take(TICKET.replace("ticket.created", "case.opened"))
    assert [event[1] for event in desk.events()] == ["case.opened"]


def test_a_table_that_is_skipped_is_not_read(desk: Desk) -> None:
    users = '\n[[tables]]\nname = "user"\nfiles = ["user*"]\ncolumns = ["id", "mail"]\nattributes = {}\n'
    users += 'identities = {user = "id", email = "mail"}\n'
    report = desk.take(TICKET + users, 'skip_tables = "user"', user_csv="id,mail\n7,a@b.no\n")
    assert counts(report) == (0, 0, 0, 0, 0)
    assert desk.links() == []
