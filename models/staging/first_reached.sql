-- One row per journey and touchpoint on or off the flow: when it was first reached, and at which event.
select journey_key, code, min(at_us) as reached_us, min(position) as position
from traced_steps
where code is not null
group by journey_key, code
