-- One row per journey: its variant.
select journey_traces.journey_key, trace_variants.variant_key
from journey_traces
join trace_variants
    on trace_variants.trace = journey_traces.trace and trace_variants.is_full = journey_traces.is_full
