-- One row per event of an entity that touched the flow: its place in time, and the entity's episode that it falls into,
-- on maps where silence alone begins no new one. The same rows as `episodes` gives there, in one window over every event.
with walkers as (
    select distinct entity_key from touches where code < $flow_n
)
select
    touches.entity_key,
    touches.at_us,
    touches.event_key,
    touches.code,
    row_number() over in_time as place,
    cast(coalesce(sum(case when $closes then 1 else 0 end) over before, 0) as bigint) as episode
from touches
join walkers on walkers.entity_key = touches.entity_key
window
    in_time as (partition by touches.entity_key order by at_us, source_rank, tie, event_key),
    before as (
        partition by touches.entity_key
        order by at_us, source_rank, tie, event_key
        rows between unbounded preceding and 1 preceding
    )
