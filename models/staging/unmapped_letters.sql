-- One row per activity inside journeys that the map does not know: its letter, beyond all codes of the map.
with found as (
    select distinct e.activity
    from journey_steps
    join events e on e.event_key = journey_steps.event_key
    where journey_steps.code is null
)
select activity, 4096 + cast(row_number() over (order by activity) as integer) as letter
from found
