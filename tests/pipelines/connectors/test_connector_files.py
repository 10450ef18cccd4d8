"""Connector files: the built-in ones hold, and mistakes in a workspace's own are told with file, line and hint."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.connectors import connector_names, load_connector, tables_of
from pipelines.settings import Settings, Source, load_settings
from pipelines.settings.tables import TableMapping
from pipelines.settings.words import Constant, Mapped, Template
from schemas.errors import SettingsError

DESK = """title = "Desk"
[ids]
ticket = "record"
user = "person"
[[tables]]
name = "ticket"
files = ["ticket*"]
columns = ["id", "created_at"]
[tables.aliases]
created_at = ["created"]
[tables.identities]
ticket = "id"
user = "requester_id"
[[tables.events]]
key = "created"
activity = "ticket.created"
occurred_at = "created_at"
event_id = {template = "{id}"}
channel = {column = "via", values = {voice = "phone"}}
[[tables.events]]
key = "solved"
activity = "ticket.solved"
occurred_at = "solved_at"
when_empty = "skip"
[tables.attributes]
via = "via"
"""


@pytest.mark.parametrize("name", connector_names())
def test_a_built_in_connector_holds(name: str) -> None:
    assert load_connector(name).title


def own(folder: Path, text: str, name: str = "desk") -> Path:
    (folder / "connectors").mkdir(exist_ok=True)
    (folder / "connectors" / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def workspace(folder: Path, source: str) -> Settings:
    text = f'[workspace]\nname = "x"\n[[sources]]\nname = "help"\nkind = "desk"\npath = "*.csv"\n{source}'
    (own(folder, DESK) / "terreng.toml").write_text(text, encoding="utf-8")
    return load_settings(folder)


def table_of(folder: Path, source: str) -> TableMapping:
    settings = workspace(folder, source)
    return tables_of(settings, settings.sources[0])[0]


def test_a_plain_text_is_literal_where_words_are_told_and_a_column_where_values_are(tmp_path: Path) -> None:
    table = load_connector("desk", own(tmp_path, DESK)).tables[0]
    created = table.events[0]
    assert (created.activity, created.event_id) == (Constant(value="ticket.created"), Template(template="{id}"))
    assert table.identities == {"ticket": Mapped(column="id"), "user": Mapped(column="requester_id")}
    assert table.attributes == {"via": Mapped(column="via")}


def test_a_connector_of_the_workspace_goes_before_a_built_in_one(tmp_path: Path) -> None:
    for name in connector_names():
        own(tmp_path, DESK, name)
        assert load_connector(name, tmp_path).title == "Desk"


def test_a_second_name_for_a_connector_has_its_tables(tmp_path: Path) -> None:
    own(own(tmp_path, DESK), 'title = "Table"\nsame_as = "desk"\n', "bench")
    found = load_connector("bench", tmp_path)
    assert (found.title, found.tables) == ("Table", load_connector("desk", tmp_path).tables)


def test_two_connectors_that_are_the_same_as_each_other_are_refused(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a"), ("c", "c")):
        own(tmp_path, f'title = "X"\nsame_as = "{other}"\n', name)
    for name in ("a", "c"):
        with pytest.raises(SettingsError, match="no tables itself"):
            load_connector(name, tmp_path)


@pytest.mark.parametrize(
    ("wrong", "right", "got", "line"),
    [
        ("activity = ", "activty = ", "unknown key 'activty'", 16),
        ('key = "solved"', 'key = "created"', "several events with key 'created'", 5),
        ('user = "person"', 'user = "human"', "ids.user", 4),
        ('user = "person"', "", "an id type 'user' that [ids] does not tell", 0),
        ('[tables.attributes]\nvia = "via"\n', "", "no [tables.attributes]", 0),
        ('via = "via"', 'who = "requester_id"', "'who', which is an identity", 5),
        ('occurred_at = "solved_at"', 'occurred_at = {format = "%Y"}', "a time needs a column, or sql", 0),
        (
            'name = "ticket"',
            'name = "ticket"\nlookups = [{table = "x", key = "a", on = "b", take = {c = "d"}}]',
            "looks up 'x'",
            0,
        ),
        ("title =", "title", "this is no TOML", 0),
    ],
)
def test_a_mistake_is_told_with_its_place(wrong: str, right: str, got: str, line: int, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_connector("desk", own(tmp_path, DESK.replace(wrong, right)))
    assert got in caught.value.got
    assert caught.value.file == "connectors/desk.toml"
    if line:
        assert caught.value.line == line


def test_a_source_adds_to_a_table(tmp_path: Path) -> None:
    table = table_of(
        tmp_path,
        '[sources.ids]\nuser = "customer_id"\n[sources.tables.ticket]\nfiles = "Sak*"\nattributes = ["region"]\n'
        'skip_events = "solved"\nidentities = {email = "mail"}\n[[sources.tables.ticket.drop]]\nreason = "test"\n'
        'where = {mail = "*@x"}\n',
    )
    assert table.files == ("Sak*", "ticket*")
    assert tuple(table.identities) == ("ticket", "customer_id", "email")
    assert table.attributes == {"via": Mapped(column="via"), "region": Mapped(column="region")}
    assert [event.key for event in table.events] == ["created"]
    assert [rule.reason for rule in table.drop] == ["test"]
    assert table.wanted == ("mail", "region")


@pytest.mark.parametrize(
    ("source", "got"),
    [
        ('skip_tables = "tickets"', "desk has no table 'tickets'"),
        ("[sources.tables.tickets]", "desk has no table 'tickets'"),
        ('[sources.tables.ticket]\nskip_events = "closed"', "table 'ticket' has no event 'closed'"),
        ('ids = {cookie = "x"}', "desk has no id type 'cookie'"),
        ('[sources.tables.ticket]\nattributes = {who = "requester_id"}', "'who', which is an identity"),
    ],
)
def test_a_source_that_adds_to_what_is_not_there_is_refused(source: str, got: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        workspace(tmp_path, source)
    assert got in caught.value.got


def test_a_table_like_another_says_what_is_different_in_it(tmp_path: Path) -> None:
    more = '[[tables]]\nname = "old"\nlike = "ticket"\nfiles = []\ncolumns = ["id", "created_at", "archived"]\n'
    ticket, old = load_connector("desk", own(tmp_path, DESK + more)).tables
    assert (old.files, old.columns) == ((), ("id", "created_at", "archived"))
    assert (old.events, old.identities, old.aliases) == (ticket.events, ticket.identities, ticket.aliases)


def test_a_table_like_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_connector("desk", own(tmp_path, DESK + '[[tables]]\nname = "old"\nlike = "tickets"\n'))
    assert caught.value.got == "table 'old' is like 'tickets'"


def test_an_unknown_kind_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    (own(tmp_path, DESK) / "terreng.toml").write_text(
        '[workspace]\nname = "x"\n[[sources]]\nname = "y"\nkind = "desks"\npath = "z"\n', encoding="utf-8"
    )
    with pytest.raises(SettingsError, match="no kind of source") as caught:
        load_settings(tmp_path)
    assert "desk" in caught.value.wanted


def test_tables_belong_to_connectors_only() -> None:
    with pytest.raises(ValueError, match="they are a connector's"):
        Source(name="x", kind="xes", path=("x",), skip_tables=("y",))
