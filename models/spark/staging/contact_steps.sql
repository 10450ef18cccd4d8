-- One row per contact of a customer within her journeys, by person and reason in order of time. It is demand beyond the
-- design where the flow does not have it.
SELECT
  states.entity_key,
  COALESCE($reason, '#' || CAST(steps.letter AS STRING)) AS reason,
  steps.at_us,
  steps.event_key,
  steps.journey_key,
  steps.position,
  steps.letter AS target,
  stages.stage,
  stages.code AS stage_code,
  steps.at_us - stages.reached_us AS after_us,
  stages.next_code IS NULL AND stages.ending = 'converted' AS is_done,
  COALESCE(steps.role, 'off_map') <> 'flow' OR NOT logs.position IS NULL AS is_demand
FROM customer_steps AS steps
JOIN events AS e
  ON e.event_key = steps.event_key
JOIN journey_states AS states
  ON states.journey_key = steps.journey_key
JOIN stages
  ON stages.journey_key = steps.journey_key
  AND (
    stages.stage = 0 OR stages.position <= steps.position
  )
  AND (
    stages.next_position IS NULL OR stages.next_position > steps.position
  )
LEFT JOIN early_logs AS logs
  ON logs.journey_key = steps.journey_key AND logs.position = steps.position
WHERE
  steps.is_contact
ORDER BY
  states.entity_key NULLS LAST,
  reason NULLS LAST,
  steps.at_us NULLS LAST,
  steps.event_key NULLS LAST
