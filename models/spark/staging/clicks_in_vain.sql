-- One row per journey and click in vain: as its system calls it, or three on one element within two seconds.
WITH clicked AS (
  SELECT
    journey_key,
    position,
    at_us,
    is_rage,
    is_dead,
    LAG(at_us, 2) OVER (PARTITION BY journey_key, session_id, element ORDER BY position NULLS LAST) AS third_us,
    element
  FROM customer_steps
  WHERE
    is_click
)
SELECT
  journey_key,
  position,
  CASE WHEN is_dead THEN 'dead_click' ELSE 'rage_click' END AS signal
FROM clicked
WHERE
  is_rage OR is_dead OR (
    NOT element IS NULL AND at_us - third_us <= 2000000
  )
