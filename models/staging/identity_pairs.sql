-- One row per pair of ids that were seen together, with how often and since when.
select
    left_key,
    right_key,
    cast(sum(evidence_n) as bigint) as evidence_n,
    min(first_seen_at) as first_seen_at
from link_evidence
group by left_key, right_key
