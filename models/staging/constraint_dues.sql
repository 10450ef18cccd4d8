-- One row per constraint with a limit and event that puts it to a journey: the last moment for the answer.
-- In business hours that is the moment after which more of them than the limit have passed.
with targets as (
    select
        marks.constraint_no,
        marks.journey_key,
        marks.position,
        marks.at_us,
        constraints.within_us,
        constraints.is_business,
        days.before_us
            + greatest(0, least(marks.at_us, days.close1_us) - days.open1_us)
            + greatest(0, least(marks.at_us, days.close2_us) - days.open2_us)
            + constraints.within_us as target_us
    from constraint_marks marks
    join map_constraints constraints on constraints.constraint_no = marks.constraint_no
    left join deadline_days days
        on days.day_us = marks.at_us - marks.at_us % 86400000000 and constraints.is_business
    where marks.is_first and constraints.within_us is not null
)
select
    targets.constraint_no,
    targets.journey_key,
    targets.position,
    case
        when not targets.is_business then targets.at_us + targets.within_us
        when targets.target_us - days.before_us < days.close1_us - days.open1_us
            then days.open1_us + targets.target_us - days.before_us
        else days.open2_us + targets.target_us - days.before_us - (days.close1_us - days.open1_us)
    end as due_us
from targets
left join deadline_days days
    on days.before_us <= targets.target_us and targets.target_us < days.after_us
