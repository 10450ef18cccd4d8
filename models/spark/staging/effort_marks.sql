-- One row per sign of effort, error, contact or low score in a journey: at which event, when, and what it is charged to
-- (null: the touchpoint where the journey stood).
WITH found AS (
  SELECT
    journey_key,
    'loop' AS signal,
    code AS target,
    position,
    CAST(times_n AS DOUBLE) AS measure
  FROM loops
  UNION ALL
  SELECT
    journey_key,
    'backtracking' AS signal,
    CAST(NULL AS INT) AS target,
    position,
    CAST(returns_n AS DOUBLE) AS measure
  FROM backtracks
  UNION ALL
  SELECT
    journey_key,
    'error' AS signal,
    CAST(NULL AS INT) AS target,
    position,
    CAST(NULL AS DOUBLE) AS measure
  FROM customer_steps
  WHERE
    is_error
  UNION ALL
  SELECT
    journey_key,
    signal,
    CAST(NULL AS INT) AS target,
    position,
    CAST(NULL AS DOUBLE) AS measure
  FROM clicks_in_vain
  UNION ALL
  SELECT
    moves.journey_key,
    'channel_switch' AS signal,
    stages.code AS target,
    moves.position,
    CAST(NULL AS DOUBLE) AS measure
  FROM channel_moves AS moves
  JOIN stages
    ON stages.journey_key = moves.journey_key
    AND (
      stages.stage = 0 OR stages.position <= moves.from_position
    )
    AND (
      stages.next_position IS NULL OR stages.next_position > moves.from_position
    )
  WHERE
    NOT moves.is_planned
  UNION ALL
  SELECT
    moves.journey_key,
    'ping_pong' AS signal,
    stages.code AS target,
    moves.position,
    CAST(NULL AS DOUBLE) AS measure
  FROM channel_moves AS moves
  JOIN stages
    ON stages.journey_key = moves.journey_key
    AND (
      stages.stage = 0 OR stages.position <= moves.moved_position
    )
    AND (
      stages.next_position IS NULL OR stages.next_position > moves.position
    )
  WHERE
    moves.channel = moves.first_channel
    AND NOT (
      moves.is_planned AND moves.was_planned
    )
  UNION ALL
  SELECT
    journey_key,
    signal,
    target,
    position,
    measure
  FROM contact_marks
)
SELECT
  found.journey_key,
  found.signal,
  found.target,
  found.position,
  steps.event_key,
  steps.at_us AS known_us,
  found.measure
FROM found
JOIN traced_steps AS steps
  ON steps.journey_key = found.journey_key AND steps.position = found.position
UNION ALL
SELECT
  answers.journey_key,
  CASE answers.measure
    WHEN 'nps'
    THEN 'low_nps'
    WHEN 'csat'
    THEN 'low_csat'
    WHEN 'ces'
    THEN 'low_ces'
    ELSE 'negative_sentiment'
  END AS signal,
  answers.about_code AS target,
  answers.position,
  answers.event_key,
  answers.at_us AS known_us,
  answers.score AS measure
FROM experience_answers AS answers
LEFT JOIN (
  SELECT DISTINCT
    event_key,
    measure
  FROM experience_answers
  WHERE
    NOT about_code IS NULL
) AS narrower
  ON narrower.event_key = answers.event_key AND narrower.measure = answers.measure
WHERE
  answers.is_low
  AND (
    NOT answers.about_code IS NULL OR narrower.event_key IS NULL
  )
