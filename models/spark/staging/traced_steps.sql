-- One row per event in a journey that the comparison judges: its code, and its letter (unmapped activities have one too).
-- What the map does not know and comes after confirmed silence belongs to no journey.
WITH unmapped AS (
  SELECT
    e.event_key,
    unmapped_letters.letter
  FROM events AS e
  JOIN unmapped_letters
    ON unmapped_letters.activity = e.activity
)
SELECT
  steps.journey_key,
  steps.position,
  steps.at_us,
  steps.event_key,
  steps.code,
  COALESCE(steps.code, unmapped.letter) AS letter
FROM journey_steps AS steps
JOIN journey_states AS states
  ON states.journey_key = steps.journey_key AND steps.at_us <= states.until_us
LEFT JOIN unmapped
  ON unmapped.event_key = steps.event_key AND steps.code IS NULL
