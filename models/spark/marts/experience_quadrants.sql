-- One row per journey, touchpoint that customers were asked about (null: the journey), and quadrant: how those who came
-- there behaved, and what they said. Those who still stand there, or came too late to be followed, are left out.
WITH troubled AS (
  SELECT DISTINCT
    ids.journey_key,
    names.code
  FROM journey_signals AS signals
  JOIN frictions
    ON frictions.journey = signals.journey
    AND frictions.signal = signals.signal
    AND frictions.touchpoint = signals.touchpoint
    AND frictions.verdict = 'friction'
    AND frictions.evidence_grade IN ('A', 'B')
  JOIN journey_ids AS ids
    ON ids.journey_id = signals.journey_id
  JOIN map_names AS names
    ON names.name = signals.at_touchpoint
  WHERE
    signals.journey = $journey
), visits AS (
  SELECT
    stages.journey_key,
    stages.code,
    COALESCE(stages.ending IN ('abandoned', 'exited'), FALSE)
    OR NOT troubled.code IS NULL AS is_bad
  FROM stages
  JOIN experience_scopes AS scopes
    ON scopes.code = stages.code AND stages.reached_us <= scopes.frozen_us
  LEFT JOIN troubled
    ON troubled.journey_key = stages.journey_key AND troubled.code = stages.code
  WHERE
    COALESCE(stages.ending, 'gone on') <> 'in_flight'
  UNION ALL
  SELECT
    states.journey_key,
    -1 AS code,
    states.status IN ('abandoned', 'exited') OR NOT anywhere.journey_key IS NULL AS is_bad
  FROM journey_states AS states
  JOIN experience_scopes AS scopes
    ON scopes.code = -1 AND states.entered_us <= scopes.frozen_us
  LEFT JOIN (
    SELECT DISTINCT
      journey_key
    FROM troubled
  ) AS anywhere
    ON anywhere.journey_key = states.journey_key
  WHERE
    states.status <> 'in_flight'
), said AS (
  SELECT
    journey_key,
    about_code AS code,
    MAX(CASE WHEN is_low THEN 1 ELSE 0 END) AS is_low
  FROM experience_answers
  WHERE
    NOT about_code IS NULL
  GROUP BY
    journey_key,
    about_code
  UNION ALL
  SELECT
    journey_key,
    -1 AS code,
    MAX(CASE WHEN is_low THEN 1 ELSE 0 END) AS is_low
  FROM experience_answers
  GROUP BY
    journey_key
), judged AS (
  SELECT
    visits.code,
    CASE WHEN visits.is_bad THEN 'bad' ELSE 'good' END AS behaviour,
    CASE said.is_low WHEN 1 THEN 'bad' WHEN 0 THEN 'good' ELSE 'silent' END AS survey,
    CASE WHEN states.status IN ('abandoned', 'exited') THEN 1 ELSE 0 END AS is_lost
  FROM visits
  JOIN journey_states AS states
    ON states.journey_key = visits.journey_key
  LEFT JOIN said
    ON said.journey_key = visits.journey_key AND said.code = visits.code
)
SELECT
  $journey AS journey,
  names.name AS touchpoint,
  judged.behaviour,
  judged.survey,
  COUNT(*) AS journeys_n,
  CAST(SUM(judged.is_lost) AS BIGINT) AS lost_n
FROM judged
LEFT JOIN map_names AS names
  ON names.code = judged.code
GROUP BY
  judged.code,
  names.name,
  judged.behaviour,
  judged.survey
ORDER BY
  judged.code NULLS LAST,
  judged.behaviour NULLS LAST,
  judged.survey NULLS LAST
