-- One row per event up to the snapshot that belongs to an entity: when, in which order, and its code on the map.
select
    coalesce(direct.entity_key, named.entity_key) as entity_key,
    @MICROS(e.occurred_at) as at_us,
    sources.rank as source_rank,
    e.tie,
    e.event_key,
    cast($code as integer) as code
from events e
join sources on sources.source = e.source
left join event_owners owners on owners.event_key = e.event_key
left join withdrawn_ids withdrawn on withdrawn.id_key = $main_id
left join entities direct on direct.id_key = $main_id
left join entities named on named.entity_id = $named_id
where @MICROS(e.occurred_at) <= $as_of_us
    and coalesce(direct.entity_key, named.entity_key) is not null
    and withdrawn.id_key is null
    and $is_free
