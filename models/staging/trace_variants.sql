-- One row per distinct trace and way of judging it, numbered in the order of traces, within their first steps, so that no
-- one place has to put all of them in order.
with counted as (
    select trace, is_full, count(*) as journeys_n, substr(trace, 1, 12) as head
    from journey_traces
    group by trace, is_full
),
heads as (
    select head, count(*) as variants_n from counted group by head
),
begun as (
    select head, cast(sum(variants_n) over (order by head) as bigint) - variants_n as before_n from heads
)
select
    begun.before_n
        + row_number() over (partition by counted.head order by counted.trace, counted.is_full) as variant_key,
    counted.trace,
    counted.is_full,
    counted.journeys_n
from counted
join begun on begun.head = counted.head
