-- One row per source and activity of which the map knows no event, with those that fell into journeys.
WITH unknown AS (
  SELECT
    e.source,
    e.activity,
    COUNT(*) AS events_n
  FROM events AS e
  WHERE
    (
      $code
    ) IS NULL
    AND unix_micros(e.occurred_at) <= $as_of_us
  GROUP BY
    e.source,
    e.activity
), inside AS (
  SELECT
    e.source,
    e.activity,
    COUNT(*) AS in_journeys_n
  FROM traced_steps AS steps
  JOIN events AS e
    ON e.event_key = steps.event_key
  WHERE
    steps.code IS NULL
  GROUP BY
    e.source,
    e.activity
)
SELECT
  $journey AS journey,
  unknown.source,
  unknown.activity,
  unknown.events_n,
  COALESCE(inside.in_journeys_n, 0) AS in_journeys_n
FROM unknown
LEFT JOIN inside
  ON inside.source = unknown.source AND inside.activity = unknown.activity
ORDER BY
  unknown.events_n DESC,
  unknown.source NULLS LAST,
  unknown.activity NULLS LAST
