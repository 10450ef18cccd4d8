-- One row per event up to the snapshot that belongs to an entity: when, in which order, and its code on the map.
SELECT
  COALESCE(direct.entity_key, named.entity_key) AS entity_key,
  unix_micros(e.occurred_at) AS at_us,
  sources.rank AS source_rank,
  e.tie,
  e.event_key,
  CAST($code AS INT) AS code
FROM events AS e
JOIN sources
  ON sources.source = e.source
LEFT JOIN event_owners AS owners
  ON owners.event_key = e.event_key
LEFT JOIN withdrawn_ids AS withdrawn
  ON withdrawn.id_key = $main_id
LEFT JOIN entities AS direct
  ON direct.id_key = $main_id
LEFT JOIN entities AS named
  ON named.entity_id = $named_id
WHERE
  unix_micros(e.occurred_at) <= $as_of_us
  AND NOT COALESCE(direct.entity_key, named.entity_key) IS NULL
  AND withdrawn.id_key IS NULL
  AND $is_free
