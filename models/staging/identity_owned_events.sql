-- One row per source and id that its events belong to: how many.
select
    events.source,
    case when owners.id_key is null then events.id_key else owners.id_key end as id_key,
    count(*) as events_n,
    count(owners.id_key) as lent_n
from events
left join event_owners owners on owners.event_key = events.event_key
group by events.source, case when owners.id_key is null then events.id_key else owners.id_key end
