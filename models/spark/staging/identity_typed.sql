-- One row per pair of ids that were seen together: what they are, and how far the link is trusted (0 verified, 1 stated,
-- 2 guessed). Two numbers of one type are on one row only where a record of a merge says that they are one person.
WITH trusted AS (
  SELECT
    pairs.left_key,
    pairs.right_key,
    pairs.evidence_n,
    pairs.first_seen_at,
    pairs.first_source,
    pairs.last_source,
    lefts.type_n AS left_type,
    rights.type_n AS right_type,
    CASE WHEN lefts.is_blocked + rights.is_blocked > 0 THEN 1 ELSE 0 END AS is_blocked,
    CASE WHEN lefts.type_n = rights.type_n AND lefts.is_person = 1 THEN 1 ELSE 0 END AS is_same_type,
    CASE
      WHEN pairs.told_trust IS NULL
      THEN kinds.trust
      WHEN pairs.is_untold = 1 AND kinds.trust < pairs.told_trust
      THEN kinds.trust
      ELSE pairs.told_trust
    END AS trust
  FROM identity_pairs AS pairs
  JOIN identity_nodes AS lefts
    ON lefts.id_key = pairs.left_key
  JOIN identity_nodes AS rights
    ON rights.id_key = pairs.right_key
  JOIN identity_type_pairs AS kinds
    ON kinds.type_n = lefts.type_n AND kinds.other_type = rights.type_n
)
SELECT
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
  CASE WHEN is_same_type = 1 AND is_blocked = 0 AND trust < 2 THEN 1 ELSE 0 END AS is_merge
FROM trusted
