-- One row per linked id and id type of which it was seen with too many: how many, and under which rules that is few
-- enough all the same for it to tell who somebody is. Each rule counts the links that it trusts. Too many are more than
-- a rule allows, two people, or enough for the id to be a super-node by that type or by several together.
with fans as (
    select
        id_key,
        id_type,
        other_type,
        count(*) as fan_n,
        count(case when trust = 0 then 1 end) as strict_n,
        count(case when trust <= 1 then 1 end) as default_n
    from $ends ends
    group by id_key, id_type, other_type
)
select
    fans.id_key,
    fans.other_type,
    fans.fan_n,
    limits.is_owned,
    case when fans.strict_n <= limits.strict_limit then 1 else 0 end as is_strict,
    case when fans.default_n <= limits.default_limit then 1 else 0 end as is_default,
    case when fans.fan_n <= limits.loose_limit then 1 else 0 end as is_loose
from fans
join identity_type_pairs limits on limits.type_n = fans.id_type and limits.other_type = fans.other_type
where
    fans.strict_n > limits.strict_limit
    or fans.default_n > limits.default_limit
    or fans.fan_n > limits.loose_limit
    or (limits.is_owned = 1 and fans.fan_n > 1)
    or fans.fan_n * $types_n > $super_limit
