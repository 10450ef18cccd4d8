-- One row per node that had an edge at first: its label, after the label itself has got another.
SELECT
  labels.node,
  COALESCE(jumps.label, labels.label) AS label
FROM identity_labels AS labels
LEFT JOIN identity_jumps AS jumps
  ON jumps.node = labels.label
