-- One row per pair of ids that were seen together, with the narrowest rule that takes it.
with named as (
    select pairs.left_key, pairs.right_key, lefts.id_type as left_type, rights.id_type as right_type
    from identity_pairs pairs
    join identifiers lefts on lefts.id_key = pairs.left_key
    join identifiers rights on rights.id_key = pairs.right_key
),
fanned as (
    select
        named.left_key,
        named.right_key,
        case when lefts.fan_n >= rights.fan_n then lefts.fan_n else rights.fan_n end as widest_n
    from named
    join identity_fans lefts on lefts.id_key = named.left_key and lefts.other_type = named.right_type
    join identity_fans rights on rights.id_key = named.right_key and rights.other_type = named.left_type
)
select
    left_key,
    right_key,
    case
        when widest_n <= $strict_limit then 'strict'
        when widest_n <= $default_limit then 'default'
        when widest_n <= $loose_limit then 'loose'
        else 'none'
    end as strength
from fanned
