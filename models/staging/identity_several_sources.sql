-- One row per pair of ids that more than one source shows together: which ones.
select evidence.left_key, evidence.right_key, @SET_OF(evidence.source) as sources
from link_evidence evidence
join identity_strengths links on links.left_key = evidence.left_key and links.right_key = evidence.right_key
where links.first_source < links.last_source
group by evidence.left_key, evidence.right_key
