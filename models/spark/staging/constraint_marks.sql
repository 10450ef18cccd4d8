-- One row per constraint and event of its first or second touchpoint: what follows it, and what went before.
WITH marks AS (
  SELECT
    codes.constraint_no,
    codes.is_first,
    steps.journey_key,
    steps.position,
    steps.at_us,
    e.channel
  FROM traced_steps AS steps
  JOIN constraint_codes AS codes
    ON codes.code = steps.code
  LEFT JOIN events AS e
    ON e.event_key = steps.event_key AND codes.is_same_channel
)
SELECT
  marks.*,
  CAST(SUM(CASE WHEN is_first THEN 1 ELSE 0 END) OVER so_far AS BIGINT) AS firsts_n,
  MAX(CASE WHEN is_first THEN position END) OVER so_far AS first_position,
  MIN(CASE WHEN NOT is_first THEN position END) OVER later AS second_position,
  MIN(CASE WHEN NOT is_first THEN at_us END) OVER later AS second_us,
  MIN(CASE WHEN NOT is_first AND channel IS NULL THEN at_us END) OVER later AS unknown_us,
  MIN(CASE WHEN NOT is_first THEN at_us END) OVER later_there AS second_there_us
FROM marks
WINDOW so_far AS (
  PARTITION BY constraint_no, journey_key
  ORDER BY position NULLS LAST
  rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
), later AS (
  PARTITION BY constraint_no, journey_key
  ORDER BY position NULLS LAST
  rows BETWEEN 1 following AND UNBOUNDED following
), later_there AS (
  PARTITION BY constraint_no, journey_key, channel
  ORDER BY position NULLS LAST
  rows BETWEEN 1 following AND UNBOUNDED following
)
