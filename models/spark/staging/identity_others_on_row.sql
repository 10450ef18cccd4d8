-- One row per event whose first id tells nobody, and id of one type on its row that tells somebody.
SELECT
  events.event_key,
  others.node
FROM events
JOIN identity_shared AS shared
  ON shared.id_key = events.id_key
JOIN identity_nodes AS others
  ON others.id = events.ids[$id_type]
LEFT JOIN identity_shared AS also_shared
  ON also_shared.id_key = others.id_key
WHERE
  also_shared.id_key IS NULL
