-- One row per entity that converted and was seen again: its first event afterwards that the company did not begin.
with told as (
    select
        customers.entity_key,
        @MICROS(e.occurred_at) as at_us,
        e.initiator,
        cast($code as integer) as code
    from events e
    left join event_owners owners on owners.event_key = e.event_key
    left join withdrawn_ids withdrawn on withdrawn.id_key = $main_id
    left join entities direct on direct.id_key = $main_id
    left join entities named on named.entity_id = $named_id
    join customers
        on customers.entity_key = coalesce(direct.entity_key, named.entity_key)
        and customers.start_us < @MICROS(e.occurred_at)
    where @MICROS(e.occurred_at) <= $as_of_us and withdrawn.id_key is null
)
select told.entity_key, min(told.at_us) as seen_us
from told
left join map_names names on names.code = told.code
where coalesce(told.initiator, names.initiator, 'customer') <> 'company'
group by told.entity_key
