-- One row per journey: its pseudonym, which is the same in every run.
SELECT
  journey_key,
  'j' || SUBSTRING(
    MD5(
      $rule || '|' || $journey || '|' || entity_id || '|' || CAST(episode AS STRING)
    ),
    1,
    19
  ) AS journey_id
FROM journey_states
