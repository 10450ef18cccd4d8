"""Signs of effort: loops, pages and channels to and fro, errors, clicks in vain, contacts and low scores."""

from __future__ import annotations

from models.event_words import kinds_of_events
from models.rules import quoted
from pipelines.compare.signals.contacts import contact_marks
from pipelines.engine import Engine
from pipelines.study import Study

PAGE = ("page_path", "page", "path", "url", "screen")
"""Attributes that say where in a website or app an event was, the first that is there; connectors fill the first."""
ELEMENT = ("element_id", "element", "selector", "link_id", "link_text")
REASON = ("contact_reason", "reason", "topic", "category", "type", "Type")
"""Attributes that say why somebody contacted us. Without any of them the touchpoint or activity is the reason."""


def find_effort(engine: Engine, study: Study) -> None:
    """Make `effort_marks` of one study, and `asked_for_help`.

    Args:
        engine: The warehouse; it uses the study's schema, in which `stages`, `early_logs` and `experience_answers` are.
        study: One version of a map.
    """
    names = engine.frame("SELECT DISTINCT activity, coalesce(channel, '') AS channel FROM main.events ORDER BY 1, 2")
    engine.put("event_kinds", kinds_of_events(names.rows()))
    values = {"page": _first_of(PAGE), "element": _first_of(ELEMENT), "reason": _first_of(REASON), **study.values}
    for model in ("customer_steps", "backtracks", "clicks_in_vain", "loops", "channel_moves", "contact_steps"):
        engine.hold(f"staging/{model}", values)
    engine.put("contact_marks", contact_marks(engine, study))
    engine.create("staging/asked_for_help")
    engine.hold("staging/effort_marks")
    engine.drop(
        "event_kinds", "customer_steps", "backtracks", "clicks_in_vain", "loops", "channel_moves", "contact_steps"
    )
    engine.drop("contact_marks")


def _first_of(attributes: tuple[str, ...]) -> str:
    """SQL: the first of some attributes of an event `e` that it has."""
    return f"coalesce({', '.join(f'e.attributes[{quoted(name)}]' for name in attributes)})"
