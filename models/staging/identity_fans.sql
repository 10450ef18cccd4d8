-- One row per linked id and id type: with how many ids of that type it was seen, and under which rules that is few enough
-- for it to tell who somebody is. Each rule counts the links that it trusts.
with fans as (
    select
        id_key,
        id_type,
        other_type,
        count(*) as fan_n,
        count(case when trust = 0 then 1 end) as strict_n,
        count(case when trust <= 1 then 1 end) as default_n
    from $ends
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
