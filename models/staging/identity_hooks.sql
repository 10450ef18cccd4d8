-- One row per node that has an edge: the smallest of its neighbours, or itself where it is smaller than all of them.
select node, min(label) as label
from (
    select low as node, low as label from identity_edges
    union all
    select high as node, low as label from identity_edges
) ends
group by node
