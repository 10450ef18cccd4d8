-- One row per person and touchpoint of the flow: the time in which she stood there, at most $within_us from reaching it,
-- and her contacts in it beyond the design.
WITH contacts AS (
  SELECT
    journey_key,
    stage,
    COUNT(*) AS contacts_n
  FROM contact_steps
  WHERE
    is_demand AND after_us >= 0 AND after_us <= $within_us
  GROUP BY
    journey_key,
    stage
)
SELECT
  states.entity_key,
  stages.code,
  CAST(SUM(
    LEAST(
      $within_us,
      COALESCE(stages.next_us, LEAST(states.until_us, $as_of_us)) - stages.reached_us
    )
  ) AS BIGINT) AS exposed_us,
  CAST(SUM(COALESCE(contacts.contacts_n, 0)) AS BIGINT) AS contacts_n
FROM stages
JOIN journey_states AS states
  ON states.journey_key = stages.journey_key
LEFT JOIN contacts
  ON contacts.journey_key = stages.journey_key AND contacts.stage = stages.stage
WHERE
  COALESCE(stages.ending <> 'converted', TRUE)
GROUP BY
  states.entity_key,
  stages.code
