-- One row per journey: the stable id of its variant.
SELECT
  journey_variants.journey_key,
  variant_names.variant_id
FROM journey_variants
JOIN variant_names
  ON variant_names.variant_key = journey_variants.variant_key
