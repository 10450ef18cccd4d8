-- One row per event: the entity's episode that it falls into. An episode holds at most one journey.
-- After the goal the next one begins when the map says so; what happens in between belongs to no journey.
select
    entity_key,
    at_us,
    event_key,
    code,
    place,
    closed_n + cast(sum(case when code < $flow_n and at_us - flow_before_us >= $reopens_us then 1 else 0 end) over (
        partition by entity_key order by place rows between unbounded preceding and current row
    ) as bigint) as episode
from ordered_touches
where goal_before_us is null or at_us - goal_before_us >= $quiet_us
