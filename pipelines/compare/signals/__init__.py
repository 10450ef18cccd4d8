"""Signs of trouble in journeys, each as it was known at that moment: the working tables `stages` and `signal_marks`."""

from __future__ import annotations

import polars as pl

from models.evidence import GRADES
from pipelines.compare.signals.effort import find_effort
from pipelines.compare.signals.promises import promise_dues
from pipelines.engine import Engine
from pipelines.incremental import Since
from pipelines.study import Study


def find_signals(engine: Engine, study: Study, since: Since) -> None:
    """Make `stages`, `promise_dues` and `signal_marks` of one study.

    Args:
        engine: The warehouse; it uses the study's schema, in which departures, faults, waits and answers are.
        study: One version of a map.
        since: What of its last comparison stands.
    """
    engine.hold("staging/known_departures")
    since.create("staging/stages", study.values)
    engine.put("promise_dues", promise_dues(engine))
    find_effort(engine, study)
    engine.create("staging/signal_marks", study.values)
    engine.drop("known_departures", "effort_marks")


def publish_signals(engine: Engine, study: Study, since: Since) -> None:
    """Fill `journey_stages` and `journey_signals`, but for rows of the last comparison that stand."""
    engine.put(
        "signal_grades", pl.DataFrame({"signal": list(GRADES), "evidence_grade": list(map(str, GRADES.values()))})
    )
    since.append("marts/journey_stages", study.values)
    engine.append("marts/journey_signals", study.values)
