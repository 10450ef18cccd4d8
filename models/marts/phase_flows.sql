-- One row per way from one phase to the next one that a journey came to, to its end, or from its beginning.
with legs as (
    select
        journey_key,
        phase,
        way,
        lag(phase) over in_order as before_phase,
        lead(phase) over in_order as next_phase,
        lead(way) over in_order as next_way
    from phase_travels
    window in_order as (partition by journey_key order by place)
),
moves as (
    select
        cast(null as varchar) as from_phase,
        cast(null as varchar) as from_way,
        phase as to_phase,
        way as to_way,
        cast(null as varchar) as end_status
    from legs
    where before_phase is null
    union all
    select
        legs.phase as from_phase,
        legs.way as from_way,
        legs.next_phase as to_phase,
        legs.next_way as to_way,
        case when legs.next_phase is null then states.status end as end_status
    from legs
    join journey_states states on states.journey_key = legs.journey_key
)
select $journey as journey, from_phase, from_way, to_phase, to_way, end_status, count(*) as journeys_n
from moves
group by from_phase, from_way, to_phase, to_way, end_status
order by from_phase, from_way, to_phase, to_way, end_status
