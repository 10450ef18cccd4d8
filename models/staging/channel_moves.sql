-- One row per change of channel between two events that the customer began: where she stood, where she came from before
-- that, and whether the map has her change: it does where it designs the new channel for the touchpoint and not the old.
with several as (
    select journey_key
    from customer_steps
    where channel is not null
    group by journey_key
    having min(channel) <> max(channel)
),
steps as (
    select
        customer_steps.journey_key,
        customer_steps.position,
        customer_steps.code,
        customer_steps.role,
        customer_steps.channel,
        lag(customer_steps.channel) over by_time as from_channel,
        lag(customer_steps.position) over by_time as from_position
    from customer_steps
    join several on several.journey_key = customer_steps.journey_key
    where customer_steps.channel is not null
    window by_time as (partition by customer_steps.journey_key order by customer_steps.position)
),
moves as (
    select
        steps.journey_key,
        steps.position,
        steps.channel,
        steps.from_channel,
        steps.from_position,
        case
            when coalesce(steps.role, 'off_map') = 'off_map' then false
            when limited.code is null then true
            else here.code is not null and stayed.code is null
        end as is_planned
    from steps
    left join (select distinct code from designed_channels) limited on limited.code = steps.code
    left join designed_channels here on here.code = steps.code and here.channel = steps.channel
    left join designed_channels stayed on stayed.code = steps.code and stayed.channel = steps.from_channel
    where steps.from_channel <> steps.channel
)
select
    journey_key,
    position,
    channel,
    from_position,
    is_planned,
    lag(from_channel) over (partition by journey_key order by position) as first_channel,
    lag(position) over (partition by journey_key order by position) as moved_position,
    lag(is_planned) over (partition by journey_key order by position) as was_planned
from moves
