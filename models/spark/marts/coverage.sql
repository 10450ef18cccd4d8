-- One row per map (this one): what of its journeys' events and time the maps know.
WITH per_journey AS (
  SELECT
    journey_key,
    COUNT(*) AS events_n,
    CAST(SUM(CASE WHEN place = 'flow' THEN 1 ELSE 0 END) AS BIGINT) AS on_flow_n,
    CAST(SUM(CASE WHEN place = 'anytime' THEN 1 ELSE 0 END) AS BIGINT) AS anytime_n,
    CAST(SUM(CASE WHEN place = 'off_map' THEN 1 ELSE 0 END) AS BIGINT) AS off_map_n,
    CAST(SUM(CASE WHEN place = 'exit' THEN 1 ELSE 0 END) AS BIGINT) AS exits_n,
    CAST(SUM(CASE WHEN place = 'other_map' THEN 1 ELSE 0 END) AS BIGINT) AS other_map_n,
    CAST(SUM(CASE WHEN place = 'dark' THEN 1 ELSE 0 END) AS BIGINT) AS dark_n,
    MAX(at_us) - MIN(at_us) AS elapsed_us,
    CAST(SUM(CASE WHEN place = 'dark' THEN at_us - COALESCE(before_us, at_us) ELSE 0 END) AS BIGINT) AS dark_us
  FROM dark_steps
  GROUP BY
    journey_key
), summed AS (
  SELECT
    COUNT(DISTINCT states.entity_key) AS persons_n,
    COUNT(*) AS journeys_n,
    CAST(COALESCE(SUM(per_journey.events_n), 0) AS BIGINT) AS events_n,
    CAST(COALESCE(SUM(per_journey.on_flow_n), 0) AS BIGINT) AS on_flow_n,
    CAST(COALESCE(SUM(per_journey.anytime_n), 0) AS BIGINT) AS anytime_n,
    CAST(COALESCE(SUM(per_journey.off_map_n), 0) AS BIGINT) AS off_map_n,
    CAST(COALESCE(SUM(per_journey.exits_n), 0) AS BIGINT) AS exits_n,
    CAST(COALESCE(SUM(per_journey.other_map_n), 0) AS BIGINT) AS other_map_n,
    CAST(COALESCE(SUM(per_journey.dark_n), 0) AS BIGINT) AS dark_n,
    CAST(COALESCE(SUM(per_journey.elapsed_us), 0) AS BIGINT) AS elapsed_us,
    CAST(COALESCE(SUM(per_journey.dark_us), 0) AS BIGINT) AS dark_us,
    CAST(COALESCE(SUM(CASE WHEN 2 * per_journey.dark_n >= per_journey.events_n THEN 1 ELSE 0 END), 0) AS BIGINT) AS dark_journeys_n
  FROM journey_states AS states
  LEFT JOIN per_journey
    ON per_journey.journey_key = states.journey_key
), ghosts AS (
  SELECT
    COUNT(*) AS ghosts_n
  FROM touchpoints
  WHERE
    touchpoints.journey = $journey AND touchpoints.is_ghost
)
SELECT
  $journey AS journey,
  summed.persons_n,
  summed.journeys_n,
  summed.events_n,
  summed.on_flow_n,
  summed.anytime_n,
  summed.off_map_n,
  summed.exits_n,
  summed.other_map_n,
  summed.dark_n,
  CAST(summed.dark_n AS DOUBLE) / NULLIF(summed.events_n, 0) AS dark_share,
  summed.elapsed_us,
  summed.dark_us,
  CAST(summed.dark_us AS DOUBLE) / NULLIF(summed.elapsed_us, 0) AS dark_time_share,
  summed.dark_journeys_n,
  ghosts.ghosts_n
FROM summed
CROSS JOIN ghosts
