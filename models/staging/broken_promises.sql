-- One row per promise broken: kept late, or still open and already longer. Who has left no longer waits.
select pair_no, journey_key, served_position, end_us, wait_s, promised_s, 'late' as kind
from timed_waits
where end_kind = 1 and wait_s > promised_s
union all
select
    pair_no,
    journey_key,
    cast(null as bigint) as served_position,
    $as_of_us as end_us,
    age_s as wait_s,
    promised_s,
    'overdue' as kind
from timed_waits
where end_kind = 0 and age_s > promised_s
