-- One row per root that has links to others: it hangs itself on the smallest of its neighbours and itself.
select src as node, case when min(dst) < src then min(dst) else src end as parent
from identity_edges
group by src
