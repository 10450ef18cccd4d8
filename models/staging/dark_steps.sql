-- One row per event in a journey: what kind of place it has on the maps, when it was, and the event before.
select
    steps.journey_key,
    steps.position,
    steps.at_us,
    lag(steps.at_us) over (partition by steps.journey_key order by steps.position) as before_us,
    case
        when steps.code is not null then map_names.role
        when elsewhere.event_key is not null then 'other_map'
        else 'dark'
    end as place
from traced_steps steps
left join map_names on map_names.code = steps.code
left join known_elsewhere elsewhere on elsewhere.event_key = steps.event_key
