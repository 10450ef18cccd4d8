-- One row per constraint of the map: journeys by verdict, and those that have ended with a final one.
SELECT
  constraints.constraint_no,
  constraints.constraint_id,
  constraints.kind,
  constraints.said,
  constraints.activated_by,
  constraints.touchpoint,
  constraints.phase,
  constraints.owner,
  COUNT(judged.journey_key) AS journeys_n,
  CAST(COALESCE(SUM(CASE WHEN judged.verdict = 'satisfied_final' THEN 1 ELSE 0 END), 0) AS BIGINT) AS satisfied_final_n,
  CAST(COALESCE(SUM(CASE WHEN judged.verdict = 'satisfied_now' THEN 1 ELSE 0 END), 0) AS BIGINT) AS satisfied_now_n,
  CAST(COALESCE(SUM(CASE WHEN judged.verdict = 'violated_now' THEN 1 ELSE 0 END), 0) AS BIGINT) AS violated_now_n,
  CAST(COALESCE(SUM(CASE WHEN judged.verdict = 'violated_final' THEN 1 ELSE 0 END), 0) AS BIGINT) AS violated_final_n,
  CAST(COALESCE(SUM(CASE WHEN judged.verdict = 'unjudged' THEN 1 ELSE 0 END), 0) AS BIGINT) AS unjudged_n,
  CAST(COALESCE(
    SUM(
      CASE
        WHEN judged.status <> 'in_flight'
        AND judged.verdict IN ('satisfied_final', 'violated_final')
        THEN 1
        ELSE 0
      END
    ),
    0
  ) AS BIGINT) AS ended_n,
  CAST(COALESCE(
    SUM(
      CASE
        WHEN judged.status <> 'in_flight' AND judged.verdict = 'violated_final'
        THEN 1
        ELSE 0
      END
    ),
    0
  ) AS BIGINT) AS ended_violated_n
FROM map_constraints AS constraints
LEFT JOIN judged_constraints AS judged
  ON judged.constraint_no = constraints.constraint_no
GROUP BY
  constraints.constraint_no,
  constraints.constraint_id,
  constraints.kind,
  constraints.said,
  constraints.activated_by,
  constraints.touchpoint,
  constraints.phase,
  constraints.owner
ORDER BY
  constraints.constraint_no NULLS LAST
