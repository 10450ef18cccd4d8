-- One row per pair of owners: hand-overs that happened, and journeys that stand or ended where one is due by design.
with happened as (
    select
        from_owner,
        to_owner,
        count(*) as n,
        count(distinct journey_key) as journeys_n,
        @MEDIAN(between_us) as p50_us,
        @P90(between_us) as p90_us
    from handed_over
    group by from_owner, to_owner
),
due as (
    select
        variants.from_owner,
        variants.to_owner,
        cast(sum(case when states.status in ('abandoned', 'exited') then 1 else 0 end) as bigint) as lost_n,
        cast(sum(case when states.status = 'in_flight' then 1 else 0 end) as bigint) as waiting_n
    from due_handovers variants
    join journey_variants on journey_variants.variant_key = variants.variant_key
    join journey_states states on states.journey_key = journey_variants.journey_key
    where states.status <> 'converted'
    group by variants.from_owner, variants.to_owner
),
parts as (
    select from_owner, to_owner, n, journeys_n, p50_us, p90_us, 0 as lost_n, 0 as waiting_n, 0 as designed_n
    from happened
    union all
    select from_owner, to_owner, 0 as n, 0 as journeys_n, null as p50_us, null as p90_us, lost_n, waiting_n, 0 as designed_n
    from due
    union all
    select
        from_owner, to_owner, 0 as n, 0 as journeys_n, null as p50_us, null as p90_us, 0 as lost_n, 0 as waiting_n, 1 as designed_n
    from designed_handovers
)
select
    $journey as journey,
    from_owner,
    to_owner,
    max(n) as n,
    max(journeys_n) as journeys_n,
    max(designed_n) = 1 as is_designed,
    max(p50_us) / 1e6 as p50_s,
    max(p90_us) / 1e6 as p90_s,
    max(lost_n) as lost_n,
    max(waiting_n) as waiting_n
from parts
group by from_owner, to_owner
order by from_owner, to_owner
