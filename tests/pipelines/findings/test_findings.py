"""Findings from published rows: what is one, in which order, in which words, and what became of it since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.findings import write_findings
from tests.pipelines.findings.conftest import MAP

if TYPE_CHECKING:
    from pipelines.engine import DuckDBEngine
    from schemas.journey_map import JourneyMap
    from tests.pipelines.findings.conftest import Fill, MakeMap

AS_OF = datetime(2026, 5, 1, tzinfo=UTC)


def friction(touchpoint: str = "card", signal: str = "failed", lost: float = 41.2, **more: Any) -> dict[str, object]:
    return {
        "journey": "buy",
        "touchpoint": touchpoint,
        "signal": signal,
        "reached_n": 1_000,
        "exposed_n": 300,
        "effective_n": 300.0,
        "effect": 0.2,
        "effect_low": 0.15,
        "effect_high": 0.25,
        "lost_per_month": lost * 1.1,
        "lost_shrunk": lost,
        "lost_low": lost * 0.7,
        "lost_high": lost * 1.3,
        "value": lost * 2_000,
        "value_low": lost * 1_400,
        "value_high": lost * 2_600,
        "verdict": "friction",
        "evidence_grade": "B",
        **more,
    }


def rate(touchpoint: str = "card", kind: str = "failed", n: int = 312) -> dict[str, object]:
    of = {"journeys_n": n, "occurrences_n": n, "opportunities_n": 1_000}
    name = "block" if " | " in touchpoint else "touchpoint"
    return {
        "journey": "buy",
        name: touchpoint,
        "kind": kind,
        **of,
        "rate": n / 1_000,
        "rate_low": 0.2,
        "rate_high": 0.4,
    }


@pytest.fixture
def found(engine: DuckDBEngine, make_map: MakeMap) -> Any:
    """Writes the findings as of some days later, and gives columns of them in order."""

    def write(columns: str, days: int = 0, plan: JourneyMap | None = None) -> list[tuple[Any, ...]]:
        write_findings(engine, [plan or make_map()], AS_OF + timedelta(days=days))
        return engine.connection.sql(f"SELECT {columns} FROM findings ORDER BY rank").fetchall()

    return write


def test_a_friction_tells_customers_and_money_a_month_with_intervals_and_no_cause(fill: Fill, found: Any) -> None:
    fill("frictions", friction())
    fill("deviation_rates", rate())
    ((headline, owner, journeys_n, lost, value, grade),) = found(
        "headline, owner, journeys_n, lost_shrunk, value, evidence_grade"
    )
    assert headline == (
        "Pay by card fails in 312 journeys, associated with 41 customers (29 to 54) lost a month,"
        " worth NOK 82,400 (57,700 to 107,000)"
    )
    assert (owner, journeys_n, lost, value, grade) == ("Billing", 312, 41.2, 82_400.0, "B")
    assert "because" not in headline


def test_a_map_without_a_value_tells_customers_alone(fill: Fill, found: Any, make_map: MakeMap) -> None:
    fill("frictions", friction("card | invoice", "missing", 1.04, value=None, value_low=None, value_high=None))
    text = "\n".join(line for line in MAP.splitlines() if not line.startswith("value"))
    ((headline, value),) = found("headline, value", plan=make_map(text))
    assert headline == (
        "300 journeys skip Pay by card or Pay by invoice, associated with 1.0 customers (0.7 to 1.4) lost a month"
    )
    assert value is None


def test_frictions_come_by_their_cost_then_drop_off_then_what_nobody_could_judge(fill: Fill, found: Any) -> None:
    fill(
        "frictions",
        friction("visit", "loop", 3.0),
        friction("card", lost=9.0),
        friction("order", "late", 99.0, verdict="variation"),
        friction("deliver", "repeated", -50.0, verdict="helpful"),
        friction("card", "overdue", verdict="refused", lost_shrunk=None),
        friction("visit", "rage_click", 70.0, evidence_grade="C"),
        {"journey": "buy", "touchpoint": None, "signal": "all_fixed", "verdict": "friction", "lost_shrunk": 500.0},
    )
    kinds = (("card", "failed"), ("order", "late"), ("deliver", "repeated"), ("card", "overdue"), ("chat", "ad_hoc"))
    fill("deviation_rates", *(rate(place, kind, 40) for place, kind in kinds))
    fill("touchpoint_outcomes", *_outcomes("order", "card"))
    fill("touchpoint_states", *_states(order=20, card=30))
    assert found("touchpoint, signal, value IS NULL") == [
        ("card", "failed", False),
        ("visit", "loop", False),
        ("card", "drop_off", True),
        ("order", "drop_off", True),
        ("chat", "ad_hoc", True),
        ("card", "overdue", True),
    ]


def _outcomes(*places: str) -> list[dict[str, object]]:
    shares = {"followed_n": 200, "hazard": 0.1, "exit_hazard": 0.0}
    return [{"journey": "buy", "touchpoint": place, **shares} for place in places]


def _states(**left: int) -> list[dict[str, object]]:
    return [{"journey": "buy", "touchpoint": place, "left_here_n": n} for place, n in left.items()]


def test_a_drop_off_is_told_with_the_share_that_leaves(fill: Fill, found: Any) -> None:
    fill("touchpoint_outcomes", *_outcomes("order"))
    fill("touchpoint_states", *_states(order=20))
    ((headline, rate, low, high, effect),) = found("headline, rate, rate_low, rate_high, effect")
    assert (headline, rate, effect) == ("20 journeys end after Order", 0.1, None)
    assert (round(low, 3), round(high, 3)) == (0.066, 0.149)  # Wilson of 20 in 200


def test_fewer_than_five_journeys_are_no_finding(fill: Fill, found: Any) -> None:
    fill("frictions", friction(exposed_n=4))
    fill("deviation_rates", rate("visit", "missing", 4))
    assert found("finding_id") == []


@pytest.mark.parametrize(
    ("effect", "state"),
    [((0.2, 0.15, 0.25), "persists"), ((0.35, 0.24, 0.4), "persists"), ((0.35, 0.26, 0.45), "worse")],
)
def test_a_friction_is_worse_when_its_effect_lies_beyond_that_of_before(
    fill: Fill, found: Any, effect: tuple[float, float, float], state: str
) -> None:
    fill("frictions", friction())
    assert found("state") == [("new",)]
    fill("frictions", friction() | dict(zip(("effect", "effect_low", "effect_high"), effect, strict=True)))
    assert found("state", days=7) == [(state,)]
    assert found("state", days=7) == [(state,)], "a repeated run gives the same"


def test_a_friction_that_is_not_told_apart_any_more_is_not_called_fixed(fill: Fill, found: Any) -> None:
    fill("frictions", friction(signal="loop"))
    found("state")
    unsure: dict[str, Any] = {"verdict": "variation", "effect": 0.1, "effect_low": -0.1, "effect_high": 0.3}
    fill("frictions", friction(signal="loop", **unsure))
    ((state, headline, value),) = found("state, headline, value", days=7)
    assert (state, value) == ("persists", None)
    assert headline == (
        "300 journeys go round in circles at Pay by card,"
        " once associated with lost customers, now not told apart from chance"
    )
    gone: dict[str, Any] = {"verdict": "variation", "effect": 0.0, "effect_low": -0.1, "effect_high": 0.1}
    fill("frictions", friction(signal="loop", **gone))
    assert found("state", days=14) == [("fixed",)]
    fill("frictions", friction(signal="loop"))
    assert found("state", days=21) == [("returned",)]


def test_a_variation_that_never_was_a_friction_is_no_finding(fill: Fill, found: Any) -> None:
    fill("frictions", friction(verdict="variation", effect=0.1, effect_low=-0.1, effect_high=0.3))
    fill("deviation_rates", rate())
    assert found("state") == []


def test_contacts_again_are_one_finding_whichever_window_leads(fill: Fill, found: Any) -> None:
    fill("frictions", friction(signal="repeat_contact_3d"), friction(signal="repeat_contact_7d", lost=50.0))
    ((first, signal),) = found("finding_id, signal")
    fill("frictions", friction(signal="repeat_contact_3d"), friction(signal="repeat_contact_7d", lost=30.0))
    assert found("finding_id, signal, state", days=7) == [(first, "repeat_contact_3d", "persists")]
    assert signal == "repeat_contact_7d"


def test_a_history_from_before_effects_goes_on(engine: DuckDBEngine, fill: Fill, found: Any) -> None:
    engine.connection.execute(
        "CREATE TABLE main.finding_history (finding_id VARCHAR, as_of_us BIGINT, first_seen_run VARCHAR, state VARCHAR,"
        " journey VARCHAR, touchpoint VARCHAR, signal VARCHAR, headline VARCHAR, owner VARCHAR, rate DOUBLE,"
        " rate_low DOUBLE, rate_high DOUBLE)"
    )
    fill("frictions", friction())
    assert found("state") == [("new",)]


def test_frictions_get_their_place_in_the_list_where_to_start(engine: DuckDBEngine, fill: Fill, found: Any) -> None:
    fill("frictions", friction("visit", "loop", 3.0), friction(), friction("order", "late", verdict="variation"))
    found("state")
    places = engine.connection.sql("SELECT touchpoint, place FROM frictions ORDER BY touchpoint").fetchall()
    assert places == [("card", 1), ("order", None), ("visit", 2)]
