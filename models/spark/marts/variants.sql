-- One row per variant and journey.
SELECT
  $journey AS journey,
  names.variant_id,
  names.trace,
  variants.journeys_n,
  costs.cost,
  costs.optimal_alignments_n,
  CASE WHEN variants.is_full THEN 'full' ELSE 'prefix' END AS alignment,
  $version AS map_version
FROM trace_variants AS variants
JOIN variant_names AS names
  ON names.variant_key = variants.variant_key
JOIN variant_costs AS costs
  ON costs.variant_key = variants.variant_key
ORDER BY
  variants.journeys_n DESC,
  names.variant_id NULLS LAST
