-- One row per journey: the stable id of its variant.
select journey_variants.journey_key, variant_names.variant_id
from journey_variants
join variant_names on variant_names.variant_key = journey_variants.variant_key
