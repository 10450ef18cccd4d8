-- One row per node that had an edge at first: its label, after the label itself has got another.
select labels.node, coalesce(jumps.label, labels.label) as label
from identity_labels labels
left join identity_jumps jumps on jumps.node = labels.label
