-- One row per journey and constraint that was put to it: its verdict, and where it was first broken for good.
WITH ranked AS (
  SELECT
    outcomes.*,
    CAST(ROW_NUMBER() OVER (
      PARTITION BY constraint_no, journey_key
      ORDER BY CASE WHEN outcome = 'broken' THEN 0 ELSE 1 END NULLS LAST, broke_us NULLS LAST, position NULLS LAST
    ) AS BIGINT) AS place
  FROM constraint_outcomes AS outcomes
), counted AS (
  SELECT
    constraint_no,
    journey_key,
    COUNT(*) AS activations_n,
    CAST(SUM(CASE WHEN outcome = 'broken' THEN 1 ELSE 0 END) AS BIGINT) AS broken_n,
    CAST(SUM(CASE WHEN outcome = 'open' THEN 1 ELSE 0 END) AS BIGINT) AS open_n,
    CAST(SUM(CASE WHEN outcome = 'unknown' THEN 1 ELSE 0 END) AS BIGINT) AS unknown_n,
    MIN(CASE WHEN outcome = 'open' THEN due_us END) AS due_us,
    MIN(CASE WHEN place = 1 AND outcome = 'broken' THEN broke_us END) AS broke_us,
    MIN(CASE WHEN place = 1 AND outcome = 'broken' THEN broke_position END) AS broke_position
  FROM ranked
  GROUP BY
    constraint_no,
    journey_key
)
SELECT
  counted.constraint_no,
  counted.journey_key,
  CASE
    WHEN counted.broken_n > 0
    THEN 'violated_final'
    WHEN counted.open_n > 0
    THEN 'violated_now'
    WHEN counted.unknown_n > 0
    THEN 'unjudged'
    WHEN states.status = 'in_flight'
    THEN 'satisfied_now'
    ELSE 'satisfied_final'
  END AS verdict,
  states.status,
  counted.activations_n,
  counted.broken_n,
  counted.broke_us,
  counted.broke_position,
  counted.due_us
FROM counted
JOIN journey_states AS states
  ON states.journey_key = counted.journey_key
