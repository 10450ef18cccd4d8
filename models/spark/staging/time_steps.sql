-- One row per event of a converted journey up to its goal, but the first: the time since the event before, and the
-- deviation that the event is, where it is one.
WITH steps AS (
  SELECT
    traced_steps.journey_key,
    traced_steps.position,
    traced_steps.at_us,
    LAG(traced_steps.at_us) OVER (PARTITION BY traced_steps.journey_key ORDER BY traced_steps.position NULLS LAST) AS before_us
  FROM traced_steps
  JOIN journey_states AS states
    ON states.journey_key = traced_steps.journey_key
    AND traced_steps.at_us <= states.ended_us
  WHERE
    states.status = 'converted'
), moved AS (
  SELECT
    ids.journey_key,
    found.position,
    found.kind,
    found.touchpoint,
    found.block
  FROM deviations AS found
  JOIN journey_ids AS ids
    ON ids.journey_id = found.journey_id
  WHERE
    found.kind IN ('ad_hoc', 'repeated', 'out_of_order', 'branch_conflict')
)
SELECT
  steps.journey_key,
  steps.position,
  steps.before_us,
  steps.at_us,
  moved.kind,
  moved.touchpoint,
  moved.block
FROM steps
LEFT JOIN moved
  ON moved.journey_key = steps.journey_key AND moved.position = steps.position
WHERE
  NOT steps.before_us IS NULL
