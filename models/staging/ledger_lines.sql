-- One row per segment and reason why actual is not planned: journeys that did not convert, and time that those that did
-- spent on what nobody designed. All journeys have an empty label.
with ends as (
    select
        labels.segment,
        states.status as line,
        lasts.kind,
        lasts.touchpoint,
        lasts.block,
        states.stands_at as at_code,
        count(*) as journeys_n
    from journey_states states
    join journey_labels labels on labels.journey_key = states.journey_key
    left join last_departures lasts on lasts.journey_key = states.journey_key
    where states.status <> 'converted'
    group by labels.segment, states.status, lasts.kind, lasts.touchpoint, lasts.block, states.stands_at
),
times as (
    select
        labels.segment,
        parts.kind,
        parts.touchpoint,
        parts.block,
        cast(sum(parts.amount) as bigint) as amount,
        count(distinct parts.journey_key) as journeys_n
    from time_parts parts
    join journey_labels labels on labels.journey_key = parts.journey_key
    where parts.kind is not null
    group by labels.segment, parts.kind, parts.touchpoint, parts.block
)
select
    segment, 'completion' as measure, line, kind, touchpoint, block, at_code, -journeys_n as amount, journeys_n
from ends
union all
select
    segment,
    'time' as measure,
    'deviation' as line,
    kind,
    touchpoint,
    block,
    cast(null as integer) as at_code,
    amount,
    journeys_n
from times
where amount > 0
