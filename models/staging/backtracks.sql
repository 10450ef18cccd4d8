-- One row per journey, session and stage in which a page came back after another one (A, B, A), or was searched again:
-- the event at which it first did, and how often in all.
with viewed as (
    select
        journey_key,
        session_id,
        position,
        page,
        lag(page) over (partition by journey_key, session_id order by position) as before_page
    from customer_steps
    where page is not null
),
moved as (
    select
        journey_key,
        session_id,
        position,
        page,
        lag(page, 2) over (partition by journey_key, session_id order by position) as earlier_page
    from viewed
    where coalesce(page <> before_page, true)
),
searched as (
    select
        journey_key,
        session_id,
        position,
        row_number() over (partition by journey_key, session_id order by position) as place
    from customer_steps
    where is_search and session_id is not null
),
found as (
    select journey_key, session_id, position from moved where page = earlier_page
    union all
    select journey_key, session_id, position from searched where place > 1
)
select
    found.journey_key,
    stages.stage,
    min(found.position) as position,
    count(*) as returns_n
from found
join stages
    on stages.journey_key = found.journey_key
    and (stages.stage = 0 or stages.position <= found.position)
    and (stages.next_position is null or stages.next_position > found.position)
group by found.journey_key, found.session_id, stages.stage
