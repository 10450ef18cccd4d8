-- One row per event of the flow that was a log move when it came, as its journey stood then.
SELECT
  variants.journey_key,
  moves.position
FROM variant_early_logs AS moves
JOIN journey_variants AS variants
  ON variants.variant_key = moves.variant_key
