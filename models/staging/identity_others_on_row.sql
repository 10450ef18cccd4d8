-- One row per event whose first id tells nobody, and id of one type on its row that tells somebody.
select events.event_key, others.node
from events
join identity_shared shared on shared.id_key = events.id_key
join identity_nodes others on others.id = events.ids[$id_type]
left join identity_shared also_shared on also_shared.id_key = others.id_key
where also_shared.id_key is null
