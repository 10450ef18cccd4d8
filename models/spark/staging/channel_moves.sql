-- One row per change of channel between two events that the customer began: where she stood, where she came from before
-- that, and whether the map has her change: it does where it designs the new channel for the touchpoint and not the old.
WITH several AS (
  SELECT
    journey_key
  FROM customer_steps
  WHERE
    NOT channel IS NULL
  GROUP BY
    journey_key
  HAVING
    MIN(channel) <> MAX(channel)
), steps AS (
  SELECT
    customer_steps.journey_key,
    customer_steps.position,
    customer_steps.code,
    customer_steps.role,
    customer_steps.channel,
    LAG(customer_steps.channel) OVER by_time AS from_channel,
    LAG(customer_steps.position) OVER by_time AS from_position
  FROM customer_steps
  JOIN several
    ON several.journey_key = customer_steps.journey_key
  WHERE
    NOT customer_steps.channel IS NULL
  WINDOW by_time AS (
    PARTITION BY customer_steps.journey_key
    ORDER BY customer_steps.position NULLS LAST
  )
), moves AS (
  SELECT
    steps.journey_key,
    steps.position,
    steps.channel,
    steps.from_channel,
    steps.from_position,
    CASE
      WHEN COALESCE(steps.role, 'off_map') = 'off_map'
      THEN FALSE
      WHEN limited.code IS NULL
      THEN TRUE
      ELSE NOT here.code IS NULL AND stayed.code IS NULL
    END AS is_planned
  FROM steps
  LEFT JOIN (
    SELECT DISTINCT
      code
    FROM designed_channels
  ) AS limited
    ON limited.code = steps.code
  LEFT JOIN designed_channels AS here
    ON here.code = steps.code AND here.channel = steps.channel
  LEFT JOIN designed_channels AS stayed
    ON stayed.code = steps.code AND stayed.channel = steps.from_channel
  WHERE
    steps.from_channel <> steps.channel
)
SELECT
  journey_key,
  position,
  channel,
  from_position,
  is_planned,
  LAG(from_channel) OVER (PARTITION BY journey_key ORDER BY position NULLS LAST) AS first_channel,
  LAG(position) OVER (PARTITION BY journey_key ORDER BY position NULLS LAST) AS moved_position,
  LAG(is_planned) OVER (PARTITION BY journey_key ORDER BY position NULLS LAST) AS was_planned
FROM moves
