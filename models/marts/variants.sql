-- One row per variant and journey.
select
    $journey as journey,
    names.variant_id,
    names.trace,
    variants.journeys_n,
    costs.cost,
    costs.optimal_alignments_n,
    case when variants.is_full then 'full' else 'prefix' end as alignment,
    $version as map_version
from trace_variants variants
join variant_names names on names.variant_key = variants.variant_key
join variant_costs costs on costs.variant_key = variants.variant_key
order by variants.journeys_n desc, names.variant_id
