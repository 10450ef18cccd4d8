-- One row per event up to the snapshot that answers, or asks, one question of the map: whose it is, and its score.
WITH candidates AS (
  SELECT
    e.event_key,
    $text AS text
  FROM events AS e
  WHERE
    $is_candidate
), numbered AS (
  SELECT
    candidates.event_key,
    try_cast(case when translate(candidates.text, '+-.0123456789Ee ', '') = '' then candidates.text end as double) AS score
  FROM candidates
)
SELECT
  COALESCE(direct.entity_key, named.entity_key) AS entity_key,
  unix_micros(e.occurred_at) AS at_us,
  e.event_key,
  CAST($question AS INT) AS question,
  $is_answer AS is_answer,
  numbered.score
FROM numbered
JOIN events AS e
  ON e.event_key = numbered.event_key
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
  AND (
    $is_told
  )
