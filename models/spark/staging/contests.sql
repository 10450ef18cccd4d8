-- One row per journey of this map and journey of another that share designed events: how many, and what the other has
-- of its own flow beside them, in all and after the last touchpoint of the flow here. rival_steps and rival_logs are the other map's.
WITH pairs AS (
  SELECT
    mine.journey_key,
    theirs.journey_key AS rival_key,
    COUNT(*) AS shared_n
  FROM traced_steps AS mine
  JOIN rival_steps AS theirs
    ON theirs.event_key = mine.event_key
  WHERE
    mine.code < $off_map_from
    AND theirs.code < $rival_off_map_from
  GROUP BY
    mine.journey_key,
    theirs.journey_key
), lasts AS (
  SELECT
    pairs.journey_key,
    pairs.rival_key,
    MAX(steps.at_us) AS last_us
  FROM pairs
  JOIN traced_steps AS steps
    ON steps.journey_key = pairs.journey_key AND steps.code < $flow_n
  GROUP BY
    pairs.journey_key,
    pairs.rival_key
), alone AS (
  SELECT
    pairs.journey_key,
    pairs.rival_key,
    COUNT(*) AS own_n,
    CAST(SUM(CASE WHEN theirs.at_us >= lasts.last_us THEN 1 ELSE 0 END) AS BIGINT) AS after_n
  FROM pairs
  JOIN lasts
    ON lasts.journey_key = pairs.journey_key AND lasts.rival_key = pairs.rival_key
  JOIN rival_steps AS theirs
    ON theirs.journey_key = pairs.rival_key
    AND theirs.code < $rival_flow_n
  LEFT JOIN rival_logs AS logs
    ON logs.journey_key = theirs.journey_key AND logs.position = theirs.position
  LEFT JOIN traced_steps AS mine
    ON mine.journey_key = pairs.journey_key AND mine.event_key = theirs.event_key
  WHERE
    logs.position IS NULL AND mine.code IS NULL
  GROUP BY
    pairs.journey_key,
    pairs.rival_key
)
SELECT
  $journey AS journey,
  $version AS map_version,
  pairs.journey_key,
  $rival_journey AS rival_journey,
  $rival_version AS rival_version,
  pairs.rival_key,
  pairs.shared_n,
  COALESCE(alone.own_n, 0) AS rival_own_n,
  COALESCE(alone.after_n, 0) AS rival_after_n
FROM pairs
LEFT JOIN alone
  ON alone.journey_key = pairs.journey_key AND alone.rival_key = pairs.rival_key
