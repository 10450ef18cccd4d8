-- One row per touchpoint of the flow and segment: every journey is there in one of four states.
with states as (
    select
        cells.segment,
        places.code,
        cast(sum(cells.journeys_n) as bigint) as journeys_n,
        cast(sum(case when places.is_done then cells.journeys_n else 0 end) as bigint) as done_n,
        cast(sum(case when places.is_skipped then cells.journeys_n else 0 end) as bigint) as skipped_n,
        cast(sum(
            case when places.is_ahead and cells.status in ('abandoned', 'exited') then cells.journeys_n else 0 end
        ) as bigint) as left_n,
        cast(sum(
            case when places.is_ahead and cells.status = 'in_flight' then cells.journeys_n else 0 end
        ) as bigint) as on_the_way_n,
        cast(sum(case when places.is_by_design then cells.journeys_n else 0 end) as bigint) as by_design_n
    from variant_groups cells
    join variant_places places on places.variant_key = cells.variant_key
    group by cells.segment, places.code
),
unseen as (
    select labels.segment, unseen_touches.code, count(*) as unseen_n
    from unseen_touches
    join journey_labels labels on labels.journey_key = unseen_touches.journey_key
    group by labels.segment, unseen_touches.code
),
stands as (
    select
        segment,
        stands_at as code,
        cast(sum(case when status in ('abandoned', 'exited') then journeys_n else 0 end) as bigint) as left_here_n,
        cast(sum(case when status = 'in_flight' then journeys_n else 0 end) as bigint) as standing_here_n
    from variant_groups
    group by segment, stands_at
)
select
    $journey as journey,
    map_names.name as touchpoint,
    nullif(states.segment, '') as segment,
    states.journeys_n,
    states.done_n,
    states.skipped_n,
    states.left_n,
    states.on_the_way_n,
    states.by_design_n,
    coalesce(unseen.unseen_n, 0) as unseen_n,
    coalesce(stands.left_here_n, 0) as left_here_n,
    coalesce(stands.standing_here_n, 0) as standing_here_n
from states
join map_names on map_names.code = states.code
left join unseen on unseen.segment = states.segment and unseen.code = states.code
left join stands on stands.segment = states.segment and stands.code = states.code
order by states.segment, states.code
