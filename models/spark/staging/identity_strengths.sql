-- One row per pair of ids that were seen together: the narrowest rule that takes the link (none: no rule does), and what
-- keeps the default rule from it. An id without a row in a table of guards breaks none.
WITH fanned AS (
  SELECT
    links.left_key,
    links.right_key,
    links.evidence_n,
    links.first_seen_at,
    links.first_source,
    links.last_source,
    links.trust,
    links.is_merge,
    links.is_blocked,
    CASE
      WHEN left_supers.id_key IS NULL AND right_supers.id_key IS NULL
      THEN 0
      ELSE 1
    END AS is_super,
    CASE
      WHEN COALESCE(lefts.is_strict, 1) = 1
      AND COALESCE(rights.is_strict, 1) = 1
      AND COALESCE(left_crowds.is_strict, 1) = 1
      AND COALESCE(right_crowds.is_strict, 1) = 1
      THEN 1
      ELSE 0
    END AS is_strict,
    CASE
      WHEN COALESCE(lefts.is_default, 1) = 1
      AND COALESCE(rights.is_default, 1) = 1
      AND COALESCE(left_crowds.is_default, 1) = 1
      AND COALESCE(right_crowds.is_default, 1) = 1
      THEN 1
      ELSE 0
    END AS is_default,
    CASE
      WHEN COALESCE(lefts.is_loose, 1) = 1
      AND COALESCE(rights.is_loose, 1) = 1
      AND COALESCE(left_crowds.is_loose, 1) = 1
      AND COALESCE(right_crowds.is_loose, 1) = 1
      THEN 1
      ELSE 0
    END AS is_loose
  FROM identity_typed AS links
  LEFT JOIN identity_fans AS lefts
    ON lefts.id_key = links.left_key AND lefts.other_type = links.right_type
  LEFT JOIN identity_fans AS rights
    ON rights.id_key = links.right_key AND rights.other_type = links.left_type
  LEFT JOIN identity_crowds AS left_crowds
    ON left_crowds.id_key = links.left_key
  LEFT JOIN identity_crowds AS right_crowds
    ON right_crowds.id_key = links.right_key
  LEFT JOIN identity_supers AS left_supers
    ON left_supers.id_key = links.left_key
  LEFT JOIN identity_supers AS right_supers
    ON right_supers.id_key = links.right_key
), ruled AS (
  SELECT
    left_key,
    right_key,
    evidence_n,
    first_seen_at,
    first_source,
    last_source,
    trust,
    is_merge,
    CASE
      WHEN is_merge = 1
      THEN 'strict'
      WHEN is_blocked = 1 OR is_super = 1
      THEN 'none'
      WHEN trust = 0 AND is_strict = 1
      THEN 'strict'
      WHEN trust <= 1 AND is_default = 1
      THEN 'default'
      WHEN is_loose = 1
      THEN 'loose'
      ELSE 'none'
    END AS strength,
    CASE
      WHEN is_blocked = 1
      THEN 'block_list'
      WHEN is_super = 1
      THEN 'super_node'
      WHEN trust = 2
      THEN 'trust'
      ELSE 'cardinality'
    END AS guard
  FROM fanned
)
SELECT
  left_key,
  right_key,
  evidence_n,
  first_seen_at,
  first_source,
  last_source,
  trust,
  1 - is_merge AS turn,
  strength,
  CASE WHEN strength IN ('loose', 'none') THEN guard END AS guard
FROM ruled
