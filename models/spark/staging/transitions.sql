-- One row per touchpoint of the flow in a journey: the one before and the time between; a last row per journey for its end.
WITH touched AS (
  SELECT
    journey_key,
    position,
    code,
    at_us,
    LAG(code) OVER (PARTITION BY journey_key ORDER BY position NULLS LAST) AS from_code,
    LAG(at_us) OVER (PARTITION BY journey_key ORDER BY position NULLS LAST) AS from_us
  FROM traced_steps
  WHERE
    code < $flow_n
)
SELECT
  journey_key,
  from_code,
  code AS to_code,
  at_us - from_us AS between_us,
  CAST(NULL AS STRING) AS end_status
FROM touched
UNION ALL
SELECT
  journey_key,
  stands_at AS from_code,
  CAST(NULL AS INT) AS to_code,
  CAST(NULL AS BIGINT) AS between_us,
  status AS end_status
FROM journey_states
