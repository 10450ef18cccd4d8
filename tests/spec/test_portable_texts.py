"""Every text that a run hands to its engine is one that another engine reads alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import duckdb
import polars as pl
import pytest
from sqlglot import exp

from pipelines.engine import NO_VALUES, DuckDBEngine, Values
from tests.portable_sql import problems, tree_of
from tests.spec.test_frictions import shop

World = Callable[..., object]

BUY = """
journey: buy
title: Buy
journey_is: {patience: {default: 4d}, horizon: 20d}
flow: [{phase: Buy, steps: [visit, {optional: pay}, {one_of: [ship, fetch]}, done]}]
anytime: [ask]
touchpoints:
  pay: {owner: Billing, channels: [web], promise: {next: ship, within: 1d, calendar: business}}
off_map: {letter: {}}
segments: {kind: kind}
value: {per_conversion: 100, currency: EUR}
experience: [{measure: nps, touchpoint: done}]
constraints: [{response: [visit, ask]}]
"""
MOVE = """
journey: move
title: Move
flow: [{phase: Move, steps: [visit, new_address, moved]}]
"""


@dataclass(frozen=True)
class Listening(DuckDBEngine):
    """DuckDB, remembering what it was asked.

    Attributes:
        made: Texts for tables and conditions.
        framed: Texts whose rows came home.
    """

    made: dict[str, None] = field(default_factory=dict)
    framed: dict[str, None] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return DuckDBEngine(self.connection).has(name)

    def create(self, model: str, values: Values = NO_VALUES, name: str = "") -> None:
        self.made.update({f"select ({text}) as x from t e": None for key, text in values.items() if key not in _NAMES})
        super().create(model, values, name)

    def derive(self, name: str, text: str) -> None:
        self.made[text] = None
        super().derive(name, text)

    def extend(self, name: str, text: str) -> None:
        self.made[text] = None
        super().extend(name, text)

    def restrict(self, name: str, condition: str) -> None:
        self.made[f"select a from t where {condition}"] = None
        super().restrict(name, condition)

    def show(self, name: str, text: str) -> None:
        self.made[text] = None
        super().show(name, text)

    def frame(self, text: str) -> pl.DataFrame:
        self.framed[text] = None
        return super().frame(text)

    def scalar(self, text: str) -> int:
        self.made[text] = None
        return super().scalar(text)


SEEN = {
    *("said_changes", "experience_answers", "timed_waits", "contact_steps", "passings", "customers", "stages"),
    *("differing_entities", "settled_errands", "signal_marks", "first_reached", "chances", "constraint_counts"),
}
"""Tables of which some are made only where a run finds much to tell."""
IN_ANY_ORDER = {
    **dict.fromkeys(("patience", "learned_patience", "unmapped_letters", "map_blocks", "unseen_departures"), "by key"),
    **dict.fromkeys(("studies", "journey_states", "traced_steps", "event_faults"), "a set"),
    **dict.fromkeys(
        ("first_reached", "stages", "signal_marks", "ledger_lines", "ledger_totals"), "put in order at home"
    ),
    **dict.fromkeys(("all_segment_values", "identity_nodes"), "joined at home"),
    **dict.fromkeys(("identity_typed", "identity_owned_events"), "put in order at home"),
}
"""Tables whose rows may come in any order, and what is done with them."""
_NAMES = ("ids", "pick", "ends", "hooks", "parts", "changes")
"""Values that are names of tables or functions."""


@pytest.fixture
def heard(world: World, monkeypatch: pytest.MonkeyPatch) -> Listening:
    """What a run asked: two maps over the same people, some of whom another rule of identity takes for one."""
    made: dict[str, None] = {}
    framed: dict[str, None] = {}
    resolve: Callable[..., None] = world.__globals__["resolve_persons"]

    def engine_of(connection: duckdb.DuckDBPyConnection, _: object) -> Listening:
        return Listening(connection, made=made, framed=framed)

    def joined_by_loose(connection: duckdb.DuckDBPyConnection, plan: object) -> None:
        resolve(connection, plan)
        connection.execute(
            "UPDATE person_keys SET person_key = first.person_key, person_id = first.person_id FROM identifiers mine"
            " JOIN identifiers other ON other.value = 't' || substr(mine.value, 2) JOIN person_keys first"
            " ON first.id_key = other.id_key AND first.rule = 'loose'"
            " WHERE person_keys.rule = 'loose' AND person_keys.id_key = mine.id_key AND mine.value LIKE 'u%'"
        )

    for room in ("identity", "reconstruct", "compare"):
        monkeypatch.setattr(f"pipelines.{room}.engine_of", engine_of)
    monkeypatch.setitem(world.__globals__, "resolve_persons", joined_by_loose)
    world([BUY, MOVE], "\n".join([shop(600), *_others()]), as_of="100")
    with duckdb.connect() as nothing:
        return Listening(nothing, made=made, framed=framed)


def _others() -> Iterator[str]:
    """People on the other errand, people with two ids, answers, questions, and activities of no map."""
    for n in range(20):
        yield f"m{n} {n} visit\nm{n} {n + 1} new_address\nm{n} {n + 2} moved"
        yield f"t{n} {n} visit kind=a\nu{n} {n + 0.3} pay kind=a channel=shop\nu{n} {n + 1} letter"
        yield f"a{n} {n} visit\na{n} {n + 0.5} ask reason=why\na{n} {n + 1} ship\na{n} {n + 2} done nps={n % 10}"
        yield f"s{n} {n} visit\ns{n} {n + 1} stranger"


def test_a_run_asks_its_engine_what_every_engine_understands_and_in_which_order_rows_come(heard: Listening) -> None:
    asked = (*heard.made, *heard.framed)
    tables = {table.name for text in asked for table in tree_of(text).find_all(exp.Table)}
    assert tables >= SEEN, "else this run asks too little to tell"

    assert {text: told for text in asked if (told := problems(text))} == {}
    assert [text for text in heard.framed if not _is_ordered(tree_of(text))] == []


def _is_ordered(tree: exp.Expr) -> bool:
    """Whether a query says in which order its rows come, or has but one, or any order will do."""
    from_ = tree.args.get("from_")
    is_one = isinstance(tree, exp.Select) and not tree.args.get("group")
    is_one = is_one and all(each.find(exp.AggFunc) for each in tree.expressions)
    return tree.args.get("order") is not None or is_one or (from_ is not None and from_.this.name in IN_ANY_ORDER)
