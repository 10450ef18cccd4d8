-- One row per map (this one): what of its journeys' events and time the maps know.
with per_journey as (
    select
        journey_key,
        count(*) as events_n,
        cast(sum(case when place = 'flow' then 1 else 0 end) as bigint) as on_flow_n,
        cast(sum(case when place = 'anytime' then 1 else 0 end) as bigint) as anytime_n,
        cast(sum(case when place = 'off_map' then 1 else 0 end) as bigint) as off_map_n,
        cast(sum(case when place = 'exit' then 1 else 0 end) as bigint) as exits_n,
        cast(sum(case when place = 'other_map' then 1 else 0 end) as bigint) as other_map_n,
        cast(sum(case when place = 'dark' then 1 else 0 end) as bigint) as dark_n,
        max(at_us) - min(at_us) as elapsed_us,
        cast(sum(case when place = 'dark' then at_us - coalesce(before_us, at_us) else 0 end) as bigint) as dark_us
    from dark_steps
    group by journey_key
),
summed as (
    select
        count(distinct states.entity_key) as persons_n,
        count(*) as journeys_n,
        cast(coalesce(sum(per_journey.events_n), 0) as bigint) as events_n,
        cast(coalesce(sum(per_journey.on_flow_n), 0) as bigint) as on_flow_n,
        cast(coalesce(sum(per_journey.anytime_n), 0) as bigint) as anytime_n,
        cast(coalesce(sum(per_journey.off_map_n), 0) as bigint) as off_map_n,
        cast(coalesce(sum(per_journey.exits_n), 0) as bigint) as exits_n,
        cast(coalesce(sum(per_journey.other_map_n), 0) as bigint) as other_map_n,
        cast(coalesce(sum(per_journey.dark_n), 0) as bigint) as dark_n,
        cast(coalesce(sum(per_journey.elapsed_us), 0) as bigint) as elapsed_us,
        cast(coalesce(sum(per_journey.dark_us), 0) as bigint) as dark_us,
        cast(
            coalesce(sum(case when 2 * per_journey.dark_n >= per_journey.events_n then 1 else 0 end), 0) as bigint
        ) as dark_journeys_n
    from journey_states states
    left join per_journey on per_journey.journey_key = states.journey_key
),
ghosts as (
    select count(*) as ghosts_n from touchpoints where touchpoints.journey = $journey and touchpoints.is_ghost
)
select
    $journey as journey,
    summed.persons_n,
    summed.journeys_n,
    summed.events_n,
    summed.on_flow_n,
    summed.anytime_n,
    summed.off_map_n,
    summed.exits_n,
    summed.other_map_n,
    summed.dark_n,
    cast(summed.dark_n as double) / nullif(summed.events_n, 0) as dark_share,
    summed.elapsed_us,
    summed.dark_us,
    cast(summed.dark_us as double) / nullif(summed.elapsed_us, 0) as dark_time_share,
    summed.dark_journeys_n,
    ghosts.ghosts_n
from summed
cross join ghosts
