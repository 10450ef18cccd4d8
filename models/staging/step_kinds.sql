-- One row per source and activity of the events that belong to an entity, numbered in their order.
with counted as (
    select
        e.source,
        e.activity,
        count(*) as events_n,
        count(distinct touches.entity_key) as entities_n
    from touches
    join events e on e.event_key = touches.event_key
    group by e.source, e.activity
)
select row_number() over (order by source, activity) as number, source, activity, events_n, entities_n
from counted
