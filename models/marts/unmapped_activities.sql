-- One row per source and activity of which the map knows no event, with those that fell into journeys.
with unknown as (
    select e.source, e.activity, count(*) as events_n
    from events e
    where ($code) is null and @MICROS(e.occurred_at) <= $as_of_us
    group by e.source, e.activity
),
inside as (
    select e.source, e.activity, count(*) as in_journeys_n
    from traced_steps steps
    join events e on e.event_key = steps.event_key
    where steps.code is null
    group by e.source, e.activity
)
select
    $journey as journey,
    unknown.source,
    unknown.activity,
    unknown.events_n,
    coalesce(inside.in_journeys_n, 0) as in_journeys_n
from unknown
left join inside on inside.source = unknown.source and inside.activity = unknown.activity
order by unknown.events_n desc, unknown.source, unknown.activity
