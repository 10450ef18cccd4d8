"""The tables of how journeys travel: through the phases, and to their ends over time. See `schemas.tables`."""

from __future__ import annotations

from schemas.table import INT, REAL, TEXT, TIME, Table, needed, nullable

JOURNEY_PHASES = Table(
    "journey_phases",
    "one row per journey and phase of the flow that it came to by its goal",
    (
        needed("journey", TEXT, "name of the map"),
        needed("journey_id", TEXT, "journey"),
        needed("phase", TEXT, "phase"),
        needed("place", INT, "place of the phase in the design, from 0"),
        needed("reached_at", TIME, "when it first reached one of its touchpoints"),
        needed(
            "way",
            TEXT,
            "see TravelWay: contacted us there beyond the design, else departed from the flow there, else as designed",
        ),
    ),
)

PHASE_FLOWS = Table(
    "phase_flows",
    "one row per journey, phase, how it was travelled, and what came after: the next phase, or the end",
    (
        needed("journey", TEXT, "name of the map"),
        nullable("from_phase", TEXT, "phase; null: the journey begins"),
        nullable("from_way", TEXT, "how it was travelled: see TravelWay; null: the journey begins"),
        nullable("to_phase", TEXT, "the next phase of the design that the journey came to, ever; null: none"),
        nullable("to_way", TEXT, "how that one was travelled; null: none"),
        nullable("end_status", TEXT, "status of the journeys for which from_phase is the furthest; null: they went on"),
        needed("journeys_n", INT, "journeys; what comes to a phase and way is what goes on or ends there"),
    ),
)

INCIDENCE_CURVES = Table(
    "incidence_curves",
    "one row per journey, touchpoint that begins one, segment and time since it was reached",
    (
        needed("journey", TEXT, "name of the map"),
        needed("touchpoint", TEXT, "touchpoint that begins a journey"),
        nullable("segment", TEXT, "name=value; null: all"),
        needed("horizon_d", REAL, "horizon in days; there the shares are those of touchpoint_outcomes"),
        needed("after_d", REAL, "days since it was reached, from 0 to the horizon"),
        needed("reached_n", INT, "journeys that reached it"),
        *(
            column
            for word, meaning in (
                ("converted", "share converted by then; 0 to 1"),
                ("exited", "share exited by then"),
                ("abandoned", "share abandoned by then, dated at the last touch"),
                ("active", "share still active then; the four add up to 1"),
            )
            for column in (
                nullable(f"{word}_share", REAL, meaning),
                nullable(f"{word}_low", REAL, "lower end of its 95 % interval"),
                nullable(f"{word}_high", REAL, "upper end of its 95 % interval"),
            )
        ),
    ),
)

TRAVEL_TABLES = (JOURNEY_PHASES, PHASE_FLOWS, INCIDENCE_CURVES)
