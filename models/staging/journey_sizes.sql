-- One row per journey: how many events it has.
select steps.journey_key, count(*) as events_n
from journey_steps steps
join journey_states states on states.journey_key = steps.journey_key and steps.at_us <= states.until_us
group by steps.journey_key
