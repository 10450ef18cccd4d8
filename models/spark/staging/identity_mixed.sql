-- One row per component in which two people would meet: two owners of numbers of one type.
SELECT DISTINCT
  label
FROM (
  SELECT
    labels.label,
    roots.person_type
  FROM identity_roots AS roots
  JOIN identity_labels AS labels
    ON labels.node = roots.root
  WHERE
    NOT roots.person_type IS NULL
  GROUP BY
    labels.label,
    roots.person_type
  HAVING
    MIN(roots.owner) <> MAX(roots.owner)
) AS meetings
