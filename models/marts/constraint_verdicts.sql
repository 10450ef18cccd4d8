-- One row per journey and constraint that was put to it.
select
    $journey as journey,
    ids.journey_id,
    constraints.constraint_id,
    judged.verdict,
    judged.activations_n,
    judged.broken_n as violations_n,
    @TIME(judged.broke_us) as occurred_at,
    e.event_id,
    judged.broke_position as position,
    @TIME(judged.due_us) as due_at
from judged_constraints judged
join map_constraints constraints on constraints.constraint_no = judged.constraint_no
join journey_ids ids on ids.journey_key = judged.journey_key
left join traced_steps steps
    on steps.journey_key = judged.journey_key and steps.position = judged.broke_position
left join events e on e.event_key = steps.event_key
order by judged.journey_key, judged.constraint_no
