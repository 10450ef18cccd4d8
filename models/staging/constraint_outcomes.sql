-- One row per constraint and time that it was put to a journey: kept, open, broken, or unknown.
-- What could not be seen may have answered, may have come too often, and may be what an answer answered.
with unseen as (
    select distinct cases.constraint_no, cases.journey_key, cases.position
    from constraint_cases cases
    join blind_spans spans
        on spans.code = cases.watched_code
        and cases.watched_from_us < spans.until_us
        and cases.watched_until_us >= spans.from_us
)
select
    cases.constraint_no,
    cases.journey_key,
    cases.position,
    case
        when unseen.journey_key is null then cases.outcome
        when constraints.kind = 'response' and cases.outcome = 'kept' then 'kept'
        when constraints.kind in ('not_after', 'at_most') and cases.outcome = 'broken' then 'broken'
        else 'unknown'
    end as outcome,
    cases.broke_us,
    cases.broke_position,
    cases.due_us
from constraint_cases cases
join map_constraints constraints on constraints.constraint_no = cases.constraint_no
left join unseen
    on unseen.constraint_no = cases.constraint_no
    and unseen.journey_key = cases.journey_key
    and unseen.position = cases.position
