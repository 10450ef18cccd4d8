-- One row per journey and constraint that was put to it: its verdict, and where it was first broken for good.
with ranked as (
    select
        outcomes.*,
        row_number() over (
            partition by constraint_no, journey_key
            order by case when outcome = 'broken' then 0 else 1 end, broke_us, position
        ) as place
    from constraint_outcomes outcomes
),
counted as (
    select
        constraint_no,
        journey_key,
        count(*) as activations_n,
        cast(sum(case when outcome = 'broken' then 1 else 0 end) as bigint) as broken_n,
        cast(sum(case when outcome = 'open' then 1 else 0 end) as bigint) as open_n,
        cast(sum(case when outcome = 'unknown' then 1 else 0 end) as bigint) as unknown_n,
        min(case when outcome = 'open' then due_us end) as due_us,
        min(case when place = 1 and outcome = 'broken' then broke_us end) as broke_us,
        min(case when place = 1 and outcome = 'broken' then broke_position end) as broke_position
    from ranked
    group by constraint_no, journey_key
)
select
    counted.constraint_no,
    counted.journey_key,
    case
        when counted.broken_n > 0 then 'violated_final'
        when counted.open_n > 0 then 'violated_now'
        when counted.unknown_n > 0 then 'unjudged'
        when states.status = 'in_flight' then 'satisfied_now'
        else 'satisfied_final'
    end as verdict,
    states.status,
    counted.activations_n,
    counted.broken_n,
    counted.broke_us,
    counted.broke_position,
    counted.due_us
from counted
join journey_states states on states.journey_key = counted.journey_key
