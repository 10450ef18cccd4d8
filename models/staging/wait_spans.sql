-- One row per wait: from the first moment the customer is ready to what she waits for, or to where it stands open.
-- Per pair of touchpoints: the events of either, whether the customer is ready there or served, and the next service.
with marks as (
    select
        pairs.pair_no,
        steps.journey_key,
        steps.position,
        steps.at_us,
        pairs.is_ready,
        lag(pairs.is_ready) over (partition by pairs.pair_no, steps.journey_key order by steps.position) as was_ready,
        min(case when not pairs.is_ready then steps.position end) over later as served_position,
        min(case when not pairs.is_ready then steps.at_us end) over later as served_us
    from traced_steps steps
    join wait_pairs pairs on pairs.code = steps.code
    window later as (
        partition by pairs.pair_no, steps.journey_key
        order by steps.position
        rows between 1 following and unbounded following
    )
)
select
    marks.pair_no,
    marks.journey_key,
    marks.position as ready_position,
    marks.at_us as ready_us,
    marks.served_position,
    case
        when marks.served_position is not null then 1
        when states.status = 'in_flight' then 0
        else 2
    end as end_kind,
    case
        when marks.served_position is not null then marks.served_us
        when states.status = 'in_flight' then $as_of_us
        when states.ended_us > marks.at_us then states.ended_us
        else marks.at_us
    end as end_us,
    states.status
from marks
join journey_states states on states.journey_key = marks.journey_key
where marks.is_ready and coalesce(not marks.was_ready, true)
