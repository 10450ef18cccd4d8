-- One row per node that has an edge: its label; where two people would meet, the one that keeps them apart.
select labels.node, coalesce(settled.label, labels.label) as label
from identity_labels labels
left join identity_settled settled on settled.node = labels.node
