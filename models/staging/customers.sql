-- One row per entity that converted: when it first did, in which journey, and when it next did, if ever.
with conversions as (
    select
        entity_key,
        journey_key,
        goal_us,
        row_number() over (partition by entity_key order by goal_us, episode) as nth
    from journey_states
    where status = 'converted'
),
again as (
    select entity_key, min(goal_us) as again_us
    from conversions
    where nth > 1
    group by entity_key
)
select firsts.entity_key, firsts.journey_key, firsts.goal_us as start_us, again.again_us
from conversions firsts
left join again on again.entity_key = firsts.entity_key
where firsts.nth = 1
