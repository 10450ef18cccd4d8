-- One row per pair of ids seen together, the alphabetically first (by type, then pseudonym) on the left.
with named as (
    select
        case when is_in_order then first_type else second_type end as left_type,
        case when is_in_order then first_id else second_id end as left_id,
        case when is_in_order then second_type else first_type end as right_type,
        case when is_in_order then second_id else first_id end as right_id,
        evidence_n,
        strength,
        first_seen_at
    from (
        select
            firsts.id_type as first_type,
            firsts.id as first_id,
            seconds.id_type as second_type,
            seconds.id as second_id,
            firsts.id_type < seconds.id_type
                or (firsts.id_type = seconds.id_type and firsts.id < seconds.id) as is_in_order,
            pairs.evidence_n,
            strengths.strength,
            pairs.first_seen_at
        from identity_pairs pairs
        join identity_strengths strengths
            on strengths.left_key = pairs.left_key and strengths.right_key = pairs.right_key
        join identifiers firsts on firsts.id_key = pairs.left_key
        join identifiers seconds on seconds.id_key = pairs.right_key
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
    case when strength in ('loose', 'none') then 'fan_out' end as blocked_by
from named
