-- One row per node that has an edge: where following the hooks four times leads, and whether they lead on from there.
WITH twice AS (
  SELECT
    hooks.node,
    further.label
  FROM $hooks AS hooks
  JOIN $hooks AS further
    ON further.node = hooks.label
), fourfold AS (
  SELECT
    twice.node,
    further.label
  FROM twice
  JOIN twice AS further
    ON further.node = twice.label
)
SELECT
  fourfold.node,
  fourfold.label,
  CASE WHEN further.label = fourfold.label THEN 0 ELSE 1 END AS is_open
FROM fourfold
JOIN $hooks AS further
  ON further.node = fourfold.label
