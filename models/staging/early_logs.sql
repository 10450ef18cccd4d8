-- One row per event of the flow that was a log move when it came, as its journey stood then.
select variants.journey_key, moves.position
from variant_early_logs moves
join journey_variants variants on variants.variant_key = moves.variant_key
