-- One row per constraint and time that it was put to a journey: kept, open, broken, or unknown.
-- What could not be seen may have answered, may have come too often, and may be what an answer answered.
WITH unseen AS (
  SELECT DISTINCT
    cases.constraint_no,
    cases.journey_key,
    cases.position
  FROM constraint_cases AS cases
  JOIN blind_spans AS spans
    ON spans.code = cases.watched_code
    AND cases.watched_from_us < spans.until_us
    AND cases.watched_until_us >= spans.from_us
)
SELECT
  cases.constraint_no,
  cases.journey_key,
  cases.position,
  CASE
    WHEN unseen.journey_key IS NULL
    THEN cases.outcome
    WHEN constraints.kind = 'response' AND cases.outcome = 'kept'
    THEN 'kept'
    WHEN constraints.kind IN ('not_after', 'at_most') AND cases.outcome = 'broken'
    THEN 'broken'
    ELSE 'unknown'
  END AS outcome,
  cases.broke_us,
  cases.broke_position,
  cases.due_us
FROM constraint_cases AS cases
JOIN map_constraints AS constraints
  ON constraints.constraint_no = cases.constraint_no
LEFT JOIN unseen
  ON unseen.constraint_no = cases.constraint_no
  AND unseen.journey_key = cases.journey_key
  AND unseen.position = cases.position
