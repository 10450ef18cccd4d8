-- One row per segment: what was planned and what came of it, in journeys and in microseconds of converted journeys.
with planned as (
    select labels.segment, cast(sum(parts.amount) as bigint) as planned_us
    from time_parts parts
    join journey_labels labels on labels.journey_key = parts.journey_key
    where parts.kind is null
    group by labels.segment
),
journeys as (
    select
        labels.segment,
        count(*) as begun_n,
        cast(sum(case when states.status = 'converted' then 1 else 0 end) as bigint) as converted_n,
        cast(sum(
            case when states.status = 'converted' then states.ended_us - states.entered_us else 0 end
        ) as bigint) as elapsed_us
    from journey_states states
    join journey_labels labels on labels.journey_key = states.journey_key
    group by labels.segment
)
select
    journeys.segment,
    journeys.begun_n,
    journeys.converted_n,
    coalesce(planned.planned_us, 0) as planned_us,
    journeys.elapsed_us
from journeys
left join planned on planned.segment = journeys.segment
