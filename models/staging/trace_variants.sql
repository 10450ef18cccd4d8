-- One row per distinct trace and way of judging it.
with counted as (
    select trace, is_full, count(*) as journeys_n
    from journey_traces
    group by trace, is_full
)
select row_number() over (order by trace, is_full) as variant_key, trace, is_full, journeys_n
from counted
