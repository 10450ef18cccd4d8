-- One row per pair of ids seen together, the alphabetically first (by type, then pseudonym) on the left.
WITH named AS (
  SELECT
    CASE WHEN is_in_order THEN first_type ELSE second_type END AS left_type,
    CASE WHEN is_in_order THEN first_id ELSE second_id END AS left_id,
    CASE WHEN is_in_order THEN second_type ELSE first_type END AS right_type,
    CASE WHEN is_in_order THEN second_id ELSE first_id END AS right_id,
    evidence_n,
    strength,
    first_seen_at,
    guard,
    trust,
    sources
  FROM (
    SELECT
      firsts.id_type AS first_type,
      firsts.id AS first_id,
      seconds.id_type AS second_type,
      seconds.id AS second_id,
      firsts.id_type < seconds.id_type
      OR (
        firsts.id_type = seconds.id_type AND firsts.id < seconds.id
      ) AS is_in_order,
      links.evidence_n,
      CASE WHEN refused.left_key IS NULL THEN links.strength ELSE 'none' END AS strength,
      links.first_seen_at,
      CASE
        WHEN refused.left_key IS NULL OR NOT links.guard IS NULL
        THEN links.guard
        ELSE 'two_people'
      END AS guard,
      links.trust,
      CASE WHEN several.sources IS NULL THEN alone.sources ELSE several.sources END AS sources
    FROM identity_strengths AS links
    JOIN identity_sources AS alone
      ON alone.source_n = links.first_source
    LEFT JOIN identity_several_sources AS several
      ON several.left_key = links.left_key AND several.right_key = links.right_key
    LEFT JOIN identity_refused AS refused
      ON refused.left_key = links.left_key AND refused.right_key = links.right_key
    JOIN identifiers AS firsts
      ON firsts.id_key = links.left_key
    JOIN identifiers AS seconds
      ON seconds.id_key = links.right_key
  ) AS both_ends
)
SELECT
  left_type,
  left_id,
  right_type,
  right_id,
  evidence_n,
  strength,
  first_seen_at,
  guard AS blocked_by,
  CASE WHEN trust = 0 THEN 'verified' WHEN trust = 1 THEN 'stated' ELSE 'guessed' END AS trust,
  sources
FROM named
