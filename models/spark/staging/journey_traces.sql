-- One row per journey: its trace as text of letters, and whether it is finished.
SELECT
  traced_steps.journey_key,
  states.status = 'converted' AS is_full,
  listagg(cast(letter as string), '>') within group (order by position) AS trace
FROM traced_steps
JOIN journey_states AS states
  ON states.journey_key = traced_steps.journey_key
GROUP BY
  traced_steps.journey_key,
  states.status
