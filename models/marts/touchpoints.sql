-- One row per touchpoint and exit of the map.
with counted as (
    select code, count(*) as events_n, count(distinct journey_key) as journeys_n
    from traced_steps
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
    coalesce(counted.journeys_n, 0) as journeys_n
from map_names
left join counted on counted.code = map_names.code
order by map_names.code
