-- One row per variant, status, touchpoint where the journeys stand, and label of a segment: how many journeys.
SELECT
  variants.variant_key,
  states.status,
  states.stands_at,
  labels.segment,
  COUNT(*) AS journeys_n
FROM journey_states AS states
JOIN journey_variants AS variants
  ON variants.journey_key = states.journey_key
JOIN journey_labels AS labels
  ON labels.journey_key = states.journey_key
GROUP BY
  variants.variant_key,
  states.status,
  states.stands_at,
  labels.segment
