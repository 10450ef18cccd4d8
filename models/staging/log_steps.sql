-- One row per event of the flow that its alignment leaves as a log move.
select variants.journey_key, moves.position
from variant_log_moves moves
join journey_variants variants on variants.variant_key = moves.variant_key
