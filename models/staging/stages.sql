-- One row per journey and touchpoint of the flow that it reached by its goal, in the order in which it first did.
-- `ending` is the status of the journey that ended, or stands, there; null: it went on.
with goals as (
    select journey_key, min(position) as position
    from first_reached
    where $reaches_goal
    group by journey_key
),
mapped as (
    select
        journey_key,
        position,
        lag(at_us) over (partition by journey_key order by position) as before_us
    from traced_steps
    where code is not null
),
reached as (
    select
        firsts.journey_key,
        firsts.code,
        firsts.position,
        firsts.reached_us,
        mapped.before_us
    from first_reached firsts
    join mapped on mapped.journey_key = firsts.journey_key and mapped.position = firsts.position
    left join goals on goals.journey_key = firsts.journey_key
    where firsts.code < $flow_n and firsts.position <= coalesce(goals.position, firsts.position)
),
ordered as (
    select
        journey_key,
        code,
        position,
        reached_us,
        -1 + row_number() over in_order as stage,
        lead(code) over in_order as next_code,
        lead(reached_us) over in_order as next_us,
        lead(position) over in_order as next_position,
        lead(before_us) over in_order as last_us
    from reached
    window in_order as (partition by journey_key order by position)
)
select
    ordered.journey_key,
    ordered.stage,
    ordered.code,
    ordered.position,
    ordered.reached_us,
    ordered.next_code,
    ordered.next_us,
    ordered.next_position,
    case when ordered.next_code is null then states.status end as ending,
    case
        when ordered.next_code is not null then ordered.last_us
        when states.status = 'converted' then states.ended_us
        else states.last_us
    end as last_us
from ordered
join journey_states states on states.journey_key = ordered.journey_key
