-- One row per wait: from the first moment the customer is ready to what she waits for, or to where it stands open.
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
        when marks.served_position is not null then served.at_us
        when states.status = 'in_flight' then $as_of_us
        when states.ended_us > marks.at_us then states.ended_us
        else marks.at_us
    end as end_us,
    states.status
from wait_marks marks
join journey_states states on states.journey_key = marks.journey_key
left join traced_steps served on served.journey_key = marks.journey_key and served.position = marks.served_position
where marks.is_ready and coalesce(not marks.was_ready, true)
