-- One row per pair of ids that were seen together: what they are, and how far the link is trusted (0 verified, 1 stated,
-- 2 guessed). Two numbers of one type are on one row only where a record of a merge says that they are one person.
with trusted as (
    select
        pairs.left_key,
        pairs.right_key,
        pairs.evidence_n,
        pairs.first_seen_at,
        pairs.first_source,
        pairs.last_source,
        lefts.type_n as left_type,
        rights.type_n as right_type,
        case when lefts.is_blocked + rights.is_blocked > 0 then 1 else 0 end as is_blocked,
        case when lefts.type_n = rights.type_n and lefts.is_person = 1 then 1 else 0 end as is_same_type,
        case
            when pairs.told_trust is null then kinds.trust
            when pairs.is_untold = 1 and kinds.trust < pairs.told_trust then kinds.trust
            else pairs.told_trust
        end as trust
    from identity_pairs pairs
    join identity_nodes lefts on lefts.id_key = pairs.left_key
    join identity_nodes rights on rights.id_key = pairs.right_key
    join identity_type_pairs kinds on kinds.type_n = lefts.type_n and kinds.other_type = rights.type_n
)
select
    left_key,
    right_key,
    evidence_n,
    first_seen_at,
    first_source,
    last_source,
    left_type,
    right_type,
    is_blocked,
    trust,
    case when is_same_type = 1 and is_blocked = 0 and trust < 2 then 1 else 0 end as is_merge
from trusted
