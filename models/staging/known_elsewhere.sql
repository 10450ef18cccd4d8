-- One row per event in a journey that this map does not know and another map of the workspace does.
select e.event_key
from traced_steps steps
join events e on e.event_key = steps.event_key
where steps.code is null and ($is_known_elsewhere)
