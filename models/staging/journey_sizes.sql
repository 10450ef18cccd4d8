-- One row per journey: how many events it has, without those of another errand.
select steps.journey_key, count(*) as events_n
from journey_steps steps
join journey_states states on states.journey_key = steps.journey_key and steps.at_us <= states.until_us
left join designed_elsewhere elsewhere on elsewhere.event_key = steps.event_key and steps.code is null
where elsewhere.event_key is null
group by steps.journey_key
