-- One row per event: the entity's episode that it falls into. An episode holds at most one journey.
-- After the goal the next one begins when the map says so; what happens in between belongs to no journey.
SELECT
  entity_key,
  at_us,
  event_key,
  code,
  place,
  closed_n + CAST(SUM(
    CASE
      WHEN code < $flow_n
      AND at_us - flow_before_us >= $reopens_us
      THEN 1
      ELSE 0
    END
  ) OVER (
    PARTITION BY entity_key
    ORDER BY place NULLS LAST
    rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
  ) AS BIGINT) AS episode
FROM ordered_touches
WHERE
  goal_before_us IS NULL OR at_us - goal_before_us >= $quiet_us
