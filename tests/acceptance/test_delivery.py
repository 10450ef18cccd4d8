"""However rows are delivered - cut up, overlapping, late, repeated, in any order - the tables are the same bytes."""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from schemas.tables import TABLES

if TYPE_CHECKING:
    from tests.conftest import Terreng

# How rows were delivered, and when; all else is what they say.
OF_THE_DELIVERY = {"files", "runs", "rejected_rows", "source_states", "source_columns"}
COLUMNS_OF_THE_DELIVERY = {"ingested_at", "file_id", "line", "event_key", "id_key", "row_no", "first_seen_run"}
START = datetime(2026, 3, 1, tzinfo=UTC)
SETTINGS = """[workspace]
name = "Deliveries"
timezone = "Europe/Oslo"
[[sources]]
name = "shop"
kind = "table"
path = "in/shop/*"
[sources.columns]
event_id = "id"
occurred_at = "at"
activity = "what"
version = "changed"
identities = {customer_id = "who", email = "mail"}
[[sources]]
name = "web"
kind = "table"
path = "in/web/*"
columns = {occurred_at = "at", activity = "page", identities = {customer_id = "who", cookie = "cookie"}}
[[sources]]
name = "links"
kind = "table"
path = "in/links/*"
columns = {identities = {customer_id = "who", cookie = "cookie", phone = "phone"}}
[[sources]]
name = "crm"
kind = "desk"
path = "in/crm/*"
"""
CONNECTOR = """title = "Desk"
[ids]
ticket = "record"
customer_id = "person"
email = "email"
[[tables]]
name = "ticket"
files = ["ticket*"]
columns = ["id", "created", "solved", "status", "customer", "mail", "updated"]
version = "updated"
identities = {ticket = "id", customer_id = "customer", email = "mail"}
attributes = {ticket_status = "status"}
[[tables.events]]
key = "created"
activity = "ticket.created"
occurred_at = "created"
event_id = {template = "{id}"}
[[tables.events]]
key = "solved"
activity = "ticket.solved"
occurred_at = "solved"
when_empty = "skip"
event_id = {template = "{id}"}
[[tables]]
name = "contact"
files = ["contact*"]
columns = ["customer", "mail"]
identities = {customer_id = "customer", email = "mail"}
attributes = {}
"""
MAP = """journey: become_customer
title: Become a customer
version: 1
owner: {business: Sales}
customer_goal: Get what I came for
journey_is:
  per: person
  opens_with: visit
  goal: order
  horizon: 20d
  patience: {default: PATIENCE}
flow:
  - phase: Decide
    steps: [visit, signup]
  - phase: Use
    steps: [order]
touchpoints:
  visit: {title: Visit, when: {source: shop, activity: visit}}
  signup: {title: Sign up, promise: {next: order, within: 2d}, when: {source: shop, activity: signup}}
  order: {title: Order, when: {source: shop, activity: order}}
off_map:
  ticket: {title: Ticket, when: {source: crm, activity: ticket.created}}
"""
Row = tuple[str, ...]
HEADS: dict[str, Row] = {
    "shop/a": ("id", "at", "what", "who", "mail", "changed", "region", "amount"),
    "web/a": ("at", "page", "who", "cookie", "referrer"),
    "links/a": ("who", "cookie", "phone"),
    "crm/ticket": ("id", "created", "solved", "status", "customer", "mail", "updated"),
    "crm/contact": ("customer", "mail"),
}


def at(minutes: int) -> str:
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class World:
    """Distinct rows of some people, drawn with a seed; events have versions, and some of those share an instant."""

    rng: random.Random
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in HEADS})

    def fill(self, people_n: int) -> World:
        for person in range(people_n):
            self._person(f"C{person:03d}", self.rng.randrange(40_000))
        self.rows = {name: list(dict.fromkeys(rows)) for name, rows in self.rows.items()}
        return self

    def _person(self, who: str, minute: int) -> None:
        mail, cookie = self.rng.choice(["", f"{who}@x.no", "info@x.no"]), f"k{self.rng.randrange(80)}"
        for place, what in enumerate(["visit", "signup", "order"][: self.rng.randrange(1, 4)]):
            minute += self.rng.randrange(1, 4_000)
            self._versions("shop/a", (f"{who}-{place}", at(minute), what, who, mail), minute)
            self.rows["web/a"].append(
                (at(minute - self.rng.randrange(9)), "/" + what, who if place else "", cookie, "")
            )
        self.rows["links/a"].append((who, cookie, self.rng.choice(["", f"+47 900 00 {who[1:]}"])))
        self.rows["crm/contact"].append((who, mail or f"{who}@y.no"))
        if self.rng.random() < 0.6:
            self._ticket(who, mail, minute)

    def _versions(self, name: str, row: Row, minute: int) -> None:
        for version in range(self.rng.choice([1, 1, 2, 3])):
            changed = self.rng.choice(["", at(minute + version)])
            mail = self.rng.choice([row[4], row[4], f"new{row[3]}@x.no"])
            moved = at(minute + self.rng.choice([0, 0, 30]))
            self.rows[name].append((row[0], moved, *row[2:4], mail, changed, "north", str(version)))

    def _ticket(self, who: str, mail: str, minute: int) -> None:
        for version in range(self.rng.randrange(1, 4)):
            solved = at(minute + 90 + version) if version else ""
            status, updated = ("solved" if version else "open"), at(minute + 60 * version)
            self.rows["crm/ticket"].append((f"T{who}", at(minute), solved, status, who, mail, updated))


