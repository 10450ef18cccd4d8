-- One row per constraint and time that it was put to a journey: kept, open, broken or unknown, from what was seen;
-- and what had to be seen, and when, for that to be known.
WITH put AS (
  SELECT
    marks.*,
    constraints.kind,
    constraints.first_code,
    constraints.second_code,
    constraints.at_most,
    constraints.is_same_channel,
    constraints.within_us IS NULL AS is_unlimited,
    dues.due_us,
    CASE
      WHEN states.status = 'in_flight'
      THEN $as_of_us
      WHEN states.status = 'converted'
      THEN GREATEST(states.ended_us, states.last_us)
      ELSE LEAST(states.until_us, $as_of_us)
    END AS watched_until_us,
    GREATEST(COALESCE(states.ended_us, marks.at_us), marks.at_us) AS over_us,
    states.entered_us,
    states.status <> 'in_flight' AS is_over
  FROM constraint_marks AS marks
  JOIN map_constraints AS constraints
    ON constraints.constraint_no = marks.constraint_no
  JOIN journey_states AS states
    ON states.journey_key = marks.journey_key
  LEFT JOIN constraint_dues AS dues
    ON dues.constraint_no = marks.constraint_no
    AND dues.journey_key = marks.journey_key
    AND dues.position = marks.position
), responses AS (
  SELECT
    put.*,
    CASE
      WHEN NOT is_same_channel
      THEN second_us
      WHEN NOT channel IS NULL
      THEN second_there_us
    END AS answer_us,
    CASE
      WHEN NOT is_same_channel
      THEN NULL
      WHEN channel IS NULL
      THEN second_us
      ELSE unknown_us
    END AS maybe_us
  FROM put
  WHERE
    kind = 'response' AND is_first
)
SELECT
  constraint_no,
  journey_key,
  position,
  CASE
    WHEN NOT answer_us IS NULL
    AND (
      is_unlimited OR COALESCE(answer_us <= due_us, TRUE)
    )
    THEN 'kept'
    WHEN NOT maybe_us IS NULL AND (
      is_unlimited OR COALESCE(maybe_us <= due_us, TRUE)
    )
    THEN 'unknown'
    WHEN is_unlimited AND is_over
    THEN 'broken'
    WHEN NOT is_unlimited AND $as_of_us > due_us
    THEN 'broken'
    ELSE 'open'
  END AS outcome,
  CASE WHEN is_unlimited THEN over_us ELSE due_us END AS broke_us,
  position AS broke_position,
  due_us,
  second_code AS watched_code,
  at_us AS watched_from_us,
  CASE
    WHEN is_unlimited
    THEN watched_until_us
    ELSE LEAST(due_us, $as_of_us)
  END AS watched_until_us
FROM responses
UNION ALL
SELECT
  put.constraint_no,
  put.journey_key,
  put.position,
  CASE WHEN put.second_position IS NULL THEN 'kept' ELSE 'broken' END AS outcome,
  put.second_us AS broke_us,
  put.second_position AS broke_position,
  CAST(NULL AS BIGINT) AS due_us,
  put.second_code AS watched_code,
  put.at_us AS watched_from_us,
  put.watched_until_us
FROM put
WHERE
  put.kind = 'not_after' AND put.is_first
UNION ALL
SELECT
  put.constraint_no,
  put.journey_key,
  put.position,
  CASE WHEN put.firsts_n > put.at_most THEN 'broken' ELSE 'kept' END AS outcome,
  put.at_us AS broke_us,
  put.position AS broke_position,
  CAST(NULL AS BIGINT) AS due_us,
  put.first_code AS watched_code,
  put.entered_us AS watched_from_us,
  put.watched_until_us
FROM put
WHERE
  put.kind = 'at_most'
UNION ALL
SELECT
  put.constraint_no,
  put.journey_key,
  put.position,
  CASE
    WHEN put.channel IS NULL OR before.channel IS NULL
    THEN 'unknown'
    WHEN put.channel = before.channel
    THEN 'kept'
    ELSE 'broken'
  END AS outcome,
  put.at_us AS broke_us,
  put.position AS broke_position,
  CAST(NULL AS BIGINT) AS due_us,
  put.first_code AS watched_code,
  before.at_us AS watched_from_us,
  put.at_us AS watched_until_us
FROM put
JOIN constraint_marks AS before
  ON before.constraint_no = put.constraint_no
  AND before.journey_key = put.journey_key
  AND before.position = put.first_position
WHERE
  put.kind = 'same_channel' AND NOT put.is_first
