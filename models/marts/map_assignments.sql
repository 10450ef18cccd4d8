-- One row per contested journey: whose it is, beside the rival that speaks most against it.
with both_sides as (
    select
        contests.journey,
        contests.map_version,
        contests.journey_key,
        mine.journey_id,
        contests.rival_journey,
        theirs.journey_id as rival_journey_id,
        contests.shared_n,
        mine.fit,
        theirs.fit as rival_fit,
        case
            when mine.is_converted or reverse.rival_own_n > 0 then 'this'
            when contests.rival_after_n > 0 then 'other'
            when contests.rival_own_n > 0 then 'this'
            when theirs.is_converted or theirs.fit > mine.fit + $margin then 'other'
            when mine.fit > theirs.fit + $margin then 'this'
            else 'undecided'
        end as verdict
    from contests
    join contests reverse
        on reverse.journey = contests.rival_journey
        and reverse.map_version = contests.rival_version
        and reverse.journey_key = contests.rival_key
        and reverse.rival_journey = contests.journey
        and reverse.rival_version = contests.map_version
        and reverse.rival_key = contests.journey_key
    join contest_fits mine
        on mine.journey = contests.journey
        and mine.map_version = contests.map_version
        and mine.journey_key = contests.journey_key
    join contest_fits theirs
        on theirs.journey = contests.rival_journey
        and theirs.map_version = contests.rival_version
        and theirs.journey_key = contests.rival_key
),
ranked as (
    select
        both_sides.*,
        row_number() over (
            partition by journey_id
            order by
                case verdict when 'other' then 0 when 'undecided' then 1 else 2 end,
                rival_fit desc,
                rival_journey_id
        ) as place
    from both_sides
)
select journey, journey_id, verdict, rival_journey, rival_journey_id, shared_n, fit, rival_fit
from ranked
where place = 1
order by journey, journey_id
