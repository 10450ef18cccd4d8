-- One row per journey: the first value of one segment's attribute that its events give.
WITH given AS (
  SELECT
    steps.journey_key,
    steps.position,
    e.attributes[$attribute] AS value
  FROM journey_steps AS steps
  JOIN events AS e
    ON e.event_key = steps.event_key
  WHERE
    NOT e.attributes[$attribute] IS NULL
), firsts AS (
  SELECT
    journey_key,
    $pick(position) AS position
  FROM given
  GROUP BY
    journey_key
)
SELECT
  given.journey_key,
  $segment AS name,
  given.value
FROM given
JOIN firsts
  ON firsts.journey_key = given.journey_key AND firsts.position = given.position
