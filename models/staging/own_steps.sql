-- One row per event in a journey, but for those that its map does not know and another map designs: they are of another
-- errand. Positions from 0.
select
    steps.journey_key,
    row_number() over (partition by steps.journey_key order by steps.position) - 1 as position,
    steps.at_us,
    steps.event_key,
    steps.code,
    steps.letter
from traced_steps steps
left join designed_elsewhere elsewhere on elsewhere.event_key = steps.event_key and steps.code is null
where elsewhere.event_key is null