def written(head: Row, rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    return text.getvalue().encode()


def make(folder: Path, patience: str = "learned") -> Path:
    (folder / "maps").mkdir(parents=True)
    (folder / "connectors").mkdir()
    for name in HEADS:
        (folder / "in" / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / "terreng.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "connectors" / "desk.toml").write_text(CONNECTOR, encoding="utf-8")
    (folder / "maps" / "map.yaml").write_text(MAP.replace("PATIENCE", patience), encoding="utf-8")
    return folder


def deliver_at_once(folder: Path, rows: dict[str, list[Row]]) -> None:
    for name, head in HEADS.items():
        (folder / "in" / f"{name}.csv").write_bytes(written(head, rows[name]))


def deliver_in_pieces(folder: Path, rows: dict[str, list[Row]], rng: random.Random, terreng: Terreng) -> None:
    """Cut up, overlapping, repeated and in any order, over three runs; some files grow, some are packed."""
    pieces = [(name, piece) for name in HEADS for piece in _pieces(rows[name], rng)]
    rng.shuffle(pieces)
    for start in range(0, len(pieces), len(pieces) // 3 + 1):
        for number, (name, piece) in enumerate(pieces[start : start + len(pieces) // 3 + 1], start=start):
            content = written(HEADS[name], piece)
            path = folder / "in" / f"{name}{rng.randrange(10)}_{number}.csv"
            if rng.random() < 0.3:
                path, content = path.with_suffix(".csv.gz"), gzip.compress(content, mtime=0)
            path.write_bytes(content)
        for name, head in HEADS.items():  # a source without a file is a mistake, not an empty source
            (folder / "in" / f"{name}.csv").write_bytes(written(head, []))
        assert terreng("ingest", "--workspace", folder).code == 0


def _pieces(rows: list[Row], rng: random.Random) -> list[list[Row]]:
    mixed = rng.sample(rows, len(rows))
    cuts = sorted(rng.sample(range(1, len(rows)), 4))
    pieces = [mixed[start:end] for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    pieces += [rng.choices(rows, k=len(rows) // 2)]  # an overlap, with doubles in itself
    pieces += [rng.sample(rows, len(rows))]  # everything once more
    return [rng.sample(piece, len(piece)) for piece in pieces]


def exported(folder: Path, terreng: Terreng, *more: str) -> dict[str, bytes]:
    """Every published table as the CSV that is exported, without what tells of the delivery."""
    answer = terreng("run", "--workspace", folder, *more)
    assert answer.code == 0, answer.err
    assert terreng("export", "--format", "csv", "--workspace", folder, "--to", folder / "out").code == 0
    found = {}
    for name in sorted(set(TABLES) - OF_THE_DELIVERY):
        frame = pl.read_csv(folder / "out" / f"{name}.csv", infer_schema=False)
        found[name] = frame.drop(COLUMNS_OF_THE_DELIVERY, strict=False).write_csv().encode()
    return found


@pytest.fixture(autouse=True)
def _one_salt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERRENG_SALT", "0123456789abcdef0123456789abcdef")


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))])
def test_every_delivery_of_the_same_rows_gives_the_same_bytes(terreng: Terreng, tmp_path: Path, seed: int) -> None:
    world = World(random.Random(seed)).fill(60)  # noqa: S311 -- rows for a test, no secret
    clean, pieces = make(tmp_path / "clean"), make(tmp_path / "pieces")
    deliver_at_once(clean, world.rows)
    deliver_in_pieces(pieces, world.rows, random.Random(seed), terreng)  # noqa: S311 -- the same

    expected, found = exported(clean, terreng), exported(pieces, terreng)

    assert [name for name in expected if expected[name] != found[name]] == []
    assert len(expected["journeys"].splitlines()) > 100
    assert b"solved" in expected["events"]


def test_late_events_change_the_journeys_of_those_whom_they_touch_and_no_others(
    terreng: Terreng, tmp_path: Path
) -> None:
    world = World(random.Random(4)).fill(60)  # noqa: S311 -- the same
    folder = make(tmp_path / "late", patience="4d")
    late = [row for row in world.rows["shop/a"] if row[3] in {"C003", "C017", "C031"} and row[2] != "visit"]
    early = [row for row in world.rows["shop/a"] if row not in late]
    as_of = ("--as-of", "2026-05-15T00:00:00Z")
    deliver_at_once(folder, world.rows | {"shop/a": early})
    before = exported(folder, terreng, *as_of)
    (folder / "in" / "shop" / "late.csv").write_bytes(written(HEADS["shop/a"], late))

    after = exported(folder, terreng, *as_of)

    ids = pl.read_csv(after["events"], infer_schema=False).filter(pl.col("event_id").is_in([row[0] for row in late]))
    people = pl.read_csv(after["persons"], infer_schema=False)
    keys = ids["ids"].str.extract(r'"customer_id":"(\w+)"').unique()
    touched = set(people.filter(pl.col("id").is_in(keys))["person_id"])
    changed = set(before["journeys"].splitlines()) ^ set(after["journeys"].splitlines())
    frame = pl.concat(pl.read_csv(each["journeys"], infer_schema=False) for each in (before, after))
    persons = {line.split(b",")[list(frame.columns).index("person_id")].decode() for line in changed}
    assert len(late) > 3
    assert persons
    assert persons <= touched
    clean = make(tmp_path / "clean", patience="4d")
    deliver_at_once(clean, world.rows)
    expected = exported(clean, terreng, *as_of)
    assert [name for name in expected if name != "findings" and expected[name] != after[name]] == []
