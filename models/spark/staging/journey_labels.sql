-- One row per journey and label of a segment, name=value; and one for all journeys together, with an empty label.
SELECT
  journey_key,
  '' AS segment
FROM journey_states
UNION ALL
SELECT
  states.journey_key,
  names.name || '=' || COALESCE(given.value, '(no value)') AS segment
FROM journey_states AS states
CROSS JOIN segment_names AS names
LEFT JOIN all_segment_values AS given
  ON given.journey_key = states.journey_key AND given.name = names.name
