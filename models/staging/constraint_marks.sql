-- One row per constraint and event of its first or second touchpoint: what follows it, and what went before.
with marks as (
    select
        codes.constraint_no,
        codes.is_first,
        steps.journey_key,
        steps.position,
        steps.at_us,
        e.channel
    from traced_steps steps
    join constraint_codes codes on codes.code = steps.code
    left join events e on e.event_key = steps.event_key and codes.is_same_channel
)
select
    marks.*,
    cast(sum(case when is_first then 1 else 0 end) over so_far as bigint) as firsts_n,
    max(case when is_first then position end) over so_far as first_position,
    min(case when not is_first then position end) over later as second_position,
    min(case when not is_first then at_us end) over later as second_us,
    min(case when not is_first and channel is null then at_us end) over later as unknown_us,
    min(case when not is_first then at_us end) over later_there as second_there_us
from marks
window
    so_far as (
        partition by constraint_no, journey_key
        order by position
        rows between unbounded preceding and current row
    ),
    later as (
        partition by constraint_no, journey_key
        order by position
        rows between 1 following and unbounded following
    ),
    later_there as (
        partition by constraint_no, journey_key, channel
        order by position
        rows between 1 following and unbounded following
    )
