-- One row per answer or asking: what it is about. An answer is about what was asked, so its moment is that of asking.
WITH asked AS (
  SELECT
    answers.event_key,
    answers.question,
    MAX(asks.at_us) AS asked_us
  FROM experience_said AS answers
  JOIN experience_said AS asks
    ON asks.journey_key = answers.journey_key
    AND asks.question = answers.question
    AND NOT asks.is_answer
    AND asks.at_us <= answers.at_us
  WHERE
    answers.is_answer
  GROUP BY
    answers.event_key,
    answers.question
), moments AS (
  SELECT
    said.*,
    COALESCE(asked.asked_us, said.at_us) AS based_us
  FROM experience_said AS said
  LEFT JOIN asked
    ON asked.event_key = said.event_key
    AND asked.question = said.question
    AND said.is_answer
), places AS (
  SELECT
    moments.event_key,
    moments.question,
    moments.is_answer,
    MAX(steps.position) AS position
  FROM moments
  JOIN experience_questions AS questions
    ON questions.question = moments.question AND questions.is_latest
  JOIN traced_steps AS steps
    ON steps.journey_key = moments.journey_key
    AND steps.code < $flow_n
    AND steps.at_us <= moments.based_us
    AND steps.position < COALESCE(moments.position, steps.position + 1)
  GROUP BY
    moments.event_key,
    moments.question,
    moments.is_answer
)
SELECT
  moments.journey_key,
  moments.position,
  moments.at_us,
  moments.event_key,
  moments.question,
  moments.is_answer,
  moments.score,
  questions.measure,
  CASE WHEN questions.is_latest THEN steps.code ELSE questions.about_code END AS about_code
FROM moments
JOIN experience_questions AS questions
  ON questions.question = moments.question
LEFT JOIN places
  ON places.event_key = moments.event_key
  AND places.question = moments.question
  AND places.is_answer = moments.is_answer
LEFT JOIN traced_steps AS steps
  ON steps.journey_key = moments.journey_key AND steps.position = places.position
WHERE
  NOT questions.is_latest OR NOT steps.code IS NULL
