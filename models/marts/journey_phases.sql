-- One row per journey and phase of the flow that it came to, in the order of the design.
select
    $journey as journey,
    ids.journey_id,
    travels.phase,
    travels.place,
    @TIME(travels.reached_us) as reached_at,
    travels.way
from phase_travels travels
join journey_ids ids on ids.journey_key = travels.journey_key
order by travels.journey_key, travels.place
