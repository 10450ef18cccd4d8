-- One row per event in a journey that the comparison judges: its code, and its letter (unmapped activities have one too).
-- What the map does not know and comes after confirmed silence belongs to no journey.
with unmapped as (
    select e.event_key, unmapped_letters.letter
    from events e
    join unmapped_letters on unmapped_letters.activity = e.activity
)
select
    steps.journey_key,
    steps.position,
    steps.at_us,
    steps.event_key,
    steps.code,
    coalesce(steps.code, unmapped.letter) as letter
from journey_steps steps
join journey_states states on states.journey_key = steps.journey_key and steps.at_us <= states.until_us
left join unmapped on unmapped.event_key = steps.event_key and steps.code is null
