-- One row per answer to, or asking of, a question of the map that falls to a journey: the latest of the same person
-- that had begun by then. Its position there is null after the journey's end.
WITH latest AS (
  SELECT
    said.event_key,
    said.question,
    said.is_answer,
    states.entity_key,
    MAX(states.episode) AS episode
  FROM experience_events AS said
  JOIN journey_states AS states
    ON states.entity_key = said.entity_key AND states.entered_us <= said.at_us
  GROUP BY
    said.event_key,
    said.question,
    said.is_answer,
    states.entity_key
)
SELECT
  states.journey_key,
  steps.position,
  said.at_us,
  said.event_key,
  said.question,
  said.is_answer,
  said.score
FROM experience_events AS said
JOIN latest
  ON latest.event_key = said.event_key
  AND latest.question = said.question
  AND latest.is_answer = said.is_answer
JOIN journey_states AS states
  ON states.entity_key = latest.entity_key AND states.episode = latest.episode
JOIN experience_questions AS questions
  ON questions.question = said.question
LEFT JOIN traced_steps AS steps
  ON steps.journey_key = states.journey_key AND steps.event_key = said.event_key
WHERE
  said.at_us <= COALESCE(states.ended_us, $as_of_us) + questions.within_us
