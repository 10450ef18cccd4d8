-- One row per contested journey of this map: how well it fits, from 0 (like a journey that fits nothing) to 1.
with contested as (
    select distinct journey_key from contests where journey = $journey and map_version = $version
),
worst as (
    select
        contested.journey_key,
        cast(
            sum(
                case
                    when steps.code >= $exits_from then 0
                    when steps.code < $off_map_from then $known_cost
                    else $unknown_cost
                end
            ) as bigint
        ) as tenths
    from contested
    join traced_steps steps on steps.journey_key = contested.journey_key
    group by contested.journey_key
)
select
    $journey as journey,
    $version as map_version,
    worst.journey_key,
    ids.journey_id,
    states.status = 'converted' as is_converted,
    1 - 10 * costs.cost
        / nullif(worst.tenths + case when states.status = 'converted' then $shortest_cost else 0 end, 0) as fit
from worst
join journey_ids ids on ids.journey_key = worst.journey_key
join journey_states states on states.journey_key = worst.journey_key
join journey_variants variants on variants.journey_key = worst.journey_key
join variant_costs costs on costs.variant_key = variants.variant_key
