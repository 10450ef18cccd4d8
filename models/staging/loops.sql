-- One row per event by which a touchpoint of the flow came back within one stage, beyond the design and after another
-- touchpoint: for which time it did there.
with walked as (
    select
        steps.journey_key,
        steps.position,
        steps.code,
        lag(steps.code) over (partition by steps.journey_key order by steps.position) as before_code,
        lag(steps.position) over (partition by steps.journey_key, steps.code order by steps.position) as same_position
    from traced_steps steps
    join (select distinct journey_key from early_logs) strayed on strayed.journey_key = steps.journey_key
    where steps.code < $flow_n
)
select
    walked.journey_key,
    walked.position,
    walked.code,
    row_number() over (
        partition by walked.journey_key, stages.stage, walked.code order by walked.position
    ) as times_n
from walked
join early_logs logs on logs.journey_key = walked.journey_key and logs.position = walked.position
join stages
    on stages.journey_key = walked.journey_key
    and stages.position <= walked.same_position
    and (stages.next_position is null or stages.next_position > walked.position)
where walked.before_code <> walked.code
