-- One row per source and activity of the events that belong to an entity, numbered in their order.
WITH counted AS (
  SELECT
    e.source,
    e.activity,
    COUNT(*) AS events_n,
    COUNT(DISTINCT touches.entity_key) AS entities_n
  FROM touches
  JOIN events AS e
    ON e.event_key = touches.event_key
  GROUP BY
    e.source,
    e.activity
)
SELECT
  CAST(ROW_NUMBER() OVER (ORDER BY source NULLS LAST, activity NULLS LAST) AS BIGINT) AS number,
  source,
  activity,
  events_n,
  entities_n
FROM counted
