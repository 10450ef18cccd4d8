-- One row per journey: its trace as text of letters, and whether it is finished.
select
    traced_steps.journey_key,
    states.status = 'converted' as is_full,
    @PATH(letter, position) as trace
from traced_steps
join journey_states states on states.journey_key = traced_steps.journey_key
group by traced_steps.journey_key, states.status
