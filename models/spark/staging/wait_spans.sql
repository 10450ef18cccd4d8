-- One row per wait: from the first moment the customer is ready to what she waits for, or to where it stands open.
-- Per pair of touchpoints: the events of either, whether the customer is ready there or served, and the next service.
WITH marks AS (
  SELECT
    pairs.pair_no,
    steps.journey_key,
    steps.position,
    steps.at_us,
    pairs.is_ready,
    LAG(pairs.is_ready) OVER (PARTITION BY pairs.pair_no, steps.journey_key ORDER BY steps.position NULLS LAST) AS was_ready,
    MIN(CASE WHEN NOT pairs.is_ready THEN steps.position END) OVER later AS served_position,
    MIN(CASE WHEN NOT pairs.is_ready THEN steps.at_us END) OVER later AS served_us
  FROM traced_steps AS steps
  JOIN wait_pairs AS pairs
    ON pairs.code = steps.code
  WINDOW later AS (
    PARTITION BY pairs.pair_no, steps.journey_key
    ORDER BY steps.position NULLS LAST
    rows BETWEEN 1 following AND UNBOUNDED following
  )
)
SELECT
  marks.pair_no,
  marks.journey_key,
  marks.position AS ready_position,
  marks.at_us AS ready_us,
  marks.served_position,
  CASE
    WHEN NOT marks.served_position IS NULL
    THEN 1
    WHEN states.status = 'in_flight'
    THEN 0
    ELSE 2
  END AS end_kind,
  CASE
    WHEN NOT marks.served_position IS NULL
    THEN marks.served_us
    WHEN states.status = 'in_flight'
    THEN $as_of_us
    WHEN states.ended_us > marks.at_us
    THEN states.ended_us
    ELSE marks.at_us
  END AS end_us,
  states.status
FROM marks
JOIN journey_states AS states
  ON states.journey_key = marks.journey_key
WHERE
  marks.is_ready AND COALESCE(NOT marks.was_ready, TRUE)
