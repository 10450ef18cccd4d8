-- One row per pair of ids seen together, the alphabetically first (by type, then pseudonym) on the left.
with named as (
    select
        case when is_in_order then first_type else second_type end as left_type,
        case when is_in_order then first_id else second_id end as left_id,
        case when is_in_order then second_type else first_type end as right_type,
        case when is_in_order then second_id else first_id end as right_id,
        evidence_n,
        strength,
        first_seen_at,
        guard,
        trust,
        sources
    from (
        select
            firsts.id_type as first_type,
            firsts.id as first_id,
            seconds.id_type as second_type,
            seconds.id as second_id,
            firsts.id_type < seconds.id_type
                or (firsts.id_type = seconds.id_type and firsts.id < seconds.id) as is_in_order,
            links.evidence_n,
            case when refused.left_key is null then links.strength else 'none' end as strength,
            links.first_seen_at,
            case when refused.left_key is null or links.guard is not null then links.guard else 'two_people' end as guard,
            links.trust,
            case when several.sources is null then alone.sources else several.sources end as sources
        from identity_strengths links
        join identity_sources alone on alone.source_n = links.first_source
        left join identity_several_sources several
            on several.left_key = links.left_key and several.right_key = links.right_key
        left join identity_refused refused
            on refused.left_key = links.left_key and refused.right_key = links.right_key
        join identifiers firsts on firsts.id_key = links.left_key
        join identifiers seconds on seconds.id_key = links.right_key
    ) both_ends
)
select
    left_type,
    left_id,
    right_type,
    right_id,
    evidence_n,
    strength,
    first_seen_at,
    guard as blocked_by,
    case when trust = 0 then 'verified' when trust = 1 then 'stated' else 'guessed' end as trust,
    sources
from named
