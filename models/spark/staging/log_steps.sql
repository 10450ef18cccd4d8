-- One row per event of the flow that its alignment leaves as a log move.
SELECT
  variants.journey_key,
  moves.position
FROM variant_log_moves AS moves
JOIN journey_variants AS variants
  ON variants.variant_key = moves.variant_key
