-- One row per contact of a customer within her journeys, by person and reason in order of time. It is demand beyond the
-- design where the flow does not have it.
select
    states.entity_key,
    coalesce($reason, '#' || cast(steps.letter as varchar)) as reason,
    steps.at_us,
    steps.event_key,
    steps.journey_key,
    steps.position,
    steps.letter as target,
    stages.stage,
    stages.code as stage_code,
    steps.at_us - stages.reached_us as after_us,
    stages.next_code is null and stages.ending = 'converted' as is_done,
    coalesce(steps.role, 'off_map') <> 'flow' or logs.position is not null as is_demand
from customer_steps steps
join events e on e.event_key = steps.event_key
join journey_states states on states.journey_key = steps.journey_key
join stages
    on stages.journey_key = steps.journey_key
    and (stages.stage = 0 or stages.position <= steps.position)
    and (stages.next_position is null or stages.next_position > steps.position)
left join early_logs logs on logs.journey_key = steps.journey_key and logs.position = steps.position
where steps.is_contact
order by states.entity_key, reason, steps.at_us, steps.event_key
