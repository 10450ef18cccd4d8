-- One row per fault of one event, whether or not the event was in its place: of those that are one only where it was
-- (`is_of_sync`), whether it is in the whole alignment, and whether it was when the event came.
WITH judged AS (
  SELECT
    steps.journey_key,
    steps.position,
    steps.event_key,
    steps.at_us,
    steps.code,
    map_names.role,
    map_names.initiator AS designed_initiator,
    logs.position IS NULL AS is_sync,
    early.position IS NULL AS was_sync
  FROM traced_steps AS steps
  LEFT JOIN map_names
    ON map_names.code = steps.code
  LEFT JOIN log_steps AS logs
    ON logs.journey_key = steps.journey_key AND logs.position = steps.position
  LEFT JOIN early_logs AS early
    ON early.journey_key = steps.journey_key AND early.position = steps.position
), exits AS (
  SELECT
    journey_key,
    MAX(position) AS position
  FROM judged
  WHERE
    role = 'exit'
  GROUP BY
    journey_key
), on_flow AS (
  SELECT
    judged.*,
    e.status,
    e.channel,
    e.initiator
  FROM judged
  JOIN events AS e
    ON e.event_key = judged.event_key
  WHERE
    judged.role IN ('flow', 'anytime') AND (
      judged.is_sync OR judged.was_sync
    )
), entries AS (
  SELECT
    states.journey_key,
    MIN(steps.position) AS position
  FROM journey_states AS states
  JOIN traced_steps AS steps
    ON steps.journey_key = states.journey_key AND steps.code < $flow_n
  WHERE
    NOT (
      $is_opening
    )
  GROUP BY
    states.journey_key
)
SELECT
  journey_key,
  position,
  event_key,
  at_us,
  code,
  'ad_hoc' AS kind,
  FALSE AS is_of_sync,
  is_sync,
  was_sync
FROM judged
WHERE
  code IS NULL OR role = 'off_map'
UNION ALL
SELECT
  journey_key,
  position,
  event_key,
  at_us,
  code,
  'failed' AS kind,
  TRUE AS is_of_sync,
  is_sync,
  was_sync
FROM on_flow
WHERE
  status = 'failed'
UNION ALL
SELECT
  on_flow.journey_key,
  on_flow.position,
  on_flow.event_key,
  on_flow.at_us,
  on_flow.code,
  'wrong_channel' AS kind,
  TRUE AS is_of_sync,
  on_flow.is_sync,
  on_flow.was_sync
FROM on_flow
JOIN (
  SELECT DISTINCT
    code
  FROM designed_channels
) AS limited
  ON limited.code = on_flow.code
LEFT JOIN designed_channels AS allowed
  ON allowed.code = on_flow.code AND allowed.channel = on_flow.channel
WHERE
  NOT on_flow.channel IS NULL AND allowed.channel IS NULL
UNION ALL
SELECT
  journey_key,
  position,
  event_key,
  at_us,
  code,
  'wrong_initiator' AS kind,
  TRUE AS is_of_sync,
  is_sync,
  was_sync
FROM on_flow
WHERE
  initiator <> designed_initiator
UNION ALL
SELECT
  entries.journey_key,
  steps.position,
  steps.event_key,
  steps.at_us,
  steps.code,
  'wrong_entry' AS kind,
  FALSE AS is_of_sync,
  TRUE AS is_sync,
  TRUE AS was_sync
FROM entries
JOIN traced_steps AS steps
  ON steps.journey_key = entries.journey_key AND steps.position = entries.position
UNION ALL
SELECT
  states.journey_key,
  judged.position,
  judged.event_key,
  judged.at_us,
  states.stands_at AS code,
  'wrong_exit' AS kind,
  FALSE AS is_of_sync,
  judged.is_sync,
  judged.was_sync
FROM journey_states AS states
JOIN (
  SELECT DISTINCT
    exit_code
  FROM exit_places
) AS limited
  ON limited.exit_code = states.exit_code
JOIN exits
  ON exits.journey_key = states.journey_key
JOIN judged
  ON judged.journey_key = exits.journey_key AND judged.position = exits.position
LEFT JOIN exit_places AS allowed
  ON allowed.exit_code = states.exit_code AND allowed.code = states.stands_at
WHERE
  allowed.code IS NULL
