-- One row per journey of this map and journey of another that share designed events: how many, and what the other has
-- of its own flow beside them, in all and after the last touchpoint of the flow here. rival_steps and rival_logs are the other map's.
with pairs as (
    select mine.journey_key, theirs.journey_key as rival_key, count(*) as shared_n
    from traced_steps mine
    join rival_steps theirs on theirs.event_key = mine.event_key
    where mine.code < $off_map_from and theirs.code < $rival_off_map_from
    group by mine.journey_key, theirs.journey_key
),
lasts as (
    select pairs.journey_key, pairs.rival_key, max(steps.at_us) as last_us
    from pairs
    join traced_steps steps on steps.journey_key = pairs.journey_key and steps.code < $flow_n
    group by pairs.journey_key, pairs.rival_key
),
alone as (
    select
        pairs.journey_key,
        pairs.rival_key,
        count(*) as own_n,
        cast(sum(case when theirs.at_us >= lasts.last_us then 1 else 0 end) as bigint) as after_n
    from pairs
    join lasts on lasts.journey_key = pairs.journey_key and lasts.rival_key = pairs.rival_key
    join rival_steps theirs on theirs.journey_key = pairs.rival_key and theirs.code < $rival_flow_n
    left join rival_logs logs on logs.journey_key = theirs.journey_key and logs.position = theirs.position
    left join traced_steps mine on mine.journey_key = pairs.journey_key and mine.event_key = theirs.event_key
    where logs.position is null and mine.code is null
    group by pairs.journey_key, pairs.rival_key
)
select
    $journey as journey,
    $version as map_version,
    pairs.journey_key,
    $rival_journey as rival_journey,
    $rival_version as rival_version,
    pairs.rival_key,
    pairs.shared_n,
    coalesce(alone.own_n, 0) as rival_own_n,
    coalesce(alone.after_n, 0) as rival_after_n
from pairs
left join alone on alone.journey_key = pairs.journey_key and alone.rival_key = pairs.rival_key
