-- One row per person so far, in a component where two people would meet, and type of number: whose number it has.
SELECT DISTINCT
  roots.root,
  CAST(roots.person_type AS BIGINT) AS person_type,
  roots.owner
FROM identity_roots AS roots
JOIN identity_labels AS labels
  ON labels.node = roots.root
JOIN identity_mixed AS mixed
  ON mixed.label = labels.label
WHERE
  NOT roots.person_type IS NULL
