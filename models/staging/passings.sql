-- One row per journey and place (a code, or -1 - block_no) that somebody missed: when it was first touched, or went unseen.
-- What is known to be a gap of tracking is left out.
with missed as (
    select found.journey_key, coalesce(found.code, -1 - found.block_no) as target, found.before_us, found.at_us
    from flow_departures found
    left join unseen_departures unseen
        on unseen.journey_key = found.journey_key and unseen.departure_no = found.departure_no
    where found.kind = 'missing' and unseen.journey_key is null
),
targets as (
    select target from missed group by target having count(*) >= $least_n
),
steps as (
    select
        journey_key,
        position,
        code,
        at_us,
        lag(at_us) over (partition by journey_key order by position) as before_us
    from traced_steps
),
touched as (
    select steps.journey_key, steps.code as target, steps.position, steps.before_us, steps.at_us
    from steps
    join targets on targets.target = steps.code
    union all
    select steps.journey_key, targets.target, steps.position, steps.before_us, steps.at_us
    from steps
    join block_members members on members.code = steps.code
    join targets on targets.target = -1 - members.block_no
),
firsts as (
    select journey_key, target, min(position) as position from touched group by journey_key, target
)
select distinct
    touched.journey_key,
    touched.target,
    coalesce(touched.before_us, touched.at_us) as before_us,
    touched.at_us,
    false as is_missed
from touched
join firsts
    on firsts.journey_key = touched.journey_key
    and firsts.target = touched.target
    and firsts.position = touched.position
union all
select missed.journey_key, missed.target, missed.before_us, missed.at_us, true as is_missed
from missed
join targets on targets.target = missed.target
