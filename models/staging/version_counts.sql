-- One row per side of a change of version, with the journeys of this version that stayed on this side or crossed it:
-- what became of them, and of those that began a horizon or longer before the snapshot what did within it.
-- The version's own side is there although it may have no journey.
with sides as (
    select false as straddles
    union all
    select true as straddles
),
off_flow as (
    select distinct journey_key
    from departed
    where kind in (
        'missing', 'ad_hoc', 'repeated', 'out_of_order', 'branch_conflict', 'wrong_entry', 'wrong_exit'
    )
),
judged as (
    select
        states.journey_key,
        states.entity_key,
        states.status,
        coalesce(states.ended_us, $as_of_us) >= $valid_until_us as straddles,
        states.entered_us <= $as_of_us - $horizon_us as is_mature,
        states.status = 'converted' and states.goal_us - states.entered_us <= $horizon_us as is_timely,
        off_flow.journey_key is null as is_conforming
    from journey_states states
    left join off_flow on off_flow.journey_key = states.journey_key
),
counted as (
    select
        straddles,
        count(*) as journeys_n,
        cast(sum(case when status = 'converted' then 1 else 0 end) as bigint) as converted_n,
        cast(sum(case when status = 'exited' then 1 else 0 end) as bigint) as exited_n,
        cast(sum(case when status = 'abandoned' then 1 else 0 end) as bigint) as abandoned_n,
        cast(sum(case when status = 'in_flight' then 1 else 0 end) as bigint) as in_flight_n,
        cast(sum(case when is_conforming then 1 else 0 end) as bigint) as conforming_n
    from judged
    group by straddles
),
of_one as (
    select
        straddles,
        entity_key,
        count(*) as journeys_n,
        cast(sum(case when is_timely then 1 else 0 end) as bigint) as timely_n
    from judged
    where is_mature
    group by straddles, entity_key
),
mature as (
    select
        straddles,
        cast(sum(journeys_n) as bigint) as journeys_n,
        cast(sum(timely_n) as bigint) as timely_n,
        cast(sum(journeys_n * journeys_n) as bigint) as squares_n
    from of_one
    group by straddles
)
select
    sides.straddles,
    coalesce(counted.journeys_n, 0) as journeys_n,
    coalesce(counted.converted_n, 0) as converted_n,
    coalesce(counted.exited_n, 0) as exited_n,
    coalesce(counted.abandoned_n, 0) as abandoned_n,
    coalesce(counted.in_flight_n, 0) as in_flight_n,
    coalesce(counted.conforming_n, 0) as conforming_n,
    coalesce(mature.journeys_n, 0) as mature_n,
    coalesce(mature.timely_n, 0) as timely_n,
    coalesce(mature.squares_n, 0) as squares_n
from sides
left join counted on counted.straddles = sides.straddles
left join mature on mature.straddles = sides.straddles
where counted.journeys_n > 0 or not sides.straddles
order by sides.straddles
