-- One row per mapped event in a journey: the touchpoint of the flow where the journey stands, and the next mapped event.
SELECT
  journey_key,
  position,
  at_us,
  code,
  CAST(MAX(CASE WHEN code < $flow_n THEN position * 4096 + code END) OVER (
    PARTITION BY journey_key
    ORDER BY position NULLS LAST
    rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
  ) % 4096 AS INT) AS stands_at,
  LEAD(at_us) OVER (PARTITION BY journey_key ORDER BY position NULLS LAST) AS next_us
FROM journey_steps
WHERE
  NOT code IS NULL
