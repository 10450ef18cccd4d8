-- One row per direction and pair of roots that links still bring together, once roots have hung themselves on others.
select distinct lefts.parent as src, rights.parent as dst
from identity_edges edges
join identity_hooks lefts on lefts.node = edges.src
join identity_hooks rights on rights.node = edges.dst
where lefts.parent <> rights.parent
