-- One row per touchpoint and exit of the map. A ghost is designed, could be seen, and had no event for a long while.
with counted as (
    select code, count(*) as events_n, count(distinct journey_key) as journeys_n
    from traced_steps
    where code is not null
    group by code
),
heard as (
    select code, max(last_us) as last_us
    from hourly_events
    where code is not null
    group by code
)
select
    $journey as journey,
    map_names.name as touchpoint,
    map_names.title,
    map_names.phase,
    map_names.code as place,
    map_names.role,
    map_names.owner,
    map_names.is_optional,
    coalesce(counted.events_n, 0) as events_n,
    coalesce(counted.journeys_n, 0) as journeys_n,
    @TIME(heard.last_us) as last_event_at,
    map_names.role in ('flow', 'anytime') and coalesce(heard.last_us < $ghost_from_us, true) and not ($is_blind)
        as is_ghost
from map_names
left join counted on counted.code = map_names.code
left join heard on heard.code = map_names.code
order by map_names.code
