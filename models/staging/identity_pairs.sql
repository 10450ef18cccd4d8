-- One row per pair of ids that were seen together: how often, since when, and how far the sources that say so are
-- trusted (null: none of them says; `is_untold`: at least one does not).
select
    evidence.left_key,
    evidence.right_key,
    cast(sum(evidence.evidence_n) as bigint) as evidence_n,
    min(evidence.first_seen_at) as first_seen_at,
    @SET_OF(evidence.source) as sources,
    min(trusts.trust) as told_trust,
    max(case when trusts.trust is null then 1 else 0 end) as is_untold
from link_evidence evidence
left join identity_trusts trusts on trusts.source = evidence.source
group by evidence.left_key, evidence.right_key
