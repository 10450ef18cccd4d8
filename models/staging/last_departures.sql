-- One row per journey that is not converted and differed from the design from its last touchpoint of the flow on: the
-- last deviation, of several at one event the one that tells most of it ($rank), then the last by designed place.
with stood as (
    select ids.journey_id, states.journey_key, max(steps.position) as position
    from journey_states states
    join journey_ids ids on ids.journey_key = states.journey_key
    join traced_steps steps on steps.journey_key = states.journey_key and steps.code < $flow_n
    where states.status <> 'converted'
    group by ids.journey_id, states.journey_key
),
later as (
    select
        stood.journey_key,
        found.kind,
        found.touchpoint,
        found.block,
        (coalesce(found.position, 1000000000) * 32 + $rank) * 8192 + coalesce(map_names.code, 8191) as mark
    from stood
    join deviations found on found.journey_id = stood.journey_id
    left join map_names on map_names.name = found.touchpoint
    where coalesce(found.position, stood.position) >= stood.position and found.kind <> 'unobservable'
),
lasts as (
    select journey_key, max(mark) as mark from later group by journey_key
)
select later.journey_key, later.kind, later.touchpoint, max(later.block) as block
from later
join lasts on lasts.journey_key = later.journey_key and lasts.mark = later.mark
group by later.journey_key, later.kind, later.touchpoint
