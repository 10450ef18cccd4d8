-- One row per source and id that its events belong to: how many.
SELECT
  events.source,
  CASE WHEN owners.id_key IS NULL THEN events.id_key ELSE owners.id_key END AS id_key,
  COUNT(*) AS events_n,
  COUNT(owners.id_key) AS lent_n
FROM events
LEFT JOIN event_owners AS owners
  ON owners.event_key = events.event_key
GROUP BY
  events.source,
  CASE WHEN owners.id_key IS NULL THEN events.id_key ELSE owners.id_key END
