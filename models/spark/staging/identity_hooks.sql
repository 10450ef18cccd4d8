-- One row per node that has an edge: the smallest of its neighbours, or itself where it is smaller than all of them.
SELECT
  node,
  MIN(label) AS label
FROM (
  SELECT
    low AS node,
    low AS label
  FROM identity_edges
  UNION ALL
  SELECT
    high AS node,
    low AS label
  FROM identity_edges
) AS ends
GROUP BY
  node
