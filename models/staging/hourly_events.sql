-- One row per hour (UTC), source and code of the map (null: the map does not know them): its events up to the snapshot.
with coded as (
    select cast($code as integer) as code, e.source, @MICROS(e.occurred_at) as at_us
    from events e
    where @MICROS(e.occurred_at) <= $as_of_us
)
select
    source,
    code,
    at_us - at_us % 3600000000 as hour_us,
    count(*) as events_n,
    min(at_us) as first_us,
    max(at_us) as last_us
from coded
group by source, code, at_us - at_us % 3600000000
