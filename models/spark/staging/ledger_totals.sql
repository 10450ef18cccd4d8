-- One row per segment: what was planned and what came of it, in journeys and in microseconds of converted journeys.
WITH planned AS (
  SELECT
    labels.segment,
    CAST(SUM(parts.amount) AS BIGINT) AS planned_us
  FROM time_parts AS parts
  JOIN journey_labels AS labels
    ON labels.journey_key = parts.journey_key
  WHERE
    parts.kind IS NULL
  GROUP BY
    labels.segment
), journeys AS (
  SELECT
    labels.segment,
    COUNT(*) AS begun_n,
    CAST(SUM(CASE WHEN states.status = 'converted' THEN 1 ELSE 0 END) AS BIGINT) AS converted_n,
    CAST(SUM(
      CASE
        WHEN states.status = 'converted'
        THEN states.ended_us - states.entered_us
        ELSE 0
      END
    ) AS BIGINT) AS elapsed_us
  FROM journey_states AS states
  JOIN journey_labels AS labels
    ON labels.journey_key = states.journey_key
  GROUP BY
    labels.segment
)
SELECT
  journeys.segment,
  journeys.begun_n,
  journeys.converted_n,
  COALESCE(planned.planned_us, 0) AS planned_us,
  journeys.elapsed_us
FROM journeys
LEFT JOIN planned
  ON planned.segment = journeys.segment
