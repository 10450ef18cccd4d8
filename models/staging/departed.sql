-- One row per journey, kind and target: how often. The target is a code, the letter of an activity off the map,
-- or a block as -1 - block_no.
with departures as (
    select
        found.journey_key,
        case when unseen.journey_key is null then found.kind else 'unobservable' end as kind,
        coalesce(found.code, -1 - found.block_no) as target
    from flow_departures found
    left join unseen_departures unseen
        on unseen.journey_key = found.journey_key and unseen.departure_no = found.departure_no
    union all
    select faults.journey_key, faults.kind, coalesce(faults.code, steps.letter) as target
    from event_faults faults
    join traced_steps steps on steps.journey_key = faults.journey_key and steps.position = faults.position
    union all
    select broken.journey_key, broken.kind, pairs.code as target
    from broken_promises broken
    join wait_pairs pairs on pairs.pair_no = broken.pair_no and pairs.is_ready
)
select journey_key, kind, target, count(*) as occurrences_n
from departures
group by journey_key, kind, target
