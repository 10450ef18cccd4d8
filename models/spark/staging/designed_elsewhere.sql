-- One row per event that a journey of another map has as a touchpoint of its flow, or as welcome anytime.
SELECT DISTINCT
  event_key
FROM designed_steps
WHERE
  journey <> $journey
