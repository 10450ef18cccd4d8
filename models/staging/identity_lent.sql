-- One row per event of a shared device that somebody had logged in at a short time before or after, and nobody else.
with anonymous as (
    select events.event_key, events.id_key as device_key, @MICROS(events.occurred_at) as at_us
    from events
    join identity_shared shared on shared.id_key = events.id_key
    left join (select distinct event_key from identity_others) told on told.event_key = events.event_key
    where told.event_key is null
),
points as (
    select device_key, at_us, event_key, cast(null as bigint) as login_us from anonymous
    union all
    select device_key, at_us, -1 as event_key, at_us as login_us
    from (select distinct device_key, at_us from identity_logins) moments
),
placed as (
    select
        device_key,
        at_us,
        event_key,
        max(login_us) over (
            partition by device_key order by at_us, event_key rows between unbounded preceding and current row
        ) as before_us,
        min(login_us) over (
            partition by device_key order by at_us, event_key rows between current row and unbounded following
        ) as after_us
    from points
),
near as (
    select placed.event_key, logins.person_key, logins.node
    from placed
    join identity_logins logins on logins.device_key = placed.device_key and logins.at_us = placed.before_us
    where placed.event_key >= 0 and placed.at_us - placed.before_us <= $slack_us
    union all
    select placed.event_key, logins.person_key, logins.node
    from placed
    join identity_logins logins on logins.device_key = placed.device_key and logins.at_us = placed.after_us
    where placed.event_key >= 0 and placed.after_us - placed.at_us <= $slack_us
),
owned as (
    select event_key, min(node) as node
    from near
    group by event_key
    having min(person_key) = max(person_key)
)
select owned.event_key, nodes.id_key
from owned
join identity_nodes nodes on nodes.node = owned.node
order by owned.event_key
