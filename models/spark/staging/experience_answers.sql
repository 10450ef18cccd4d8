-- One row per answer of a journey to a question of the map: its score as given, whether it is low, and its points: what
-- the measure's formula takes the mean of; emotion is the same on -2 to 2.
SELECT
  based.journey_key,
  based.position,
  based.at_us,
  based.event_key,
  based.measure,
  based.score,
  CASE
    WHEN questions.best > questions.worst
    THEN based.score <= questions.low_at
    ELSE based.score >= questions.low_at
  END AS is_low,
  based.about_code,
  CASE
    WHEN based.measure = 'nps' AND based.score >= 9
    THEN 100.0
    WHEN based.measure = 'nps' AND based.score <= 6
    THEN -100.0
    WHEN based.measure = 'nps'
    THEN 0.0
    WHEN based.measure = 'sentiment'
    THEN (
      based.score - questions.worst
    ) / NULLIF(questions.best - questions.worst, 0) * 2.0 - 1.0
    WHEN questions.best > questions.worst AND based.score >= questions.high_at
    THEN 1.0
    WHEN questions.best < questions.worst AND based.score <= questions.high_at
    THEN 1.0
    ELSE 0.0
  END AS points,
  (
    based.score - questions.worst
  ) / NULLIF(questions.best - questions.worst, 0) * 4.0 - 2.0 AS emotion
FROM experience_based AS based
JOIN experience_questions AS questions
  ON questions.question = based.question
WHERE
  based.is_answer
