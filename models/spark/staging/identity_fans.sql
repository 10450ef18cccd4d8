-- One row per linked id and id type of which it was seen with too many: how many, and under which rules that is few
-- enough all the same for it to tell who somebody is. Each rule counts the links that it trusts. Too many are more than
-- a rule allows, two people, or enough for the id to be a super-node by that type or by several together.
WITH fans AS (
  SELECT
    id_key,
    id_type,
    other_type,
    COUNT(*) AS fan_n,
    COUNT(CASE WHEN trust = 0 THEN 1 END) AS strict_n,
    COUNT(CASE WHEN trust <= 1 THEN 1 END) AS default_n
  FROM $ends AS ends
  GROUP BY
    id_key,
    id_type,
    other_type
)
SELECT
  fans.id_key,
  fans.other_type,
  fans.fan_n,
  limits.is_owned,
  CASE WHEN fans.strict_n <= limits.strict_limit THEN 1 ELSE 0 END AS is_strict,
  CASE WHEN fans.default_n <= limits.default_limit THEN 1 ELSE 0 END AS is_default,
  CASE WHEN fans.fan_n <= limits.loose_limit THEN 1 ELSE 0 END AS is_loose
FROM fans
JOIN identity_type_pairs AS limits
  ON limits.type_n = fans.id_type AND limits.other_type = fans.other_type
WHERE
  fans.strict_n > limits.strict_limit
  OR fans.default_n > limits.default_limit
  OR fans.fan_n > limits.loose_limit
  OR (
    limits.is_owned = 1 AND fans.fan_n > 1
  )
  OR fans.fan_n * $types_n > $super_limit
