-- One row per pair of ids that were seen together: the narrowest rule that takes the link (none: no rule does), and what
-- keeps the default rule from it. An id without a row in a table of guards breaks none.
with fanned as (
    select
        links.left_key,
        links.right_key,
        links.evidence_n,
        links.first_seen_at,
        links.first_source,
        links.last_source,
        links.trust,
        links.is_merge,
        links.is_blocked,
        case when left_supers.id_key is null and right_supers.id_key is null then 0 else 1 end as is_super,
        case
            when coalesce(lefts.is_strict, 1) = 1 and coalesce(rights.is_strict, 1) = 1
                and coalesce(left_crowds.is_strict, 1) = 1 and coalesce(right_crowds.is_strict, 1) = 1
                then 1
            else 0
        end as is_strict,
        case
            when coalesce(lefts.is_default, 1) = 1 and coalesce(rights.is_default, 1) = 1
                and coalesce(left_crowds.is_default, 1) = 1 and coalesce(right_crowds.is_default, 1) = 1
                then 1
            else 0
        end as is_default,
        case
            when coalesce(lefts.is_loose, 1) = 1 and coalesce(rights.is_loose, 1) = 1
                and coalesce(left_crowds.is_loose, 1) = 1 and coalesce(right_crowds.is_loose, 1) = 1
                then 1
            else 0
        end as is_loose
    from identity_typed links
    left join identity_fans lefts on lefts.id_key = links.left_key and lefts.other_type = links.right_type
    left join identity_fans rights on rights.id_key = links.right_key and rights.other_type = links.left_type
    left join identity_crowds left_crowds on left_crowds.id_key = links.left_key
    left join identity_crowds right_crowds on right_crowds.id_key = links.right_key
    left join identity_supers left_supers on left_supers.id_key = links.left_key
    left join identity_supers right_supers on right_supers.id_key = links.right_key
),
ruled as (
    select
        left_key,
        right_key,
        evidence_n,
        first_seen_at,
        first_source,
        last_source,
        trust,
        is_merge,
        case
            when is_merge = 1 then 'strict'
            when is_blocked = 1 or is_super = 1 then 'none'
            when trust = 0 and is_strict = 1 then 'strict'
            when trust <= 1 and is_default = 1 then 'default'
            when is_loose = 1 then 'loose'
            else 'none'
        end as strength,
        case
            when is_blocked = 1 then 'block_list'
            when is_super = 1 then 'super_node'
            when trust = 2 then 'trust'
            else 'cardinality'
        end as guard
    from fanned
)
select
    left_key,
    right_key,
    evidence_n,
    first_seen_at,
    first_source,
    last_source,
    trust,
    1 - is_merge as turn,
    strength,
    case when strength in ('loose', 'none') then guard end as guard
from ruled
