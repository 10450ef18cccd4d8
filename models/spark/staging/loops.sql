-- One row per event by which a touchpoint of the flow came back within one stage, beyond the design and after another
-- touchpoint: for which time it did there.
WITH walked AS (
  SELECT
    steps.journey_key,
    steps.position,
    steps.code,
    LAG(steps.code) OVER (PARTITION BY steps.journey_key ORDER BY steps.position NULLS LAST) AS before_code,
    LAG(steps.position) OVER (PARTITION BY steps.journey_key, steps.code ORDER BY steps.position NULLS LAST) AS same_position
  FROM traced_steps AS steps
  JOIN (
    SELECT DISTINCT
      journey_key
    FROM early_logs
  ) AS strayed
    ON strayed.journey_key = steps.journey_key
  WHERE
    steps.code < $flow_n
)
SELECT
  walked.journey_key,
  walked.position,
  walked.code,
  CAST(ROW_NUMBER() OVER (
    PARTITION BY walked.journey_key, stages.stage, walked.code
    ORDER BY walked.position NULLS LAST
  ) AS BIGINT) AS times_n
FROM walked
JOIN early_logs AS logs
  ON logs.journey_key = walked.journey_key AND logs.position = walked.position
JOIN stages
  ON stages.journey_key = walked.journey_key
  AND stages.position <= walked.same_position
  AND (
    stages.next_position IS NULL OR stages.next_position > walked.position
  )
WHERE
  walked.before_code <> walked.code
