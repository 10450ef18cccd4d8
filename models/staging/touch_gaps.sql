-- One row per mapped event in a journey: the touchpoint of the flow where the journey stands, and the next mapped event.
select
    journey_key,
    position,
    at_us,
    code,
    cast(max(case when code < $flow_n then position * 4096 + code end) over (
        partition by journey_key order by position rows between unbounded preceding and current row
    ) % 4096 as integer) as stands_at,
    lead(at_us) over (partition by journey_key order by position) as next_us
from journey_steps
where code is not null
