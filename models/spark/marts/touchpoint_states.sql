-- One row per touchpoint of the flow and segment: every journey is there in one of four states.
WITH states AS (
  SELECT
    cells.segment,
    places.code,
    CAST(SUM(cells.journeys_n) AS BIGINT) AS journeys_n,
    CAST(SUM(CASE WHEN places.is_done THEN cells.journeys_n ELSE 0 END) AS BIGINT) AS done_n,
    CAST(SUM(CASE WHEN places.is_skipped THEN cells.journeys_n ELSE 0 END) AS BIGINT) AS skipped_n,
    CAST(SUM(
      CASE
        WHEN places.is_ahead AND cells.status IN ('abandoned', 'exited')
        THEN cells.journeys_n
        ELSE 0
      END
    ) AS BIGINT) AS left_n,
    CAST(SUM(
      CASE
        WHEN places.is_ahead AND cells.status = 'in_flight'
        THEN cells.journeys_n
        ELSE 0
      END
    ) AS BIGINT) AS on_the_way_n,
    CAST(SUM(CASE WHEN places.is_by_design THEN cells.journeys_n ELSE 0 END) AS BIGINT) AS by_design_n
  FROM variant_groups AS cells
  JOIN variant_places AS places
    ON places.variant_key = cells.variant_key
  GROUP BY
    cells.segment,
    places.code
), unseen AS (
  SELECT
    labels.segment,
    unseen_touches.code,
    COUNT(*) AS unseen_n
  FROM unseen_touches
  JOIN journey_labels AS labels
    ON labels.journey_key = unseen_touches.journey_key
  GROUP BY
    labels.segment,
    unseen_touches.code
), stands AS (
  SELECT
    segment,
    stands_at AS code,
    CAST(SUM(CASE WHEN status IN ('abandoned', 'exited') THEN journeys_n ELSE 0 END) AS BIGINT) AS left_here_n,
    CAST(SUM(CASE WHEN status = 'in_flight' THEN journeys_n ELSE 0 END) AS BIGINT) AS standing_here_n
  FROM variant_groups
  GROUP BY
    segment,
    stands_at
)
SELECT
  $journey AS journey,
  map_names.name AS touchpoint,
  NULLIF(states.segment, '') AS segment,
  states.journeys_n,
  states.done_n,
  states.skipped_n,
  states.left_n,
  states.on_the_way_n,
  states.by_design_n,
  COALESCE(unseen.unseen_n, 0) AS unseen_n,
  COALESCE(stands.left_here_n, 0) AS left_here_n,
  COALESCE(stands.standing_here_n, 0) AS standing_here_n
FROM states
JOIN map_names
  ON map_names.code = states.code
LEFT JOIN unseen
  ON unseen.segment = states.segment AND unseen.code = states.code
LEFT JOIN stands
  ON stands.segment = states.segment AND stands.code = states.code
ORDER BY
  states.segment NULLS LAST,
  states.code NULLS LAST
