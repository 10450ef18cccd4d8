-- One row per journey and phase of the flow that it came to by its goal: when, and how it travelled there. A departure
-- belongs to the phase that it is charged to, if the journey came there; else to where it stood when the departure showed.
with begun as (
    select phase, min(code) as phase_at
    from map_names
    where role = 'flow'
    group by phase
),
phases as (
    select phase, -1 + row_number() over (order by phase_at) as place
    from begun
),
reached as (
    select stages.journey_key, phases.phase, phases.place, min(stages.reached_us) as reached_us
    from stages
    join map_names on map_names.code = stages.code
    join phases on phases.phase = map_names.phase
    group by stages.journey_key, phases.phase, phases.place
),
departures as (
    select found.journey_key, found.position, coalesce(charged.phase, blocks.phase) as phase
    from flow_departures found
    left join unseen_departures unseen
        on unseen.journey_key = found.journey_key and unseen.departure_no = found.departure_no
    left join map_names charged on charged.code = found.code
    left join map_blocks blocks on blocks.block_no = found.block_no
    where unseen.journey_key is null
    union all
    select faults.journey_key, faults.position, map_names.phase
    from event_faults faults
    left join map_names on map_names.code = faults.code
    where faults.kind in ('ad_hoc', 'wrong_entry', 'wrong_exit')
),
detours as (
    select distinct departures.journey_key, coalesce(reached.phase, here.phase) as phase
    from departures
    join stages
        on stages.journey_key = departures.journey_key
        and (stages.stage = 0 or stages.position <= departures.position)
        and (stages.next_position is null or stages.next_position > departures.position)
    join map_names here on here.code = stages.code
    left join reached on reached.journey_key = departures.journey_key and reached.phase = departures.phase
),
contacts as (
    select distinct asked_for_help.journey_key, map_names.phase
    from asked_for_help
    join map_names on map_names.code = asked_for_help.code
)
select
    reached.journey_key,
    reached.phase,
    reached.place,
    reached.reached_us,
    case
        when contacts.journey_key is not null then 'asked_for_help'
        when detours.journey_key is not null then 'detour'
        else 'as_designed'
    end as way
from reached
join journey_states states on states.journey_key = reached.journey_key
left join detours on detours.journey_key = reached.journey_key and detours.phase = reached.phase
left join contacts on contacts.journey_key = reached.journey_key and contacts.phase = reached.phase
