-- One row per journey that is not converted and differed from the design from its last touchpoint of the flow on: the
-- last deviation, of several at one event the one that tells most of it ($rank), then the last by designed place.
WITH stood AS (
  SELECT
    ids.journey_id,
    states.journey_key,
    MAX(steps.position) AS position
  FROM journey_states AS states
  JOIN journey_ids AS ids
    ON ids.journey_key = states.journey_key
  JOIN traced_steps AS steps
    ON steps.journey_key = states.journey_key AND steps.code < $flow_n
  WHERE
    states.status <> 'converted'
  GROUP BY
    ids.journey_id,
    states.journey_key
), later AS (
  SELECT
    stood.journey_key,
    found.kind,
    found.touchpoint,
    found.block,
    (
      COALESCE(found.position, 1000000000) * 32 + $rank
    ) * 8192 + COALESCE(map_names.code, 8191) AS mark
  FROM stood
  JOIN deviations AS found
    ON found.journey_id = stood.journey_id
  LEFT JOIN map_names
    ON map_names.name = found.touchpoint
  WHERE
    COALESCE(found.position, stood.position) >= stood.position
    AND found.kind <> 'unobservable'
), lasts AS (
  SELECT
    journey_key,
    MAX(mark) AS mark
  FROM later
  GROUP BY
    journey_key
)
SELECT
  later.journey_key,
  later.kind,
  later.touchpoint,
  MAX(later.block) AS block
FROM later
JOIN lasts
  ON lasts.journey_key = later.journey_key AND lasts.mark = later.mark
GROUP BY
  later.journey_key,
  later.kind,
  later.touchpoint
