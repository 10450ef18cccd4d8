-- One row per segment and reason why actual is not planned: journeys that did not convert, and time that those that did
-- spent on what nobody designed. All journeys have an empty label.
WITH ends AS (
  SELECT
    labels.segment,
    states.status AS line,
    lasts.kind,
    lasts.touchpoint,
    lasts.block,
    states.stands_at AS at_code,
    COUNT(*) AS journeys_n
  FROM journey_states AS states
  JOIN journey_labels AS labels
    ON labels.journey_key = states.journey_key
  LEFT JOIN last_departures AS lasts
    ON lasts.journey_key = states.journey_key
  WHERE
    states.status <> 'converted'
  GROUP BY
    labels.segment,
    states.status,
    lasts.kind,
    lasts.touchpoint,
    lasts.block,
    states.stands_at
), times AS (
  SELECT
    labels.segment,
    parts.kind,
    parts.touchpoint,
    parts.block,
    CAST(SUM(parts.amount) AS BIGINT) AS amount,
    COUNT(DISTINCT parts.journey_key) AS journeys_n
  FROM time_parts AS parts
  JOIN journey_labels AS labels
    ON labels.journey_key = parts.journey_key
  WHERE
    NOT parts.kind IS NULL
  GROUP BY
    labels.segment,
    parts.kind,
    parts.touchpoint,
    parts.block
)
SELECT
  segment,
  'completion' AS measure,
  line,
  kind,
  touchpoint,
  block,
  at_code,
  -journeys_n AS amount,
  journeys_n
FROM ends
UNION ALL
SELECT
  segment,
  'time' AS measure,
  'deviation' AS line,
  kind,
  touchpoint,
  block,
  CAST(NULL AS INT) AS at_code,
  amount,
  journeys_n
FROM times
WHERE
  amount > 0
