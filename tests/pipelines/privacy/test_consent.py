"""Who said no stays out of every journey, and comes back when she says yes again."""

from __future__ import annotations

import pytest

from pipelines import warehouse
from pipelines.settings import Settings
from tests.conftest import Terreng

CONSENTS = """
[[sources]]
name = "consents"
kind = "table"
path = "exports/consents/*.csv"
[sources.columns]
identities = {customer_id = "customer", email = "mail"}
version = "told_at"
consent = {column = "says", granted = ["yes*"]}
"""


def say(settings: Settings, name: str, *rows: str) -> None:
    folder = settings.root / "exports" / "consents"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("customer,mail,told_at,says\n" + "\n".join(rows) + "\n", encoding="utf-8")


@pytest.fixture
def asked(shop: Settings) -> Settings:
    path = shop.root / "terreng.toml"
    path.write_text(path.read_text(encoding="utf-8") + CONSENTS, encoding="utf-8")
    say(shop, "a.csv", "C0007X,kari7@example.com,2026-03-01,no", "C0003Y,per3@example.com,2026-03-01,yes please")
    return shop


def journeys(settings: Settings) -> dict[str, int]:
    with warehouse.reader(settings) as con:
        return dict(con.sql("SELECT rule, count(*) FROM journeys GROUP BY rule ORDER BY rule").fetchall())


def withdrawn(settings: Settings) -> list[tuple[object, ...]]:
    with warehouse.reader(settings) as con:
        return con.sql("SELECT rule, persons_n, events_n FROM withdrawals ORDER BY rule").fetchall()


def test_she_is_in_no_journey_under_any_rule(asked: Settings, terreng: Terreng) -> None:
    answer = terreng("run", "-w", asked.root)
    assert answer.code == 0, answer.err
    assert journeys(asked) == {"default": 39, "loose": 39, "strict": 39}
    assert withdrawn(asked) == [("default", 1, 3), ("loose", 1, 3), ("strict", 2, 3)], (
        "no verified link joins her two ids"
    )
    with warehouse.reader(asked) as con:
        assert con.sql("SELECT count(*) FROM events WHERE line BETWEEN 23 AND 25").fetchall() == [(3,)]


def test_the_latest_word_counts_whatever_the_order_of_delivery(asked: Settings, terreng: Terreng) -> None:
    say(asked, "b.csv", "C0007X,kari7@example.com,2026-04-01,yes")
    say(asked, "c.csv", "C0003Y,per3@example.com,2026-05-01,no", "C0004Y,per4@example.com,,no")
    say(asked, "d.csv", "C0003Y,per3@example.com,2026-02-01,yes")
    assert terreng("run", "-w", asked.root).code == 0
    assert journeys(asked)["default"] == 38
    with warehouse.writer(asked) as con:
        out = "SELECT DISTINCT value FROM identifiers JOIN withdrawn_ids USING (id_key) ORDER BY value"
        assert con.sql(out).fetchall() == [("C0003Y",), ("C0004Y",), ("per3@example.com",), ("per4@example.com",)]


def test_of_two_words_at_one_time_no_counts(asked: Settings, terreng: Terreng) -> None:
    say(asked, "b.csv", "C0007X,kari7@example.com,2026-03-01,yes")
    assert terreng("run", "-w", asked.root).code == 0
    assert journeys(asked)["default"] == 39


def test_who_is_erased_leaves_no_word_of_hers(asked: Settings, terreng: Terreng) -> None:
    assert terreng("run", "-w", asked.root).code == 0
    answer = terreng("erase", "email=kari7@example.com", "--yes", "-w", asked.root)
    assert answer.code == 0, answer.err
    assert "exports/consents/a.csv" in answer.out
    with warehouse.writer(asked) as con:
        assert con.sql("SELECT count(*) FROM consents WHERE NOT is_granted").fetchall() == [(0,)]
        assert con.sql("SELECT count(*) FROM linked_rows").fetchall() == [(1,)]
    assert withdrawn(asked) == []
    with warehouse.reader(asked) as con:
        ((accepted, dropped),) = con.sql(
            "SELECT accepted_n, dropped['erased'] FROM files WHERE source = 'consents'"
        ).fetchall()
    assert (accepted, dropped) == (1, 1)
