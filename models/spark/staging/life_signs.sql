-- One row per entity that converted and was seen again: its first event afterwards that the company did not begin.
WITH told AS (
  SELECT
    customers.entity_key,
    unix_micros(e.occurred_at) AS at_us,
    e.initiator,
    CAST($code AS INT) AS code
  FROM events AS e
  LEFT JOIN event_owners AS owners
    ON owners.event_key = e.event_key
  LEFT JOIN withdrawn_ids AS withdrawn
    ON withdrawn.id_key = $main_id
  LEFT JOIN entities AS direct
    ON direct.id_key = $main_id
  LEFT JOIN entities AS named
    ON named.entity_id = $named_id
  JOIN customers
    ON customers.entity_key = COALESCE(direct.entity_key, named.entity_key)
    AND customers.start_us < unix_micros(e.occurred_at)
  WHERE
    unix_micros(e.occurred_at) <= $as_of_us AND withdrawn.id_key IS NULL
)
SELECT
  told.entity_key,
  MIN(told.at_us) AS seen_us
FROM told
LEFT JOIN map_names AS names
  ON names.code = told.code
WHERE
  COALESCE(told.initiator, names.initiator, 'customer') <> 'company'
GROUP BY
  told.entity_key
