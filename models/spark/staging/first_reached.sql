-- One row per journey and touchpoint on or off the flow: when it was first reached, and at which event.
SELECT
  journey_key,
  code,
  MIN(at_us) AS reached_us,
  MIN(position) AS position
FROM traced_steps
WHERE
  NOT code IS NULL
GROUP BY
  journey_key,
  code
