-- One row per node that has an edge: its label; where two people would meet, the one that keeps them apart.
SELECT
  labels.node,
  COALESCE(settled.label, labels.label) AS label
FROM identity_labels AS labels
LEFT JOIN identity_settled AS settled
  ON settled.node = labels.node
