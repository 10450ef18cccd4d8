-- One row per conversion of an entity after its first: when.
SELECT
  states.entity_key,
  states.goal_us
FROM journey_states AS states
JOIN customers
  ON customers.entity_key = states.entity_key
  AND customers.journey_key <> states.journey_key
WHERE
  states.status = 'converted'
