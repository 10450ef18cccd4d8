-- One row per journey: how many events it has, without those of another errand.
SELECT
  steps.journey_key,
  COUNT(*) AS events_n
FROM journey_steps AS steps
JOIN journey_states AS states
  ON states.journey_key = steps.journey_key AND steps.at_us <= states.until_us
LEFT JOIN designed_elsewhere AS elsewhere
  ON elsewhere.event_key = steps.event_key AND steps.code IS NULL
WHERE
  elsewhere.event_key IS NULL
GROUP BY
  steps.journey_key
