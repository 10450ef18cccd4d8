-- One row per touchpoint of the flow in a journey: the one before and the time between; a last row per journey for its end.
with touched as (
    select
        journey_key,
        position,
        code,
        at_us,
        lag(code) over (partition by journey_key order by position) as from_code,
        lag(at_us) over (partition by journey_key order by position) as from_us
    from traced_steps
    where code < $flow_n
)
select journey_key, from_code, code as to_code, at_us - from_us as between_us, cast(null as varchar) as end_status
from touched
union all
select journey_key, stands_at as from_code, cast(null as integer) as to_code, cast(null as bigint) as between_us, status as end_status
from journey_states
