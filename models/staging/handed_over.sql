-- One row per hand-over that happened: from a journey's last touchpoint of one owner to the next one of another.
-- Touchpoints of nobody, and those off the flow, hand nothing over.
with owned as (
    select
        steps.journey_key,
        steps.position,
        steps.at_us,
        map_names.owner as to_owner,
        lag(map_names.owner) over (partition by steps.journey_key order by steps.position) as from_owner,
        lag(steps.at_us) over (partition by steps.journey_key order by steps.position) as from_us
    from traced_steps steps
    join map_names on map_names.code = steps.code
    where steps.code < $flow_n and map_names.owner is not null
)
select journey_key, position, from_owner, to_owner, at_us - from_us as between_us
from owned
where from_owner <> to_owner
