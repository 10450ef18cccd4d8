-- One row per journey and touchpoint of the flow that it reached by its goal, in the order in which it first did.
-- `ending` is the status of the journey that ended, or stands, there; null: it went on.
WITH goals AS (
  SELECT
    journey_key,
    MIN(position) AS position
  FROM first_reached
  WHERE
    $reaches_goal
  GROUP BY
    journey_key
), mapped AS (
  SELECT
    journey_key,
    position,
    LAG(at_us) OVER (PARTITION BY journey_key ORDER BY position NULLS LAST) AS before_us
  FROM traced_steps
  WHERE
    NOT code IS NULL
), reached AS (
  SELECT
    firsts.journey_key,
    firsts.code,
    firsts.position,
    firsts.reached_us,
    mapped.before_us
  FROM first_reached AS firsts
  JOIN mapped
    ON mapped.journey_key = firsts.journey_key AND mapped.position = firsts.position
  LEFT JOIN goals
    ON goals.journey_key = firsts.journey_key
  WHERE
    firsts.code < $flow_n
    AND firsts.position <= COALESCE(goals.position, firsts.position)
), ordered AS (
  SELECT
    journey_key,
    code,
    position,
    reached_us,
    -1 + CAST(ROW_NUMBER() OVER in_order AS BIGINT) AS stage,
    LEAD(code) OVER in_order AS next_code,
    LEAD(reached_us) OVER in_order AS next_us,
    LEAD(position) OVER in_order AS next_position,
    LEAD(before_us) OVER in_order AS last_us
  FROM reached
  WINDOW in_order AS (PARTITION BY journey_key ORDER BY position NULLS LAST)
)
SELECT
  ordered.journey_key,
  ordered.stage,
  ordered.code,
  ordered.position,
  ordered.reached_us,
  ordered.next_code,
  ordered.next_us,
  ordered.next_position,
  CASE WHEN ordered.next_code IS NULL THEN states.status END AS ending,
  CASE
    WHEN NOT ordered.next_code IS NULL
    THEN ordered.last_us
    WHEN states.status = 'converted'
    THEN states.ended_us
    ELSE states.last_us
  END AS last_us
FROM ordered
JOIN journey_states AS states
  ON states.journey_key = ordered.journey_key
