-- One row per event whose first id tells nobody, but another id on its row does: of several, the first in the order of
-- names.
select firsts.event_key, nodes.id_key
from (select event_key, min(node) as node from identity_others group by event_key) firsts
join identity_nodes nodes on nodes.node = firsts.node
order by firsts.event_key
