-- One row per source, under one rule: how many of its events belong to somebody who is known by more than that one id.
SELECT
  owned.source,
  $rule AS rule,
  CAST(SUM(owned.events_n) AS BIGINT) AS events_n,
  COUNT(DISTINCT parts.person_key) AS persons_n,
  CAST(SUM(CASE WHEN parts.is_stitched = 1 THEN owned.events_n ELSE 0 END) AS BIGINT) AS stitched_n,
  CAST(SUM(CASE WHEN parts.is_known = 1 THEN owned.events_n ELSE 0 END) AS BIGINT) AS known_n,
  CAST(SUM(owned.lent_n) AS BIGINT) AS lent_n
FROM identity_owned_events AS owned
JOIN $parts AS parts
  ON parts.id_key = owned.id_key
GROUP BY
  owned.source
