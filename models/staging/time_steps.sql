-- One row per event of a converted journey up to its goal, but the first: the time since the event before, and the
-- deviation that the event is, where it is one.
with steps as (
    select
        traced_steps.journey_key,
        traced_steps.position,
        traced_steps.at_us,
        lag(traced_steps.at_us) over (
            partition by traced_steps.journey_key order by traced_steps.position
        ) as before_us
    from traced_steps
    join journey_states states
        on states.journey_key = traced_steps.journey_key and traced_steps.at_us <= states.ended_us
    where states.status = 'converted'
),
moved as (
    select ids.journey_key, found.position, found.kind, found.touchpoint, found.block
    from deviations found
    join journey_ids ids on ids.journey_id = found.journey_id
    where found.kind in ('ad_hoc', 'repeated', 'out_of_order', 'branch_conflict')
)
select
    steps.journey_key,
    steps.position,
    steps.before_us,
    steps.at_us,
    moved.kind,
    moved.touchpoint,
    moved.block
from steps
left join moved on moved.journey_key = steps.journey_key and moved.position = steps.position
where steps.before_us is not null
