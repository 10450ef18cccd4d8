"""SQL of the tables that a part of the journeys cuts out of the published ones, or counts again.

`{part}` is the schema of the part, `{whole}` that of what is published, `{journey}` the name of the map.
"""

from __future__ import annotations

WHOLE = "published.main"
OF_JOURNEYS = (
    "journeys",
    "journey_events",
    "deviations",
    "journey_stages",
    "journey_phases",
    "journey_signals",
    "journey_answers",
    "constraint_verdicts",
)
"""Tables with rows of single journeys."""
CUT = "SELECT * FROM {whole}.{table} WHERE journey_id IN (SELECT journey_id FROM memory.main.journey_states)"
_TOUCHPOINTS = """
SELECT whole.* REPLACE (coalesce(counted.events_n, 0) AS events_n, coalesce(counted.journeys_n, 0) AS journeys_n)
FROM {whole}.touchpoints whole LEFT JOIN (
    SELECT touchpoint, count(*) AS events_n, count(DISTINCT journey_id) AS journeys_n
    FROM {part}.journey_events GROUP BY touchpoint
) counted USING (touchpoint) WHERE whole.journey = {journey}
"""
_UNMAPPED = """
SELECT {journey} AS journey, source, activity, count(*) AS events_n, count(*) AS in_journeys_n
FROM {part}.journey_events WHERE touchpoint IS NULL GROUP BY source, activity
"""
_EXAMPLES = """
SELECT {journey} AS journey, d.kind, d.touchpoint, d.block,
    row_number() OVER (PARTITION BY d.kind, d.touchpoint, d.block ORDER BY j.events_n, j.journey_id) AS place,
    j.journey_id, j.events_n
FROM (SELECT DISTINCT journey_id, kind, touchpoint, block FROM {part}.deviations) d
JOIN {part}.journeys j USING (journey_id) QUALIFY place <= 3
"""
# As `staging/version_counts` has it: conforming is who has the flow's events where the flow has them.
_VERSIONS = """
SELECT whole.* REPLACE (
    counted.n AS journeys_n, converted AS converted_n, exited AS exited_n, abandoned AS abandoned_n,
    in_flight AS in_flight_n, fitting AS conforming_n, 0 AS mature_n, NULL AS converted_share, NULL AS converted_low,
    NULL AS converted_high)
FROM {whole}.map_versions whole CROSS JOIN (
    SELECT count(*) AS n, count_if(status = 'converted') AS converted, count_if(status = 'exited') AS exited,
        count_if(status = 'abandoned') AS abandoned, count_if(status = 'in_flight') AS in_flight,
        count_if(journey_id NOT IN (
            SELECT journey_id FROM {part}.deviations WHERE kind IN
            ('missing', 'ad_hoc', 'repeated', 'out_of_order', 'branch_conflict', 'wrong_entry', 'wrong_exit')
        )) AS fitting
    FROM {part}.journeys
) counted WHERE whole.journey = {journey} AND whole.is_in_force AND NOT whole.straddles
"""
_VARIANTS = """
SELECT whole.* REPLACE (counted.n AS journeys_n) FROM {whole}.variants whole
JOIN (SELECT variant_id, count(*) AS n FROM {part}.journeys GROUP BY variant_id) counted USING (variant_id)
WHERE whole.journey = {journey}
"""
# What they say is told beside single journeys; how often they are kept is not counted again.
_CONSTRAINTS = """
SELECT * REPLACE (
    0 AS journeys_n, 0 AS satisfied_final_n, 0 AS satisfied_now_n, 0 AS violated_now_n, 0 AS violated_final_n,
    0 AS unjudged_n, 0 AS ended_n, NULL AS violated_share, NULL AS violated_low, NULL AS violated_high)
FROM {whole}.constraints WHERE journey = {journey}
"""
# As `staging/phase_travels` has it.
TRAVELS = """
CREATE OR REPLACE TABLE phase_travels AS
SELECT states.journey_key, phases.phase, phases.place, epoch_us(phases.reached_at) AS reached_us, phases.way
FROM journey_phases phases JOIN journey_states states USING (journey_id)
"""
COUNTED = {
    "touchpoints": _TOUCHPOINTS,
    "unmapped_activities": _UNMAPPED,
    "example_journeys": _EXAMPLES,
    "map_versions": _VERSIONS,
    "variants": _VARIANTS,
    "constraints": _CONSTRAINTS,
}
"""Tables that are counted again."""
