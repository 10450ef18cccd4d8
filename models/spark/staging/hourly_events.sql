-- One row per hour (UTC), source and code of the map (null: the map does not know them): its events up to the snapshot.
WITH coded AS (
  SELECT
    CAST($code AS INT) AS code,
    e.source,
    unix_micros(e.occurred_at) AS at_us
  FROM events AS e
  WHERE
    unix_micros(e.occurred_at) <= $as_of_us
)
SELECT
  source,
  code,
  at_us - at_us % 3600000000 AS hour_us,
  COUNT(*) AS events_n,
  MIN(at_us) AS first_us,
  MAX(at_us) AS last_us
FROM coded
GROUP BY
  source,
  code,
  at_us - at_us % 3600000000
