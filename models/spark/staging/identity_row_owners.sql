-- One row per event whose first id tells nobody, but another id on its row does: of several, the first in the order of
-- names.
SELECT
  firsts.event_key,
  nodes.id_key
FROM (
  SELECT
    event_key,
    MIN(node) AS node
  FROM identity_others
  GROUP BY
    event_key
) AS firsts
JOIN identity_nodes AS nodes
  ON nodes.node = firsts.node
ORDER BY
  firsts.event_key NULLS LAST
