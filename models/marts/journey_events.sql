-- One row per event in a journey.
select
    ids.journey_id,
    steps.position,
    e.event_id,
    e.occurred_at,
    map_names.name as touchpoint,
    e.activity,
    e.channel,
    case
        when map_names.role = 'exit' then null
        when steps.code is null or map_names.role = 'off_map' or logs.position is not null then 'log'
        else 'sync'
    end as move,
    e.source
from traced_steps steps
join journey_ids ids on ids.journey_key = steps.journey_key
join events e on e.event_key = steps.event_key
left join map_names on map_names.code = steps.code
left join log_steps logs on logs.journey_key = steps.journey_key and logs.position = steps.position
order by steps.journey_key, steps.position
