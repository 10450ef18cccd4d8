-- One row per journey: its variant.
SELECT
  journey_traces.journey_key,
  trace_variants.variant_key
FROM journey_traces
JOIN trace_variants
  ON trace_variants.trace = journey_traces.trace
  AND trace_variants.is_full = journey_traces.is_full
