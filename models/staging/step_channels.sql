-- One row per kind of step and channel: how often, by how many entities, and who began it.
with counted as (
    select
        step_kinds.number,
        e.channel,
        count(*) as channel_n,
        count(distinct touches.entity_key) as channel_entities_n,
        cast(sum(case when e.initiator = 'customer' then 1 else 0 end) as bigint) as customer_n,
        cast(sum(case when e.initiator = 'company' then 1 else 0 end) as bigint) as company_n
    from touches
    join events e on e.event_key = touches.event_key
    join step_kinds on step_kinds.source = e.source and step_kinds.activity = e.activity
    group by step_kinds.number, e.channel
)
select counted.*, step_kinds.events_n as all_n
from counted
join step_kinds on step_kinds.number = counted.number
