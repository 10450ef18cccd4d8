-- One row per pair of ids that were seen together: how often, since when, by which sources (the first and the last of
-- them in the order of names), and how far these are trusted (null: none of them says; `is_untold`: at least one does
-- not).
select
    evidence.left_key,
    evidence.right_key,
    cast(sum(evidence.evidence_n) as bigint) as evidence_n,
    min(evidence.first_seen_at) as first_seen_at,
    min(sources.source_n) as first_source,
    max(sources.source_n) as last_source,
    min(sources.trust) as told_trust,
    max(case when sources.trust is null then 1 else 0 end) as is_untold
from link_evidence evidence
join identity_sources sources on sources.source = evidence.source
group by evidence.left_key, evidence.right_key
