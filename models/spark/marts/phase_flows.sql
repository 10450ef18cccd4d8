-- One row per way from one phase to the next one that a journey came to, to its end, or from its beginning.
WITH legs AS (
  SELECT
    journey_key,
    phase,
    way,
    LAG(phase) OVER in_order AS before_phase,
    LEAD(phase) OVER in_order AS next_phase,
    LEAD(way) OVER in_order AS next_way
  FROM phase_travels
  WINDOW in_order AS (PARTITION BY journey_key ORDER BY place NULLS LAST)
), moves AS (
  SELECT
    CAST(NULL AS STRING) AS from_phase,
    CAST(NULL AS STRING) AS from_way,
    phase AS to_phase,
    way AS to_way,
    CAST(NULL AS STRING) AS end_status
  FROM legs
  WHERE
    before_phase IS NULL
  UNION ALL
  SELECT
    legs.phase AS from_phase,
    legs.way AS from_way,
    legs.next_phase AS to_phase,
    legs.next_way AS to_way,
    CASE WHEN legs.next_phase IS NULL THEN states.status END AS end_status
  FROM legs
  JOIN journey_states AS states
    ON states.journey_key = legs.journey_key
)
SELECT
  $journey AS journey,
  from_phase,
  from_way,
  to_phase,
  to_way,
  end_status,
  COUNT(*) AS journeys_n
FROM moves
GROUP BY
  from_phase,
  from_way,
  to_phase,
  to_way,
  end_status
ORDER BY
  from_phase NULLS LAST,
  from_way NULLS LAST,
  to_phase NULLS LAST,
  to_way NULLS LAST,
  end_status NULLS LAST
